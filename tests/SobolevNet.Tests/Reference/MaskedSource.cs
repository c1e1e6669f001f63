using System.Numerics;

namespace SobolevNet.Tests.Reference;

/// <summary>A source some of whose labels are missing, and whose samples have weights.</summary>
/// <param name="source">Gives all labels.</param>
/// <param name="isMissing">Whether a label is missing, by sample, component and output; null for none.</param>
/// <param name="weight">The weight of a sample; null for none.</param>
/// <param name="missing">The bits that stand for a missing label.</param>
internal sealed class MaskedSource<T>(
    IJetSource<T> source, Func<long, int, int, bool>? isMissing = null, Func<long, double>? weight = null, T? missing = null) : JetSourceTransform<T>(source)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ReadOnlySpan<int> TangentInputs => Source.TangentInputs;

    public override bool HasMissingLabels => true;

    public override bool HasSampleWeights => weight is not null;

    public override double SampleWeight(long sample) => weight!(sample);

    protected override void Fill(IJetSource<T> source, ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        source.Fill(samples, input, target);
        for (int c = 0; c < target.Layout.Count; c++)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                for (int f = 0; f < target.Features; f++)
                {
                    if (isMissing?.Invoke(samples[s], c, f) == true)
                    {
                        target[c, s, f] = missing ?? T.NaN;
                    }
                }
            }
        }
    }
}
