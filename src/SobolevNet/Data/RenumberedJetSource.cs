namespace SobolevNet;

/// <summary>Samples of another source under other numbers.</summary>
internal abstract class RenumberedJetSource<T>(IJetSource<T> source, string? name) : JetSourceTransform<T>(source, name)
    where T : unmanaged
{
    /// <summary>Numbers translated at a time; small enough for the stack.</summary>
    private const int Chunk = 256;

    public override ReadOnlySpan<int> TangentInputs => Source.TangentInputs;

    public override int SamplesPerBlock => 1;

    /// <summary>The number that a sample has in the other source.</summary>
    public abstract long NumberInSource(long number);

    public override double SampleWeight(long sample)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)sample, (ulong)(IsEndless ? long.MaxValue : Count), nameof(sample));
        return Source.SampleWeight(NumberInSource(sample));
    }

    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        Span<long> translated = stackalloc long[Math.Min(Chunk, samples.Length)];
        for (int start = 0; start < samples.Length; start += Chunk)
        {
            int count = Math.Min(Chunk, samples.Length - start);
            for (int k = 0; k < count; k++)
            {
                translated[k] = NumberInSource(samples[start + k]);
            }

            source.Fill(translated[..count], input.Slice(start, count), target.Slice(start, count));
        }
    }
}
