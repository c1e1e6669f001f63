using System.Numerics;

namespace SobolevNet;

/// <summary>Gives a fresh network scalings from the statistics of its training data.</summary>
internal static class Standardization
{
    /// <summary>
    /// Features that vary less than this part of the typical deviation keep its scale: a pixel that is nearly always black
    /// must not be blown up to the weight of the others.
    /// </summary>
    private const double Floor = 0.1;

    public static void Apply<T>(Mlp<T> network, SourceStatistics statistics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        network.InputScaling = Scaling<T>(statistics.InputMeans, statistics.InputVariances);
        network.OutputScaling = Scaling<T>(statistics.OutputMeans, statistics.OutputVariances);
    }

    private static FeatureScaling<T> Scaling<T>(double[] means, double[] variances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // The typical deviation is the median of those above zero, which outliers of another unit do not move.
        double[] deviations = [.. variances.Where(variance => variance > 0).Select(Math.Sqrt).Order()];
        double typical = deviations.Length == 0 ? 1 : deviations[deviations.Length / 2];
        bool images = means.Length > 64;
        var shift = new T[means.Length];
        var scale = new T[means.Length];
        for (int f = 0; f < means.Length; f++)
        {
            double deviation = Math.Sqrt(variances[f]);
            double least = images ? Floor * typical : 0;
            shift[f] = T.CreateTruncating(means[f]);
            scale[f] = T.CreateTruncating(deviation > least ? deviation : images ? least : deviation > 0 ? deviation : typical);
        }

        return new FeatureScaling<T>(shift, scale);
    }
}
