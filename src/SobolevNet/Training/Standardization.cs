using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Gives a fresh network scalings from the statistics of its training data.</summary>
internal static class Standardization
{
    /// <summary>The most inputs that are taken for quantities of their own rather than samples of one field.</summary>
    public const int MaxSeparateInputs = 64;

    /// <summary>The most samples that a common scale is measured on.</summary>
    private const int MaxSpreadSamples = 256;

    public static void Apply<T>(Mlp<T> network, IJetSource<T> source, SourceStatistics statistics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        network.InputScaling = source.InputsShareUnit || source.InputFeatures > MaxSeparateInputs
            ? Common(source)
            : Separate<T>(statistics.InputMeans, statistics.InputVariances);
        network.OutputScaling = Separate<T>(statistics.OutputMeans, statistics.OutputVariances);
    }

    /// <summary>Mean and deviation of every feature; a constant feature keeps its unit.</summary>
    private static FeatureScaling<T> Separate<T>(double[] means, double[] variances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // What rounding leaves of a constant's variance is not taken for a spread.
        var scales = variances.Select((variance, f) => variance > 1e-20 * means[f] * means[f] ? Math.Sqrt(variance) : 1);
        return new FeatureScaling<T>([.. means.Select(T.CreateTruncating)], [.. scales.Select(T.CreateTruncating)]);
    }

    /// <summary>
    /// No shift, and as the scale of all features the root mean square of the samples along the direction along which it is largest: neighbors
    /// in an image are alike, so that the image of many pixels is far larger than any of them.
    /// </summary>
    private static FeatureScaling<T> Common<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = source.InputFeatures;
        int count = Math.Min(source.Count, MaxSpreadSamples);
        long[] samples = [.. Enumerable.Range(0, count).Select(s => (long)s * source.Count / count)];
        double[] x = new double[count * inputs];
        var input = new JetBatch<T>(source.Layout, 1, inputs);
        var target = new JetBatch<T>(source.Layout, 1, source.OutputFeatures);
        for (int s = 0; s < count; s++)
        {
            source.Fill(samples.AsSpan(s, 1), input, target);
            TensorPrimitives.ConvertTruncating<T, double>(input.Row(0, 0), x.AsSpan(s * inputs, inputs));
        }

        using var team = new WorkerTeam(1);
        var largest = PrincipalAxes.Find(x, count, inputs, 1, new SharedProduct(team)).Variances;
        var scales = new T[inputs];
        Array.Fill(scales, T.CreateTruncating(largest.Length > 0 ? Math.Sqrt(largest[0]) : 1));
        return new FeatureScaling<T>(new T[inputs], scales);
    }
}
