namespace SobolevNet;

/// <summary>Another source without its components above an order.</summary>
internal sealed class TruncatedJetSource<T>(IJetSource<T> source, int order) : JetSourceTransform<T>(source)
    where T : unmanaged
{
    public override JetLayout Layout { get; } = source.Layout.Truncate(order);

    public override ReadOnlySpan<int> TangentInputs => Layout.Order == 0 ? [] : Source.TangentInputs;

    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target) =>
        source.Fill(samples, input, target);
}
