using System.Numerics;

namespace SobolevNet;

/// <summary>Running means and sums of squared deviations of some features, by Welford's formula: offsets do not cancel digits.</summary>
internal sealed class Moments(int features)
{
    private readonly double[] _means = new double[features];
    private readonly double[] _deviations = new double[features];

    /// <summary>Rows taken in.</summary>
    public long Count { get; private set; }

    /// <summary>The mean of each feature.</summary>
    public double[] Means => _means;

    /// <summary>The variance of each feature; 0 without rows.</summary>
    public double[] Variances() => [.. _deviations.Select(sum => sum / Math.Max(1, Count))];

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Clear(_means);
        Array.Clear(_deviations);
    }

    /// <summary>Takes in a row.</summary>
    public void Add<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Count++;
        for (int f = 0; f < row.Length; f++)
        {
            double value = double.CreateTruncating(row[f]);
            double difference = value - _means[f];
            _means[f] += difference / Count;
            _deviations[f] += difference * (value - _means[f]);
        }
    }

    /// <summary>Takes in all rows of others.</summary>
    public void Add(Moments other)
    {
        if (other.Count == 0)
        {
            return;
        }

        double share = (double)other.Count / (Count + other.Count);
        for (int f = 0; f < _means.Length; f++)
        {
            double difference = other._means[f] - _means[f];
            _deviations[f] += other._deviations[f] + (difference * difference * share * Count);
            _means[f] += share * difference;
        }

        Count += other.Count;
    }
}
