using System.Numerics;

namespace SobolevNet;

/// <summary>The curvature length of each tangent: the displacement at which the second-order term of the jet is half of the first-order term.</summary>
/// <remarks>
/// √(mean |∂ᵢx|² / mean |∂ᵢᵢx|²), the smaller of those of inputs and of targets, the latter with each output weighted by the inverse of its variance;
/// at most the tangent's scale, because there are no data beyond that. Means and variances count samples by their weights.
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
        var (ofInput, ofTarget) = (new Sums(p, source.InputFeatures), new Sums(p, source.OutputFeatures, source.HasMissingLabels));
        var values = new Moments(source.OutputFeatures);
        foreach (long sample in SampleSubset.Of(source.Count, MaxSamples))
        {
            cancellationToken.ThrowIfCancellationRequested();
            jets.Load(source, [sample], 2);
            double weight = SampleWeights.Of(source, sample);
            if (!areInputsStraight)
            {
                ofInput.Add(jets.Input(0), weight);
            }

            var target = jets.Target(0);
            ofTarget.Add(target, weight);
            values.Add<T>(target.Row(0, 0), weight);
        }

        double[] variances = values.Variances();
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

        double InverseVariance(int f) => variances[f] > 0 ? 1 / variances[f] : 0;
    }

    /// <summary>Squares of derivatives along each tangent, summed over the samples in which each feature's is known.</summary>
    private sealed class Sums(int tangents, int features, bool hasMissingLabels = false)
    {
        private readonly double[,] _first = new double[tangents, features];
        private readonly double[,] _second = new double[tangents, features];
        private readonly double[,] _knownFirst = new double[tangents, features];
        private readonly double[,] _knownSecond = new double[tangents, features];
        private double _weight;

        public void Add<T>(JetSpan<T> jet, double sampleWeight)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            _weight += sampleWeight;
            for (int i = 0; i < tangents; i++)
            {
                AddSquares(jet.Row(1 + i, 0), sampleWeight, _first, _knownFirst, i);
                AddSquares(jet.Row(1 + tangents + UpperTriangle.Index(i, i, tangents), 0), sampleWeight, _second, _knownSecond, i);
            }
        }

        /// <summary>√(Σ w |∂ᵢ|² / Σ w |∂ᵢᵢ|²), w is the weight of a feature; infinite without curvature.</summary>
        public double Along(int i, Func<int, double> weight)
        {
            var (first, second) = (0.0, 0.0);
            for (int f = 0; f < features; f++)
            {
                // As if the derivatives that are missing were like the others.
                first += weight(f) * _first[i, f] * All(_knownFirst[i, f]);
                second += weight(f) * _second[i, f] * All(_knownSecond[i, f]);
            }

            return second == 0 ? double.PositiveInfinity : Math.Sqrt(first / second);

            double All(double known) => known > 0 ? _weight / known : 0;
        }

        private void AddSquares<T>(ReadOnlySpan<T> row, double sampleWeight, double[,] sums, double[,] known, int i)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int f = 0; f < row.Length; f++)
            {
                double value = double.CreateTruncating(row[f]);
                if (sampleWeight == 0 || (hasMissingLabels && double.IsNaN(value)))
                {
                    continue;
                }

                sums[i, f] += sampleWeight * (value * value);
                known[i, f] += sampleWeight;
            }
        }
    }
}
