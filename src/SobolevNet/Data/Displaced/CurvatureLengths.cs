using System.Numerics;

namespace SobolevNet;

/// <summary>The curvature length of each tangent: the displacement at which the second-order term of the jet is half of the first-order term.</summary>
/// <remarks>
/// √(mean |∂ᵢx|² / mean |∂ᵢᵢx|²), the smaller of those of inputs and of targets, the latter with each output weighted by the inverse of its variance;
/// at most the tangent's scale, because there are no data beyond that.
/// </remarks>
internal static class CurvatureLengths
{
    private const int MaxSamples = 1024;

    /// <summary>Measures the lengths on at most 1,024 samples.</summary>
    /// <param name="source">Gives full jets of order 2.</param>
    /// <param name="cancellationToken">Stops the measurement before the next sample.</param>
    /// <returns>A positive length for each tangent, in the units that derivatives are taken by.</returns>
    /// <exception cref="ArgumentException">What the source gives is not finite.</exception>
    public static double[] Measure<T>(IJetSource<T> source, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var jets = new SourceJets<T>(source, 2);
        int p = source.Layout.Tangents;
        bool areInputsStraight = !source.TangentInputs.IsEmpty;
        long[] known = new long[source.OutputFeatures];
        var (ofInput, ofTarget) = (new Sums(p, source.InputFeatures), new Sums(p, source.OutputFeatures, source.HasMissingLabels));
        double[] mean = new double[source.OutputFeatures];
        double[] deviations = new double[source.OutputFeatures];
        foreach (long sample in SampleSubset.Of(source.Count, MaxSamples))
        {
            cancellationToken.ThrowIfCancellationRequested();
            jets.Load(source, [sample], 2);
            if (!areInputsStraight)
            {
                ofInput.Add(jets.Input(0));
            }

            var target = jets.Target(0);
            ofTarget.Add(target);
            for (int f = 0; f < mean.Length; f++)
            {
                // Welford's recurrence: the difference of mean squares would cancel where values vary little relative to their size.
                double value = double.CreateTruncating(target[0, 0, f]);
                if (double.IsNaN(value) && source.HasMissingLabels)
                {
                    continue;
                }

                double difference = value - mean[f];
                mean[f] += difference / ++known[f];
                deviations[f] += difference * (value - mean[f]);
            }
        }

        double[] lengths = new double[p];
        for (int i = 0; i < p; i++)
        {
            double ofInputs = areInputsStraight ? double.PositiveInfinity : ofInput.Along(i, _ => 1);
            lengths[i] = Math.Min(source.TangentScale(i), Math.Min(ofInputs, ofTarget.Along(i, InverseVariance)));
            if (!(lengths[i] > 0))
            {
                throw new ArgumentException($"The source's derivatives along tangent {i} are not finite, or there are only second ones.", nameof(source));
            }
        }

        return lengths;

        double InverseVariance(int f) => deviations[f] > 0 ? 1 / deviations[f] : 0;
    }

    /// <summary>Squares of derivatives along each tangent, summed over samples for each feature.</summary>
    private sealed class Sums(int tangents, int features, bool hasMissingLabels = false)
    {
        private readonly double[,] _first = new double[tangents, features];
        private readonly double[,] _second = new double[tangents, features];
        private readonly int[,] _missingFirst = new int[tangents, features];
        private readonly int[,] _missingSecond = new int[tangents, features];
        private int _count;

        public void Add<T>(JetSpan<T> jet)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            _count++;
            for (int i = 0; i < tangents; i++)
            {
                AddSquares(jet.Row(1 + i, 0), _first, _missingFirst, i);
                AddSquares(jet.Row(1 + tangents + UpperTriangle.Index(i, i, tangents), 0), _second, _missingSecond, i);
            }
        }

        /// <summary>√(Σ w |∂ᵢ|² / Σ w |∂ᵢᵢ|²), w is the weight of a feature; infinite without curvature.</summary>
        public double Along(int i, Func<int, double> weight)
        {
            var (first, second) = (0.0, 0.0);
            for (int f = 0; f < features; f++)
            {
                // As if the derivatives that are missing were like the others.
                first += weight(f) * _first[i, f] * All(_missingFirst[i, f]);
                second += weight(f) * _second[i, f] * All(_missingSecond[i, f]);
            }

            return second == 0 ? double.PositiveInfinity : Math.Sqrt(first / second);

            double All(int missing) => missing < _count ? (double)_count / (_count - missing) : 0;
        }

        private void AddSquares<T>(ReadOnlySpan<T> row, double[,] sums, int[,] missing, int i)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int f = 0; f < row.Length; f++)
            {
                double value = double.CreateTruncating(row[f]);
                if (hasMissingLabels && double.IsNaN(value))
                {
                    missing[i, f]++;
                    continue;
                }

                sums[i, f] += value * value;
            }
        }
    }
}
