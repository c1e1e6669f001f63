using System.Globalization;

namespace SobolevNet;

/// <summary>How much each output and each component of the labels counts in the loss and in errors: the factors of u_f and v_c that the options give.</summary>
/// <remarks>Outputs are divided by the largest weight, components by the largest of their order, because the loss depends on ratios alone.</remarks>
internal sealed class LossWeights
{
    private LossWeights(double[] outputs, double[] components) => (Outputs, Components) = (outputs, components);

    /// <summary>The weight of each output, in [0, 1]; one of weight 0 is not trained.</summary>
    public double[] Outputs { get; }

    /// <summary>The weight of each component, in [0, 1]; one of weight 0 is not trained.</summary>
    public double[] Components { get; }

    /// <summary>Whether all count the same.</summary>
    public bool AreEqual => !Outputs.AsSpan().ContainsAnyExcept(1.0) && !Components.AsSpan().ContainsAnyExcept(1.0);

    /// <summary>The weight of a component of validation data: 1 where only these have it, since components that have weights are the same there.</summary>
    public double OfValidated(int component) => component < Components.Length ? Components[component] : 1;

    /// <summary>All weights are 1.</summary>
    public static LossWeights Equal(JetLayout layout, int outputs) => new(Ones(outputs), Ones(layout.Count));

    /// <summary>The weights that options give.</summary>
    /// <param name="options">The options.</param>
    /// <param name="layout">The components of the labels as the caller gave them.</param>
    /// <param name="outputs">Outputs of the network.</param>
    /// <param name="isTrained">Whether each order, from 0 on, is trained.</param>
    /// <exception cref="ArgumentException">There are not as many weights as outputs or components, or all components of a trained order have the weight 0.</exception>
    public static LossWeights Of(SobolevTrainingOptions options, JetLayout layout, int outputs, ReadOnlySpan<bool> isTrained)
    {
        double[] ofOutputs = Taken(options.OutputWeights, outputs, $"the network has {outputs} outputs", nameof(options.OutputWeights));
        double[] components = Taken(options.ComponentWeights, layout.Count, $"the labels have the components of {layout}", nameof(options.ComponentWeights));
        Normalize(ofOutputs);
        for (int order = 0, first = 0; order <= layout.Order; first += layout.CountOf(order), order++)
        {
            var weights = components.AsSpan(first, layout.CountOf(order));
            if (order < isTrained.Length && isTrained[order] && !weights.ContainsAnyExcept(0.0))
            {
                throw new ArgumentException(
                    $"All components of order {order} have the weight 0, but the order is trained. Expected one above 0; to leave the order out give it the weight 0 in " +
                    $"{nameof(options.OrderWeights)}.",
                    nameof(options.ComponentWeights));
            }

            Normalize(weights);
        }

        return new LossWeights(ofOutputs, components);
    }

    /// <summary>Checks weights that an option is set to.</summary>
    /// <returns>A copy; null if there are none.</returns>
    /// <exception cref="ArgumentException">There are no weights, one is negative or not finite, or all are 0.</exception>
    public static IReadOnlyList<double>? Checked(IReadOnlyList<double>? weights, string name)
    {
        if (weights is null)
        {
            return null;
        }

        for (int k = 0; k < weights.Count; k++)
        {
            if (!(weights[k] >= 0 && double.IsFinite(weights[k])))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"{name}[{k}] is {weights[k]}; expected a finite number of at least 0."), name);
            }
        }

        return weights.Any(weight => weight > 0)
            ? [.. weights]
            : throw new ArgumentException($"{name} has {weights.Count} weights, none above 0; expected one above 0.", name);
    }

    private static double[] Taken(IReadOnlyList<double>? given, int count, string reason, string name) =>
        given is null ? Ones(count)
        : given.Count == count ? [.. given]
        : throw new ArgumentException($"{name} has {given.Count} weights, but {reason}; expected {count} weights.", name);

    private static void Normalize(Span<double> weights)
    {
        double largest = 0;
        foreach (double weight in weights)
        {
            largest = Math.Max(largest, weight);
        }

        for (int k = 0; k < weights.Length && largest > 0; k++)
        {
            weights[k] /= largest;
        }
    }

    private static double[] Ones(int count)
    {
        double[] ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
