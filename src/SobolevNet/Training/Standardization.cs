using System.Numerics;

namespace SobolevNet;

/// <summary>Makes scalings for a fresh network from its training data.</summary>
internal static class Standardization
{
    /// <summary>How many times their spread inputs with a common scale may be without a shift.</summary>
    private const double MostOffset = 8;

    /// <summary>The scaling of the inputs.</summary>
    /// <param name="source">The training data.</param>
    /// <param name="statistics">Of the source.</param>
    /// <param name="scaling">Whether inputs have a scale each.</param>
    /// <exception cref="ArgumentException">An input varies by less than <typeparamref name="T"/> can divide by.</exception>
    public static FeatureScaling<T> OfInputs<T>(IJetSource<T> source, SourceStatistics statistics, InputScalingKind scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isCommon = scaling == InputScalingKind.Common || (scaling == InputScalingKind.Auto && source.InputsShareUnit);
        if (isCommon)
        {
            return Common<T>(statistics);
        }

        double[] sizes = FeatureSize.Spreads<T>(statistics.InputMeans, statistics.InputVariances);
        for (int f = 0; f < sizes.Length; f++)
        {
            double size = sizes[f] > 0 ? sizes[f] : Math.Abs(statistics.InputMeans[f]);
            sizes[f] = sizes[f] > 0 || IsDivisor<T>(size) ? size : 1;
        }

        return Make<T>(statistics.InputMeans, sizes, "input", statistics.Name);
    }

    /// <summary>The scaling of the outputs.</summary>
    /// <param name="statistics">Of the source.</param>
    /// <param name="sizes">The size of each output.</param>
    /// <exception cref="ArgumentException">An output varies by less than <typeparamref name="T"/> can divide by.</exception>
    public static FeatureScaling<T> OfOutputs<T>(SourceStatistics statistics, double[] sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Make<T>(statistics.OutputMeans, sizes, "target", statistics.Name);

    private static bool IsDivisor<T>(double size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(size);
        return T.IsFinite(scale) && scale > T.Zero && T.IsFinite(T.One / scale);
    }

    private static FeatureScaling<T> Make<T>(double[] shifts, double[] scales, string what, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < scales.Length; f++)
        {
            if (!IsDivisor<T>(scales[f]))
            {
                throw new ArgumentException(
                    $"The size of the source's {what} {f} is {scales[f]}, which {typeof(T).Name} cannot multiply and divide by. Give it in another unit.", name);
            }
        }

        return new FeatureScaling<T>([.. shifts.Select(T.CreateTruncating)], [.. scales.Select(T.CreateTruncating)]);
    }

    /// <summary>
    /// As the scale of all features the largest root mean square of any. No shift, so that zeros stay zeros, unless an offset is what makes it large: then
    /// the largest deviation of any, and the means as shifts.
    /// </summary>
    private static FeatureScaling<T> Common<T>(SourceStatistics statistics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = statistics.InputMeans.Length;
        double[] shifts = new double[inputs];
        double spread = Math.Sqrt(statistics.InputVariances.Max());
        double scale = statistics.InputMeans.Zip(statistics.InputVariances, (mean, variance) => Math.Sqrt((mean * mean) + variance)).Max();
        if (spread > 0 && scale > MostOffset * spread)
        {
            (shifts, scale) = (statistics.InputMeans, spread);
        }

        double[] scales = new double[inputs];
        Array.Fill(scales, scale > 0 ? scale : 1);
        return Make<T>(shifts, scales, "input", statistics.Name);
    }
}
