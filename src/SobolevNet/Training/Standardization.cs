using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.FrontEnds;

namespace SobolevNet;

/// <summary>Makes scalings for a fresh network from its training data.</summary>
internal static class Standardization
{
    /// <summary>The most samples that a common scale is measured on, unless all lie in memory.</summary>
    private const int MaxSpreadSamples = 256;

    /// <summary>Multiplications that a common scale of all samples may take: a tenth of a second.</summary>
    private const double MaxSpreadProducts = 2e8;

    /// <summary>How many times their spread inputs with a common scale may be without a shift.</summary>
    private const double MostOffset = 8;

    /// <summary>The scaling of the inputs.</summary>
    /// <param name="source">The training data.</param>
    /// <param name="statistics">Of the source.</param>
    /// <param name="scaling">Whether inputs have a scale each.</param>
    /// <param name="time">Ends the measurement.</param>
    /// <exception cref="ArgumentException">An input varies by less than <typeparamref name="T"/> can divide by.</exception>
    public static FeatureScaling<T> OfInputs<T>(IJetSource<T> source, SourceStatistics statistics, InputScalingKind scaling, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isCommon = scaling == InputScalingKind.Common || (scaling == InputScalingKind.Auto && source.InputsShareUnit);
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
    /// As the scale of all features the root mean square of the samples along the direction along which it is largest: neighbors in an image are
    /// alike, so that the image of many pixels is far larger than any of them. No shift, so that zeros stay zeros, unless an offset is
    /// what makes it large.
    /// </summary>
    private static FeatureScaling<T> Common<T>(IJetSource<T> source, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = source.InputFeatures;
        long[] samples = SampleSubset.Of(source.Count, MostSpreadSamples(source));
        if (time.IsLimited)
        {
            SourceSurvey.Shuffle(samples);
        }

        double[] x = new double[samples.Length * inputs];
        var input = new JetBatch<T>(source.Layout, 1, inputs);
        var target = new JetBatch<T>(source.Layout, 1, source.OutputFeatures);
        var moments = new Moments(inputs);
        for (int s = 0; s < samples.Length && (s == 0 || time.SecondsLeft > 0); s++)
        {
            time.ThrowIfCanceled();
            source.Fill(samples.AsSpan(s, 1), input, target);
            TensorPrimitives.ConvertTruncating<T, double>(input.Row(0, 0), x.AsSpan(s * inputs, inputs));
            moments.Add<T>(input.Row(0, 0));
        }

        int count = (int)moments.Count;
        double[] shifts = new double[inputs];
        double scale = Largest(x, count, inputs);
        for (int s = 0; s < count; s++)
        {
            var row = x.AsSpan(s * inputs, inputs);
            TensorPrimitives.Subtract(row, moments.Means, row);
        }

        double spread = Largest(x, count, inputs);
        if (spread > 0 && scale > MostOffset * spread)
        {
            (shifts, scale) = (moments.Means, spread);
        }

        double[] scales = new double[inputs];
        Array.Fill(scales, scale > 0 ? scale : 1);
        return Make<T>(shifts, scales, "input");
    }

    /// <summary>All samples that lie in memory unless that would take long.</summary>
    private static int MostSpreadSamples<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double few = Math.Min(source.Count, source.InputFeatures);
        double products = few * source.Count * source.InputFeatures;
        return StoredSources.Holds(source) && products < MaxSpreadProducts ? source.Count : MaxSpreadSamples;
    }

    /// <summary>The largest root mean square along any direction.</summary>
    private static double Largest(double[] x, int count, int inputs)
    {
        using var team = new WorkerTeam(1);
        var largest = PrincipalAxes.Find(x[..(count * inputs)], count, inputs, 1, new SharedProduct(team)).Variances;
        return largest.Length > 0 ? Math.Sqrt(largest[0]) : 0;
    }
}
