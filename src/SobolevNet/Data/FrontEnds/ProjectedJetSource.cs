using System.Numerics;

namespace SobolevNet.FrontEnds;

/// <summary>Another source whose inputs go through a linear front end.</summary>
internal sealed class ProjectedJetSource<T>(IJetSource<T> source, JetProjection<T> projection) : JetSourceTransform<T>(source)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScratchPool<ProjectionScratch<T>> _scratches = new();

    public override int InputFeatures => projection.Features;

    public override bool InputsShareUnit => true;

    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        var scratch = _scratches.TryTake() ?? new ProjectionScratch<T>(projection, Layout);
        int group = JetProjection<T>.GroupSamples(target.Layout);
        for (int start = 0; start < samples.Length; start += group)
        {
            int count = Math.Min(group, samples.Length - start);
            var raw = scratch.Raw(target.Layout, count);
            source.Fill(samples.Slice(start, count), raw, target.Slice(start, count));
            projection.Run(raw, InputOrder, input.Slice(start, count), scratch);
        }

        _scratches.Return(scratch);
    }
}
