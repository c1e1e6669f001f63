using System.Numerics;

namespace SobolevNet;

/// <summary>The standard deviation of chosen inputs over samples that come in pieces, with their weights if there are any; 1 for an input that does not vary.</summary>
/// <remarks>
/// Inputs are measured from the first sample and in parts of the largest distance, for which all samples are looked at before they are added: a constant is exactly
/// constant, whatever its size, and no square of a tiny or huge unit is lost.
/// </remarks>
/// <param name="inputs">The numbers of the inputs.</param>
internal sealed class InputSpreads(int[] inputs)
{
    private readonly double[] _largest = new double[inputs.Length];
    private readonly double[] _means = new double[inputs.Length];
    private readonly double[] _squares = new double[inputs.Length];
    private double[]? _origins;
    private double _weight;

    /// <summary>The spreads of inputs in memory.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="inputs">The numbers of those that are chosen.</param>
    /// <param name="weights">The weight of each sample; none if null.</param>
    public static double[] Of<T>(JetBatch<T> x, ReadOnlySpan<int> inputs, double[]? weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var spreads = new InputSpreads(inputs.ToArray());
        spreads.Look<T>(x.Component(0), x.Features);
        spreads.Add<T>(x.Component(0), x.Features, weights);
        return spreads.Result();
    }

    /// <summary>Looks at rows of inputs: all samples, once, before any is added.</summary>
    public void Look<T>(ReadOnlySpan<T> rows, int features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int at = 0; at < rows.Length; at += features)
        {
            var row = rows.Slice(at, features);
            _origins ??= [.. inputs.Select(_ => double.NaN)];
            for (int k = 0; k < inputs.Length; k++)
            {
                double value = double.CreateTruncating(row[inputs[k]]);
                _origins[k] = double.IsNaN(_origins[k]) ? value : _origins[k];
                _largest[k] = Math.Max(_largest[k], Math.Abs(value - _origins[k]));
            }
        }
    }

    /// <summary>Adds the same rows, in the same order.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="features">Elements of a row.</param>
    /// <param name="weights">The weight of each; 1 if there are none.</param>
    public void Add<T>(ReadOnlySpan<T> rows, int features, ReadOnlySpan<double> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int s = 0; s < rows.Length / features; s++)
        {
            double weight = weights.IsEmpty ? 1 : weights[s];
            if (weight == 0)
            {
                continue;
            }

            _weight += weight;
            var row = rows.Slice(s * features, features);
            for (int k = 0; k < inputs.Length; k++)
            {
                double part = (double.CreateTruncating(row[inputs[k]]) - _origins![k]) / _largest[k];
                double difference = part - _means[k];
                _means[k] += difference * weight / _weight;
                _squares[k] += weight * (difference * (part - _means[k]));
            }
        }
    }

    /// <summary>The standard deviations.</summary>
    public double[] Result()
    {
        double[] spreads = new double[inputs.Length];
        for (int k = 0; k < spreads.Length; k++)
        {
            spreads[k] = _largest[k] > 0 && double.IsFinite(_largest[k]) && _squares[k] > 0 ? _largest[k] * Math.Sqrt(_squares[k] / _weight) : 1;
        }

        return spreads;
    }
}
