using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Errors of every column, which is one component of one output, added up over samples with weights w. Columns are numbered (component, output).
/// </summary>
/// <remarks>
/// A target that is NaN is a missing label and is not counted, nor are samples of weight 0; sources that may not have any are checked before. Different columns can be added to from
/// different threads; the samples of one column come in order, so that sums do not depend on the threads.
/// </remarks>
/// <param name="layout">The components compared.</param>
/// <param name="outputs">Outputs of the network.</param>
/// <param name="details">What is kept beside the sums; null for the sums alone.</param>
internal sealed class ErrorSums(JetLayout layout, int outputs, ErrorDetails? details)
{
    private readonly double[] _means = new double[outputs];

    /// <summary>The components compared.</summary>
    public JetLayout Layout => layout;

    /// <summary>Outputs of the network.</summary>
    public int Outputs => outputs;

    /// <summary>Targets of each column that are known.</summary>
    public long[] Counts { get; } = new long[layout.Count * outputs];

    /// <summary>Σ w of each column, over the targets that are known.</summary>
    public double[] Weights { get; } = new double[layout.Count * outputs];

    /// <summary>Σ w (N − y)² of each column.</summary>
    public double[] Squares { get; } = new double[layout.Count * outputs];

    /// <summary>Σ w (y − ȳ)² of the values, Σ w y² of derivatives.</summary>
    public double[] Sizes { get; } = new double[layout.Count * outputs];

    /// <summary>The largest |N − y| of each column; infinite where an output is NaN.</summary>
    public double[] Largest { get; } = new double[layout.Count * outputs];

    /// <summary>ȳ of each output's value.</summary>
    public double[] Means => _means;

    /// <summary>Mean of (y − ȳ)² of each output's value; 0 where none is known.</summary>
    public double[] Variances() => [.. Sizes.Take(outputs).Zip(Weights, (size, weight) => weight > 0 ? size / weight : 0)];

    /// <summary>Forgets all samples.</summary>
    public void Clear()
    {
        Array.Clear(Counts);
        Array.Clear(Weights);
        Array.Clear(Squares);
        Array.Clear(Sizes);
        Array.Clear(Largest);
        Array.Clear(_means);
    }

    /// <summary>Adds some outputs of one component.</summary>
    /// <param name="component">The component.</param>
    /// <param name="features">The outputs.</param>
    /// <param name="output">What the network gave.</param>
    /// <param name="target">What it should give.</param>
    /// <param name="samples">The numbers of the samples.</param>
    /// <param name="position">How many samples came before these.</param>
    /// <param name="weights">w of each sample; all 1 if empty.</param>
    public void Add<T>(
        int component, Range features, JetSpan<T> output, JetSpan<T> target, ReadOnlySpan<long> samples, int position, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (first, count) = features.GetOffsetAndLength(outputs);
        for (int s = 0; s < samples.Length; s++)
        {
            var row = output.Row(component, s);
            var wanted = target.Row(component, s);
            double weight = weights.IsEmpty ? 1 : weights[s];
            for (int f = first; f < first + count; f++)
            {
                double size = double.CreateTruncating(wanted[f]);
                if (double.IsNaN(size) || weight == 0)
                {
                    continue;
                }

                int column = (component * outputs) + f;
                double error = double.CreateTruncating(row[f]) - size;
                double magnitude = double.IsNaN(error) ? double.PositiveInfinity : Math.Abs(error);
                Counts[column]++;
                Weights[column] += weight;
                Squares[column] += weight * (error * error);
                Largest[column] = Math.Max(Largest[column], magnitude);
                if (component == 0)
                {
                    // Welford's formula: an offset of the values does not cancel digits.
                    double difference = size - _means[f];
                    _means[f] += weight * difference / Weights[column];
                    Sizes[column] += weight * (difference * (size - _means[f]));
                }
                else
                {
                    Sizes[column] += weight * (size * size);
                }

                details?.Add(column, magnitude, weight, samples[s], position + s);
            }
        }
    }
}
