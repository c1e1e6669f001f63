namespace SobolevNet;

/// <summary>Some samples of another source, renumbered from 0.</summary>
internal sealed class SubsetJetSource<T>(IJetSource<T> source, long[] samples) : IDerivedJetSource<T>
    where T : unmanaged
{
    /// <summary>Sample numbers translated at a time; small enough for the stack.</summary>
    private const int Chunk = 256;

    public IJetSource<T> Source => source;

    public IJetSource<T> Of(IJetSource<T> other) => new SubsetJetSource<T>(other, samples);

    public JetLayout Layout => source.Layout;

    public int InputFeatures => source.InputFeatures;

    public int OutputFeatures => source.OutputFeatures;

    public int Count => samples.Length;

    public int InputOrder => source.InputOrder;

    public ReadOnlySpan<int> TangentInputs => source.TangentInputs;

    public bool InputsShareUnit => source.InputsShareUnit;

    public double TangentScale(int tangent) => source.TangentScale(tangent);

    public void Fill(ReadOnlySpan<long> numbers, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, numbers, input, target);
        Span<long> translated = stackalloc long[Math.Min(Chunk, numbers.Length)];
        for (int start = 0; start < numbers.Length; start += Chunk)
        {
            var part = numbers.Slice(start, Math.Min(Chunk, numbers.Length - start));
            for (int k = 0; k < part.Length; k++)
            {
                translated[k] = samples[part[k]];
            }

            source.Fill(translated[..part.Length], input.Slice(start, part.Length), target.Slice(start, part.Length));
        }
    }
}
