using System.Numerics;

namespace SobolevNet;

/// <summary>Gives a fresh network scalings from the statistics of its training data.</summary>
internal static class Standardization
{
    /// <summary>The most inputs that are taken for quantities of their own rather than samples of one field.</summary>
    public const int MaxSeparateInputs = 64;

    public static void Apply<T>(Mlp<T> network, IJetSource<T> source, SourceStatistics statistics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        network.InputScaling = source.InputsShareUnit || source.InputFeatures > MaxSeparateInputs
            ? Common<T>(statistics.InputMeans, statistics.InputVariances)
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

    /// <summary>No shift, and the largest root mean square of any feature as the scale of all.</summary>
    private static FeatureScaling<T> Common<T>(double[] means, double[] variances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = means.Zip(variances, (mean, variance) => (mean * mean) + variance).Max();
        var scales = new T[means.Length];
        Array.Fill(scales, T.CreateTruncating(largest > 0 ? Math.Sqrt(largest) : 1));
        return new FeatureScaling<T>(new T[means.Length], scales);
    }
}
