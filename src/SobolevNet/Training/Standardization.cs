using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Makes scalings for a fresh network from its training data.</summary>
internal static class Standardization
{
    /// <summary>The most samples that a common scale is measured on.</summary>
    private const int MaxSpreadSamples = 256;

    /// <summary>The scaling of the inputs.</summary>
    /// <param name="source">The training data.</param>
    /// <param name="statistics">Of the source.</param>
    /// <param name="scaling">Whether inputs have a scale each.</param>
    /// <param name="time">Ends the measurement.</param>
    /// <exception cref="ArgumentException">An input varies by less than <typeparamref name="T"/> can divide by.</exception>
    public static FeatureScaling<T> OfInputs<T>(IJetSource<T> source, SourceStatistics statistics, InputScaling scaling, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isCommon = scaling == InputScaling.Common || (scaling == InputScaling.Auto && source.InputsShareUnit);
        if (isCommon)
        {
            return Common(source, time);
        }

        double[] sizes = FeatureSize.Spreads<T>(statistics.InputMeans, statistics.InputVariances);
        for (int f = 0; f < sizes.Length; f++)
        {
            double size = sizes[f] > 0 ? sizes[f] : Math.Abs(statistics.InputMeans[f]);
            sizes[f] = sizes[f] > 0 || IsDivisor<T>(size) ? size : 1;
        }

        return Make<T>(statistics.InputMeans, sizes, "input");
    }

    /// <summary>The scaling of the outputs.</summary>
    /// <param name="statistics">Of the source.</param>
    /// <param name="sizes">The size of each output.</param>
    /// <exception cref="ArgumentException">An output varies by less than <typeparamref name="T"/> can divide by.</exception>
    public static FeatureScaling<T> OfOutputs<T>(SourceStatistics statistics, double[] sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Make<T>(statistics.OutputMeans, sizes, "target");

    private static bool IsDivisor<T>(double size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(size);
        return T.IsFinite(scale) && scale > T.Zero && T.IsFinite(T.One / scale);
    }

    private static FeatureScaling<T> Make<T>(double[] shifts, double[] scales, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < scales.Length; f++)
        {
            if (!IsDivisor<T>(scales[f]))
            {
                throw new ArgumentException(
                    $"The size of the source's {what} {f} is {scales[f]}, which {typeof(T).Name} cannot multiply and divide by. Give it in another unit.", "source");
            }
        }

        return new FeatureScaling<T>([.. shifts.Select(T.CreateTruncating)], [.. scales.Select(T.CreateTruncating)]);
    }

    /// <summary>
    /// No shift, and as the scale of all features the root mean square of the samples along the direction along which it is largest: neighbors
    /// in an image are alike, so that the image of many pixels is far larger than any of them.
    /// </summary>
    private static FeatureScaling<T> Common<T>(IJetSource<T> source, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = source.InputFeatures;
        long[] samples = SampleSubset.Of(source.Count, MaxSpreadSamples);
        if (time.IsLimited)
        {
            SourceSurvey.Shuffle(samples);
        }

        double[] x = new double[samples.Length * inputs];
        var input = new JetBatch<T>(source.Layout, 1, inputs);
        var target = new JetBatch<T>(source.Layout, 1, source.OutputFeatures);
        int count = 0;
        for (; count < samples.Length && (count == 0 || time.SecondsLeft > 0); count++)
        {
            time.ThrowIfCanceled();
            source.Fill(samples.AsSpan(count, 1), input, target);
            TensorPrimitives.ConvertTruncating<T, double>(input.Row(0, 0), x.AsSpan(count * inputs, inputs));
        }

        using var team = new WorkerTeam(1);
        var largest = PrincipalAxes.Find(x[..(count * inputs)], count, inputs, 1, new SharedProduct(team)).Variances;
        double[] scales = new double[inputs];
        Array.Fill(scales, largest.Length > 0 ? Math.Sqrt(largest[0]) : 1);
        return Make<T>(new double[inputs], scales, "input");
    }
}
