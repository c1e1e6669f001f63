using System.Numerics;

namespace SobolevNet;

/// <summary>How far a jet of order 2 says something along each tangent: where what curvature adds is half of what the slope does.</summary>
/// <remarks>
/// For each tangent √(mean |∂ᵢx|² / mean |∂ᵢᵢx|²), the less of that of inputs and of targets, these with each output weighed by the inverse of its variance;
/// no more than the tangent's range, since beyond that there are no data.
/// </remarks>
internal static class TangentReach
{
    private const int MaxSamples = 1024;

    /// <summary>Measures it.</summary>
    /// <param name="source">Gives full jets of order 2; at most 1,024 samples of it are looked at.</param>
    /// <param name="cancellationToken">Looked at before every sample.</param>
    /// <returns>A positive length for each tangent, in the units that derivatives are taken by.</returns>
    /// <exception cref="ArgumentException">What the source gives is not finite.</exception>
    public static double[] Measure<T>(IJetSource<T> source, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var jets = new SourceJets<T>(source, 2);
        int p = source.Layout.Tangents;
        int count = 0;
        var (ofInput, ofTarget) = (new Sums(p, source.InputFeatures), new Sums(p, source.OutputFeatures));
        double[] mean = new double[source.OutputFeatures];
        double[] deviations = new double[source.OutputFeatures];
        foreach (long sample in SampleSubset.Of(source.Count, MaxSamples))
        {
            cancellationToken.ThrowIfCancellationRequested();
            jets.Load([sample], 2);
            if (jets.Coordinates is null)
            {
                ofInput.Add(jets.Input(0));
            }

            var target = jets.Target(0);
            ofTarget.Add(target);
            count++;
            for (int f = 0; f < mean.Length; f++)
            {
                // Welford's way, since the difference of mean squares cancels where values vary little for their size.
                double value = double.CreateTruncating(target[0, 0, f]);
                double difference = value - mean[f];
                mean[f] += difference / count;
                deviations[f] += difference * (value - mean[f]);
            }
        }

        double[] reach = new double[p];
        for (int i = 0; i < p; i++)
        {
            // Where tangents are inputs, the input has no curvature.
            double along = Math.Min(jets.Coordinates is null ? ofInput.Along(i, _ => 1) : double.PositiveInfinity, ofTarget.Along(i, InverseVariance));
            reach[i] = Math.Min(source.TangentScale(i), along);
            if (!(reach[i] > 0))
            {
                throw new ArgumentException($"The source's derivatives along tangent {i} are not finite, or there are only second ones.", nameof(source));
            }
        }

        return reach;

        double InverseVariance(int f) => deviations[f] > 0 ? 1 / deviations[f] : 0;
    }

    /// <summary>Squares of derivatives along each tangent, summed over samples for each feature.</summary>
    private sealed class Sums(int tangents, int features)
    {
        private readonly double[,] _first = new double[tangents, features];
        private readonly double[,] _second = new double[tangents, features];

        public void Add<T>(JetSpan<T> jet)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int i = 0; i < tangents; i++)
            {
                AddSquares(jet.Row(1 + i, 0), _first, i);
                AddSquares(jet.Row(1 + tangents + UpperTriangle.Index(i, i, tangents), 0), _second, i);
            }
        }

        /// <summary>√(Σ w |∂ᵢ|² / Σ w |∂ᵢᵢ|²), w being the weight of a feature; infinite without curvature.</summary>
        public double Along(int i, Func<int, double> weight)
        {
            var (first, second) = (0.0, 0.0);
            for (int f = 0; f < features; f++)
            {
                first += weight(f) * _first[i, f];
                second += weight(f) * _second[i, f];
            }

            return second == 0 ? double.PositiveInfinity : Math.Sqrt(first / second);
        }

        private static void AddSquares<T>(ReadOnlySpan<T> row, double[,] sums, int i)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int f = 0; f < row.Length; f++)
            {
                double value = double.CreateTruncating(row[f]);
                sums[i, f] += value * value;
            }
        }
    }
}
