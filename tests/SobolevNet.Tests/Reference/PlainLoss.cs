using System.Numerics;

namespace SobolevNet.Tests.Reference;

/// <summary>The Sobolev loss with missing labels and weights by plain sums in double precision.</summary>
internal sealed class PlainLoss
{
    private readonly JetLayout _layout;
    private readonly JetBatch<double> _target;
    private readonly double[] _sampleWeights;
    private readonly double[] _componentWeights;
    private readonly double[] _outputWeights;

    /// <summary>Measures all samples of a finite source.</summary>
    public static PlainLoss Of<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(source.Layout, Widen(source).Target, [.. Numbers(source).Select(s => Weight(source, s))],
            [.. Enumerable.Range(0, source.Layout.Count).Select(c => Square(source, c))]);

    private PlainLoss(JetLayout layout, JetBatch<double> target, double[] sampleWeights, double[] componentWeights)
    {
        (_layout, _target, _sampleWeights, _componentWeights) = (layout, target, sampleWeights, componentWeights);
        double all = sampleWeights.Sum();
        double[] means = new double[target.Features];
        double[] variances = new double[target.Features];
        for (int f = 0; f < means.Length; f++)
        {
            long[] known = [.. Enumerable.Range(0, target.Samples).Where(s => IsKnown(0, s, f)).Select(s => (long)s)];
            double weight = known.Sum(s => sampleWeights[s]);
            means[f] = known.Sum(s => sampleWeights[s] * target[0, (int)s, f]) / weight;
            variances[f] = known.Sum(s => sampleWeights[s] * Math.Pow(target[0, (int)s, f] - means[f], 2)) / weight;
        }

        _outputWeights = [.. variances.Select(variance => variances.Max() / variance)];
        Normalizers = new double[layout.Order + 1];
        for (int c = 0; c < layout.Count; c++)
        {
            for (int s = 0; s < target.Samples; s++)
            {
                for (int f = 0; f < means.Length; f++)
                {
                    double size = target[c, s, f] - (c == 0 ? means[f] : 0);
                    Normalizers[layout.OrderOf(c)] += IsKnown(c, s, f) ? sampleWeights[s] * componentWeights[c] * _outputWeights[f] * size * size / all : 0;
                }
            }
        }
    }

    /// <summary>Sₖ.</summary>
    public double[] Normalizers { get; }

    /// <summary>Eₖ of the first samples, and the adjoint of Σ λₖEₖ by the network's jets.</summary>
    public (double[] Losses, JetBatch<double> Adjoint) Evaluate(JetBatch<double> output, double[] orderWeights)
    {
        double[] losses = new double[_layout.Order + 1];
        var adjoint = new JetBatch<double>(output.Layout, output.Samples, output.Features);
        double mean = _sampleWeights.Average();
        for (int c = 0; c < output.Layout.Count; c++)
        {
            int k = _layout.OrderOf(c);
            for (int s = 0; s < output.Samples; s++)
            {
                for (int f = 0; f < output.Features; f++)
                {
                    if (IsKnown(c, s, f))
                    {
                        double error = output[c, s, f] - _target[c, s, f];
                        double weight = _sampleWeights[s] / mean * _componentWeights[c] * _outputWeights[f] / Normalizers[k] / output.Samples;
                        losses[k] += weight * error * error;
                        adjoint[c, s, f] = 2 * orderWeights[k] * weight * error;
                    }
                }
            }
        }

        return (losses, adjoint);
    }

    /// <summary>√(Σ w v u (N − y)² / Σ w v u (y − ȳ)²) over all samples, ȳ for values alone.</summary>
    public double[] Errors(JetBatch<double> output) =>
        [.. Evaluate(output, new double[Normalizers.Length]).Losses.Select(Math.Sqrt)];

    /// <summary>All jets of a source in double precision.</summary>
    public static (JetBatch<double> Input, JetBatch<double> Target) Widen<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var input = new JetBatch<T>(source.Layout, source.Count, source.InputFeatures);
        var target = new JetBatch<T>(source.Layout, source.Count, source.OutputFeatures);
        source.Fill(Numbers(source), input, target);
        return (Wide(input), Wide(target));

        static JetBatch<double> Wide(JetBatch<T> batch) =>
            new(batch.Layout, batch.Samples, batch.Features, [.. batch.Data.ToArray().Select(double.CreateTruncating)]);
    }

    private static long[] Numbers<T>(IJetSource<T> source)
        where T : unmanaged => [.. Enumerable.Range(0, source.Count).Select(s => (long)s)];

    private static double Weight<T>(IJetSource<T> source, long sample)
        where T : unmanaged => source.HasSampleWeights ? source.SampleWeight(sample) : 1;

    private static double Square<T>(IJetSource<T> source, int component)
        where T : unmanaged
    {
        var layout = source.Layout;
        double scale = layout.OrderOf(component) switch
        {
            0 => 1,
            1 => source.TangentScale(layout.Firsts[component - 1]),
            _ => source.TangentScale(layout.Seconds[component - 1 - layout.Firsts.Length].I) * source.TangentScale(layout.Seconds[component - 1 - layout.Firsts.Length].J),
        };
        return scale * scale;
    }

    private bool IsKnown(int component, int sample, int output) => !double.IsNaN(_target[component, sample, output]);
}
