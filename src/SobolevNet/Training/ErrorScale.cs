using System.Numerics;

namespace SobolevNet;

/// <summary>What errors are weighed by and compared with.</summary>
internal sealed class ErrorScale
{
    private readonly bool _isBalanced;
    private readonly SobolevLoss? _loss;
    private readonly LossWeights? _weights;

    private ErrorScale(bool isBalanced, SobolevLoss? loss, LossWeights? weights = null) => (_isBalanced, _loss, _weights) = (isBalanced, loss, weights);

    /// <summary>All components and outputs have the weight 1.</summary>
    public static ErrorScale Plain { get; } = new(false, null);

    /// <summary>Components are weighed by the scales of their tangents, outputs by their sizes among the samples compared.</summary>
    public static ErrorScale Balanced { get; } = new(true, null);

    /// <summary>As in training; what does not vary among the samples compared is compared with what the training data have.</summary>
    /// <param name="loss">The loss of the training.</param>
    /// <param name="weights">How much its outputs and components count.</param>
    public static ErrorScale Of(SobolevLoss loss, LossWeights weights) => new(true, loss, weights);

    /// <summary>Whether outputs or components have weights of the training's options.</summary>
    public bool IsWeighted => _weights is { AreEqual: false };

    /// <summary>v_c of each component.</summary>
    public double[] ComponentWeights<T>(IJetSource<T> source, JetLayout layout)
        where T : unmanaged
    {
        double[] scales = new double[layout.Count];
        Array.Fill(scales, 1);
        scales = _isBalanced ? TangentProducts.Scales(source, layout) : scales;
        return [.. scales.Select((scale, component) => scale * scale * (_weights?.OfValidated(component) ?? 1))];
    }

    /// <summary>
    /// The size of the targets of each column: of values the deviation, or the mean where they do not vary by more than the rounding of <typeparamref name="T"/>;
    /// the root mean square of derivatives.
    /// </summary>
    public static double[] Sizes<T>(ErrorSums sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] spreads = FeatureSize.Spreads<T>(sums.Means, sums.Variances());
        return [.. sums.Sizes.Select((size, column) =>
            column >= sums.Outputs ? (sums.Weights[column] > 0 ? Math.Sqrt(size / sums.Weights[column]) : 0)
            : spreads[column] > 0 ? spreads[column]
            : Math.Abs(sums.Means[column]))];
    }

    /// <summary>√(Σ v u E / Σ v u S) for each order; NaN for one of which nothing is known.</summary>
    /// <param name="sums">Errors E and sizes S of all columns.</param>
    /// <param name="componentWeights">v_c of each component.</param>
    public double[] Relative<T>(ErrorSums sums, double[] componentWeights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outputs = sums.Outputs;
        double[] spreads = FeatureSize.Spreads<T>(sums.Means, sums.Variances());
        double[] complete = FeatureSize.Complete(spreads, sums.Means);
        double[] weights = _loss is not null ? _loss.OutputWeights.ToArray() : _isBalanced ? FeatureSize.Weights(complete) : [.. spreads.Select(_ => 1.0)];
        double[] errors = new double[sums.Layout.Order + 1];
        double[] sizes = new double[errors.Length];
        bool[] areKnown = new bool[errors.Length];
        for (int column = 0; column < sums.Squares.Length; column++)
        {
            var (component, f) = (column / outputs, column % outputs);
            double weight = componentWeights[component] * weights[f];
            int order = sums.Layout.OrderOf(component);
            areKnown[order] |= sums.Weights[column] > 0 && weight > 0;
            errors[order] += weight * sums.Squares[column];
            sizes[order] += component > 0 || spreads[f] > 0 ? weight * sums.Sizes[column] : 0;
        }

        double count = sums.Weights.Max();
        double[] relative = new double[errors.Length];
        for (int order = 0; order < relative.Length; order++)
        {
            if (!(sizes[order] > 0))
            {
                sizes[order] = _loss is not null ? count * _loss.Normalizers[Math.Min(order, _loss.Layout.Order)]
                    : order > 0 ? sizes[0]
                    : count * weights.Zip(complete, (weight, one) => weight * one * one).Sum();
            }

            relative[order] = !areKnown[order] ? double.NaN : errors[order] == 0 ? 0 : Math.Sqrt(errors[order] / sizes[order]);
        }

        return relative;
    }
}
