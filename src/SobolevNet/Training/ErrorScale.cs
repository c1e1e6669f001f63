using System.Numerics;

namespace SobolevNet;

/// <summary>What errors are weighed by and compared with.</summary>
internal sealed class ErrorScale
{
    private readonly bool _isBalanced;
    private readonly SobolevLoss? _loss;

    private ErrorScale(bool isBalanced, SobolevLoss? loss) => (_isBalanced, _loss) = (isBalanced, loss);

    /// <summary>All components and outputs have the weight 1.</summary>
    public static ErrorScale Plain { get; } = new(false, null);

    /// <summary>Components are weighed by the ranges of their tangents, outputs by their sizes among the samples compared.</summary>
    public static ErrorScale Balanced { get; } = new(true, null);

    /// <summary>As in training; what does not vary among the samples compared is compared with what the training data have.</summary>
    public static ErrorScale Of(SobolevLoss loss) => new(true, loss);

    /// <summary>v_c of each component.</summary>
    public double[] ComponentWeights<T>(IJetSource<T> source, JetLayout layout)
        where T : unmanaged
    {
        double[] weights = new double[layout.Count];
        Array.Fill(weights, 1);
        return _isBalanced ? [.. TangentProducts.Ranges(source, layout).Select(range => range * range)] : weights;
    }

    /// <summary>√(Σ u E / Σ u S) for each order.</summary>
    /// <param name="errors">Sums of squared errors, weighed by components, shape (orders, outputs).</param>
    /// <param name="sizes">Sums of squared targets, likewise; those of order 0 are not used.</param>
    /// <param name="known">The weight of what is known, likewise; an order of which nothing is has the error NaN.</param>
    /// <param name="values">Means and deviations of the values.</param>
    public double[] Relative<T>(double[] errors, double[] sizes, double[] known, Moments values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outputs = values.Means.Length;
        double[] variances = values.Variances();
        double[] spreads = FeatureSize.Spreads<T>(values.Means, variances);
        double[] complete = FeatureSize.Complete(spreads, values.Means);
        double[] weights = _loss is not null ? _loss.OutputWeights.ToArray() : _isBalanced ? FeatureSize.Weights(complete) : [.. spreads.Select(_ => 1.0)];
        double[] relative = new double[errors.Length / outputs];
        double ofValues = 0;
        for (int order = 0; order < relative.Length; order++)
        {
            double error = 0;
            double size = 0;
            for (int f = 0; f < outputs; f++)
            {
                error += weights[f] * errors[(order * outputs) + f];
                double square = order > 0 ? sizes[(order * outputs) + f] : spreads[f] > 0 ? values.Weights[f] * variances[f] : 0;
                size += weights[f] * square;
            }

            if (!(size > 0))
            {
                size = _loss is not null ? values.Weight * _loss.Normalizers[Math.Min(order, _loss.Layout.Order)]
                    : order > 0 ? ofValues
                    : values.Weight * weights.Zip(complete, (weight, one) => weight * one * one).Sum();
            }

            ofValues = order == 0 ? size : ofValues;
            bool isKnown = known.AsSpan(order * outputs, outputs).ContainsAnyExcept(0.0);
            relative[order] = !isKnown ? double.NaN : error == 0 ? 0 : Math.Sqrt(error / size);
        }

        return relative;
    }
}
