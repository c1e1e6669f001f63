using System.Numerics;

namespace SobolevNet;

/// <summary>Another source whose inputs go through a linear front end.</summary>
internal sealed class ProjectedJetSource<T>(IJetSource<T> source, JetProjection<T> projection) : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScratchPool<ProjectionScratch<T>> _scratches = new();

    public JetLayout Layout => source.Layout;

    public int InputFeatures => projection.Features;

    public int OutputFeatures => source.OutputFeatures;

    public int Count => source.Count;

    public bool IsEndless => source.IsEndless;

    public int InputOrder => source.InputOrder;

    public bool InputsShareUnit => true;

    public double TangentScale(int tangent) => source.TangentScale(tangent);

    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);

        // The raw input has the target's components even where fewer are wanted: sources need not fill two different layouts.
        var scratch = _scratches.TryTake() ?? new ProjectionScratch<T>(projection, Layout);
        var layout = target.Layout.Order >= input.Layout.Order ? target.Layout : input.Layout;
        int group = JetProjection<T>.GroupSamples(layout);
        for (int start = 0; start < samples.Length; start += group)
        {
            int count = Math.Min(group, samples.Length - start);
            var raw = scratch.Raw(layout, count);
            source.Fill(samples.Slice(start, count), raw, target.Slice(start, count));
            projection.Run(raw, InputOrder, input.Slice(start, count), scratch);
        }

        _scratches.Return(scratch);
    }
}
