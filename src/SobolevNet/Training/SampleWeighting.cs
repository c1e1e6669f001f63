using System.Numerics;

namespace SobolevNet;

/// <summary>The weights of samples in the loss, relative to their mean over the data: all the same weights are no weights.</summary>
internal sealed class SampleWeighting<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples that are weighed at a time; few enough for the stack.</summary>
    private const int SamplesOfBlock = 128;

    private readonly IJetSource<T> _source;
    private readonly double _mean;

    private SampleWeighting(IJetSource<T> source) => (_source, _mean) = (source, SampleWeights.Mean(source));

    /// <summary>The weighting of a source; null if its samples have no weights.</summary>
    public static SampleWeighting<T>? Of(IJetSource<T> source) => source.HasSampleWeights ? new SampleWeighting<T>(source) : null;

    /// <summary>Multiplies what the loss gave by the weights.</summary>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="adjoint">Their adjoints.</param>
    /// <param name="losses">Their losses, shape (samples, orders).</param>
    /// <exception cref="InvalidOperationException">A weight is negative or not finite.</exception>
    public void Apply(ReadOnlySpan<long> samples, JetSpan<T> adjoint, Span<double> losses)
    {
        int orders = losses.Length / samples.Length;
        Span<T> weights = stackalloc T[SamplesOfBlock];
        for (int start = 0; start < samples.Length; start += SamplesOfBlock)
        {
            int count = Math.Min(SamplesOfBlock, samples.Length - start);
            for (int s = start; s < start + count; s++)
            {
                double weight = Relative(samples[s]);
                weights[s - start] = T.CreateTruncating(weight);
                for (int order = 0; order < orders; order++)
                {
                    losses[(s * orders) + order] *= weight;
                }
            }

            for (int c = 0; c < adjoint.Layout.Count; c++)
            {
                var rows = adjoint.Component(c).Slice(start * adjoint.Features, count * adjoint.Features);
                for (int k = 0; k < rows.Length; k++)
                {
                    rows[k] *= weights[adjoint.Features == 1 ? k : k / adjoint.Features];
                }
            }
        }
    }

    private double Relative(long sample)
    {
        double weight = _source.SampleWeight(sample);
        return weight >= 0 && double.IsFinite(weight)
            ? weight / _mean
            : throw new InvalidOperationException($"The weight of sample {SampleNumbers.ForCaller(_source, sample)} is {weight}; expected a finite number of at least 0.");
    }
}
