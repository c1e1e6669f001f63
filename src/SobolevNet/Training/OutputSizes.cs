using System.Numerics;

namespace SobolevNet;

/// <summary>The size of each output: what it is standardized by, and what its errors are weighed by where outputs are balanced.</summary>
/// <remarks>
/// It is the deviation of the output's values if values are trained and vary. Otherwise (training on slopes alone, or on the slopes of a
/// constant) it is the size of the change that the derivatives of the lowest trained order say: the derivative by rᵢ times the length
/// ℓᵢ in rᵢ along which the inputs change by their own deviation.
/// </remarks>
internal static class OutputSizes
{
    /// <summary>Measures the sizes.</summary>
    /// <param name="statistics">Of the source.</param>
    /// <param name="source">The training data.</param>
    /// <param name="weights">How much each component counts; those of weight 0 are left out.</param>
    /// <param name="isTrained">Whether each order of derivatives, from 0 on, is trained.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    public static double[] Measure<T>(
        SourceStatistics statistics, IJetSource<T> source, LossWeights weights, ReadOnlySpan<bool> isTrained, WorkerTeam team, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] spreads = FeatureSize.Spreads<T>(statistics.OutputMeans, statistics.OutputVariances);
        double[] sizes = isTrained[0] ? spreads : new double[spreads.Length];
        double[]? lengths = null;
        for (int order = 1; order < isTrained.Length && sizes.Contains(0); order++)
        {
            if (isTrained[order])
            {
                lengths ??= Lengths(source, statistics, team, time);
                double[] changes = Changes(statistics, source.Layout, weights, order, lengths);
                sizes = [.. sizes.Zip(changes, (size, change) => size > 0 ? size : change)];
            }
        }

        // What is not trained is better than nothing.
        return FeatureSize.Complete([.. sizes.Zip(spreads, (size, spread) => size > 0 ? size : spread)], statistics.OutputMeans);
    }

    /// <summary>How much each output changes by its derivatives of an order.</summary>
    private static double[] Changes(SourceStatistics statistics, JetLayout layout, LossWeights weights, int order, double[] lengths)
    {
        int outputs = statistics.OutputMeans.Length;
        double[] squares = new double[outputs];
        for (int c = 0; c < layout.Count; c++)
        {
            if (layout.OrderOf(c) != order || weights.Components[c] == 0)
            {
                continue;
            }

            double length = TangentProducts.Of(layout, c, tangent => lengths[tangent]);
            for (int f = 0; f < outputs; f++)
            {
                squares[f] += length * length * statistics.OutputSquares[(c * outputs) + f];
            }
        }

        return [.. squares.Select(Math.Sqrt)];
    }

    /// <summary>
    /// ℓᵢ of every tangent: over the inputs that move with rᵢ, the mean of the squares of their speeds, each over the input's deviation, is
    /// 1/ℓᵢ². The source's own scale where none of those inputs varies.
    /// </summary>
    private static double[] Lengths<T>(IJetSource<T> source, SourceStatistics statistics, WorkerTeam team, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = source.InputFeatures;
        var layout = source.Layout.Truncate(1);
        int components = layout.Count;
        double[] spreads = FeatureSize.Spreads<T>(statistics.InputMeans, statistics.InputVariances);
        double[] lengths = [.. Enumerable.Range(0, layout.Tangents).Select(source.TangentScale)];
        if (!source.TangentInputs.IsEmpty)
        {
            foreach (int tangent in layout.Firsts)
            {
                double spread = spreads[source.TangentInputs[tangent]];
                lengths[tangent] = spread > 0 ? Math.Sqrt(1 / (1 / spread / spread)) : lengths[tangent];
            }

            return lengths;
        }

        double[][] lanes = [.. Enumerable.Range(0, SourceSurvey.Lanes).Select(_ => new double[components * inputs])];
        double[] counts = new double[lanes.Length];
        SourceSurvey.Run(source, layout, team, time, (lane, samples, input, _) =>
        {
            double[] sums = lanes[lane];
            for (int s = 0; s < input.Samples; s++)
            {
                double weight = SampleWeights.Of(source, samples[s]);
                counts[lane] += weight;
                for (int c = 1; c < components; c++)
                {
                    var row = input.Row(c, s);
                    for (int j = 0; j < row.Length; j++)
                    {
                        double speed = double.CreateTruncating(row[j]);
                        sums[(c * inputs) + j] += weight * (speed * speed);
                    }
                }
            }
        });

        for (int c = 1; c < components; c++)
        {
            double sum = 0;
            int moving = 0;
            for (int j = 0; j < inputs; j++)
            {
                double square = lanes.Sum(lane => lane[(c * inputs) + j]) / counts.Sum();
                if (square > 0 && spreads[j] > 0)
                {
                    sum += square / spreads[j] / spreads[j];
                    moving++;
                }
            }

            if (moving > 0)
            {
                lengths[layout.Firsts[c - 1]] = Math.Sqrt(moving / sum);
            }
        }

        return lengths;
    }
}
