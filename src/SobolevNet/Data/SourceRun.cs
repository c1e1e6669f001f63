using System.Numerics;

namespace SobolevNet;

/// <summary>What runs of the library's adaptive sources have in common: all but the samples is the source's.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class SourceRun<T>(IJetSource<T> source) : IJetSourceRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public JetLayout Layout => source.Layout;

    public int InputFeatures => source.InputFeatures;

    public int OutputFeatures => source.OutputFeatures;

    public int Count => source.Count;

    public bool IsEndless => source.IsEndless;

    public int InputOrder => source.InputOrder;

    public bool InputsShareUnit => source.InputsShareUnit;

    public double TangentScale(int tangent) => source.TangentScale(tangent);

    public abstract void BeginStep(Mlp<T> network, long step, double progress);

    public abstract void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target);
}
