namespace SobolevNet;

/// <summary>Some samples of another source, renumbered from 0.</summary>
internal sealed class SubsetJetSource<T>(IJetSource<T> source, long[] samples) : RenumberedJetSource<T>(source, nameof(source))
    where T : unmanaged
{
    /// <summary>Whether the caller knows the other source alone, as where the trainer splits the labels.</summary>
    public bool KeepsNumbers { get; init; }

    public override int Count => samples.Length;

    public override bool IsEndless => false;

    public override long NumberInSource(long number) => samples[number];

    internal override long NumberForCaller(long sample) => KeepsNumbers ? samples[sample] : sample;
}
