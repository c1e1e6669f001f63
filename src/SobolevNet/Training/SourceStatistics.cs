using System.Numerics;

namespace SobolevNet;

/// <summary>Means and sizes of what a source gives, from at most <see cref="MaxSamples"/> samples spread evenly over it.</summary>
internal sealed class SourceStatistics
{
    /// <summary>The most samples that are looked at.</summary>
    public const int MaxSamples = 4096;

    private SourceStatistics(int inputs, int components, int outputs)
    {
        InputMeans = new double[inputs];
        InputVariances = new double[inputs];
        OutputMeans = new double[outputs];
        OutputVariances = new double[outputs];
        OutputSquares = new double[components * outputs];
    }

    /// <summary>Mean of each input feature's value.</summary>
    public double[] InputMeans { get; }

    /// <summary>Variance of each input feature's value.</summary>
    public double[] InputVariances { get; }

    /// <summary>Mean of each output's value.</summary>
    public double[] OutputMeans { get; }

    /// <summary>Variance of each output's value.</summary>
    public double[] OutputVariances { get; }

    /// <summary>Mean square of each target element, shape (components, outputs).</summary>
    public double[] OutputSquares { get; }

    /// <summary>Looks at a source.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static SourceStatistics Measure<T>(IJetSource<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 16;
        var layout = source.Layout;
        int count = Math.Min(source.Count, MaxSamples);
        var statistics = new SourceStatistics(source.InputFeatures, layout.Count, source.OutputFeatures);
        var input = new JetBatch<T>(layout, Block, source.InputFeatures);
        var target = new JetBatch<T>(layout, Block, source.OutputFeatures);
        var samples = new long[Block];
        for (int start = 0; start < count; start += Block)
        {
            int block = Math.Min(Block, count - start);
            for (int s = 0; s < block; s++)
            {
                samples[s] = (long)(start + s) * source.Count / count;
            }

            source.Fill(samples.AsSpan(0, block), input.AsSpan().Slice(0, block), target.AsSpan().Slice(0, block));
            CheckFinite(input.AsSpan().Slice(0, block), samples, "input");
            CheckFinite(target.AsSpan().Slice(0, block), samples, "target");
            for (int s = 0; s < block; s++)
            {
                Accumulate<T>(input.Row(0, s), start + s + 1, statistics.InputMeans, statistics.InputVariances);
                Accumulate<T>(target.Row(0, s), start + s + 1, statistics.OutputMeans, statistics.OutputVariances);
                for (int c = 0; c < layout.Count; c++)
                {
                    var row = target.Row(c, s);
                    for (int f = 0; f < row.Length; f++)
                    {
                        double value = double.CreateTruncating(row[f]);
                        statistics.OutputSquares[(c * row.Length) + f] += value * value / count;
                    }
                }
            }
        }

        Scale(statistics.InputVariances, 1.0 / count);
        Scale(statistics.OutputVariances, 1.0 / count);
        return statistics;
    }

    /// <summary>Welford's running mean and sum of squared deviations.</summary>
    private static void Accumulate<T>(ReadOnlySpan<T> row, int count, double[] means, double[] deviations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < row.Length; f++)
        {
            double value = double.CreateTruncating(row[f]);
            double difference = value - means[f];
            means[f] += difference / count;
            deviations[f] += difference * (value - means[f]);
        }
    }

    private static void Scale(double[] values, double factor)
    {
        foreach (ref double value in values.AsSpan())
        {
            value *= factor;
        }
    }

    private static void CheckFinite<T>(JetSpan<T> jets, long[] samples, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < jets.Layout.Count; c++)
        {
            for (int s = 0; s < jets.Samples; s++)
            {
                var row = jets.Row(c, s);
                for (int f = 0; f < row.Length; f++)
                {
                    if (!T.IsFinite(row[f]))
                    {
                        throw new ArgumentException(
                            $"The source's {what} is {row[f]} in component {jets.Layout.NameOf(c)}, feature {f} of sample {samples[s]}; " +
                            "all data must be finite.",
                            "source");
                    }
                }
            }
        }
    }
}
