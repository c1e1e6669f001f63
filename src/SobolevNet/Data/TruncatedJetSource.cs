namespace SobolevNet;

/// <summary>Another source without its components above an order.</summary>
internal sealed class TruncatedJetSource<T>(IJetSource<T> source, int order) : IDerivedJetSource<T>
    where T : unmanaged
{
    public IJetSource<T> Source => source;

    public IJetSource<T> Of(IJetSource<T> other) => new TruncatedJetSource<T>(other, order);

    public JetLayout Layout { get; } = source.Layout.Truncate(order);

    public int InputFeatures => source.InputFeatures;

    public int OutputFeatures => source.OutputFeatures;

    public int Count => source.Count;

    public bool IsEndless => source.IsEndless;

    public int InputOrder { get; } = Math.Min(source.InputOrder, order);

    public ReadOnlySpan<int> TangentInputs => Layout.Order == 0 ? [] : source.TangentInputs;

    public bool InputsShareUnit => source.InputsShareUnit;

    public double TangentScale(int tangent) => source.TangentScale(tangent);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        source.Fill(samples, input, target);
    }
}
