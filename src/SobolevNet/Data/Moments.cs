using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Running means and sums of squared deviations of some features over weighted rows, by Welford's formula: offsets do not cancel digits. NaN, a label that is missing, is left
/// out. Equal weights give the bits of weight 1.
/// </summary>
internal sealed class Moments(int features)
{
    private readonly double[] _means = new double[features];
    private readonly double[] _deviations = new double[features];
    private readonly double[] _weights = new double[features];

    /// <summary>The weight of all rows taken in.</summary>
    public double Weight { get; private set; }

    /// <summary>The mean of each feature.</summary>
    public double[] Means => _means;

    /// <summary>The variance of each feature; 0 without rows.</summary>
    public double[] Variances() => [.. _deviations.Zip(_weights, (sum, weight) => weight > 0 ? sum / weight : 0)];

    /// <summary>Takes in a row.</summary>
    public void Add<T>(ReadOnlySpan<T> row, double weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (weight == 0)
        {
            return;
        }

        Weight += weight;
        for (int f = 0; f < row.Length; f++)
        {
            double value = double.CreateTruncating(row[f]);
            if (double.IsNaN(value))
            {
                continue;
            }

            double difference = value - _means[f];
            _weights[f] += weight;
            _means[f] += weight * difference / _weights[f];
            _deviations[f] += weight * (difference * (value - _means[f]));
        }
    }

    /// <summary>Takes in all rows of others.</summary>
    public void Add(Moments other)
    {
        for (int f = 0; f < _means.Length; f++)
        {
            if (other._weights[f] == 0)
            {
                continue;
            }

            double share = other._weights[f] / (_weights[f] + other._weights[f]);
            double difference = other._means[f] - _means[f];
            _deviations[f] += other._deviations[f] + (difference * difference * share * _weights[f]);
            _means[f] += share * difference;
            _weights[f] += other._weights[f];
        }

        Weight += other.Weight;
    }
}
