namespace SobolevNet;

/// <summary>Some samples of another source, renumbered from 0.</summary>
internal sealed class SubsetJetSource<T>(IJetSource<T> source, long[] samples) : RenumberedJetSource<T>(source, nameof(source))
    where T : unmanaged
{
    /// <summary>Whether the caller knows the other source alone, as where the trainer splits the labels.</summary>
    public bool KeepsNumbers { get; init; }

    public override int Count => samples.Length;

    public override bool IsEndless => false;

    /// <summary>As many as lie in a block of the other source on average, if the samples are in its order.</summary>
    public override int SamplesPerBlock { get; } = BlockOf(source, samples);

    public override long NumberInSource(long number) => samples[number];

    internal override long NumberForCaller(long sample) => KeepsNumbers ? samples[sample] : sample;

    private static int BlockOf(IJetSource<T> source, ReadOnlySpan<long> samples)
    {
        int block = source.SamplesPerBlock;
        for (int k = 1; k < samples.Length && block > 1; k++)
        {
            block = samples[k] >= samples[k - 1] ? block : 1;
        }

        return block > 1 ? (int)Math.Max(1, (long)block * samples.Length / (samples[^1] - samples[0] + 1)) : 1;
    }
}
