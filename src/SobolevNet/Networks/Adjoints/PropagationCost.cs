namespace SobolevNet;

/// <summary>Counts the multiply-adds of a training step for each sample, by which the cheaper way of propagation is chosen.</summary>
/// <remarks>
/// Forward jets take all components through the network three times: forward, in reverse, and for the weight gradients; nothing goes back into the
/// inputs. Adjoints take (1 + m)(1 + k) rows through it three times: the value and the m outputs' adjoints, each with k tangents where there are second
/// derivatives; or 1 + k + m rows and, for each output, a product of k² elements over the features of every hidden layer, forward and in reverse. Where
/// tangents are not inputs themselves, each component of order 1, with products of Hessians of order 2 too, takes a scalar product with the path besides, forward
/// and in reverse, and each of order 2 another one where paths are curved.
/// </remarks>
internal static class PropagationCost
{
    /// <summary>The part of the count of forward jets that adjoints may have to be chosen, where tangents are inputs.</summary>
    private const double MarginOfInputs = 0.9;

    /// <summary>The same along other paths, whose jets are filled in and kept beside what is propagated.</summary>
    private const double MarginOfPaths = 0.65;

    /// <summary>How many multiply-adds of a product one of a scalar product with a path counts for.</summary>
    private const double CostOfPaths = 4;

    /// <summary>Multiply-adds of a pair of tangents in a feature: a product forward, one in reverse, and what is done around them.</summary>
    private const double CostOfPairs = 3;

    /// <summary>Multiply-adds of forward jets.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="liveInputs">The part of the inputs that differ from zero: the first layer leaves out the others.</param>
    public static double OfForward(MlpArchitecture architecture, JetLayout layout, int inputOrder, double liveInputs = 1)
    {
        double sum = 2.0 * layout.Truncate(inputOrder).Count * liveInputs * Weights(architecture, 0);
        for (int layer = 1; layer < architecture.LayerCount; layer++)
        {
            sum += 3.0 * layout.Count * Weights(architecture, layer);
        }

        return sum;
    }

    /// <summary>Multiply-adds of adjoints, with second derivatives in the cheaper of their two forms.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components, of order 1 or 2.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="alongInputs">Whether the tangents are inputs themselves.</param>
    public static double OfAdjoint(MlpArchitecture architecture, JetLayout layout, int inputOrder, bool alongInputs) =>
        OfAdjoint(architecture, layout, inputOrder, alongInputs, PrefersPairs(architecture, layout, inputOrder, alongInputs));

    /// <summary>Whether adjoints give second derivatives along pairs of tangents at less cost than from products of Hessians.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components, of order 1 or 2.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="alongInputs">Whether the tangents are inputs themselves.</param>
    public static bool PrefersPairs(MlpArchitecture architecture, JetLayout layout, int inputOrder, bool alongInputs) =>
        layout.Order == 2
        && OfAdjoint(architecture, layout, inputOrder, alongInputs, hasPairs: true) < OfAdjoint(architecture, layout, inputOrder, alongInputs, hasPairs: false);

    private static double OfAdjoint(MlpArchitecture architecture, JetLayout layout, int inputOrder, bool alongInputs, bool hasPairs)
    {
        int tangents = AdjointComponents.CountTangents(layout, hasPairs);
        double seeds = architecture.Outputs;
        double values = 1.0 + tangents;
        double adjoints = seeds * (hasPairs ? 1 : values);
        int last = architecture.LayerCount - 1;
        double pairs = hasPairs ? CostOfPairs * seeds * tangents * tangents : 0;
        double sum = ((alongInputs ? 2 : 2 * values) + (3 * adjoints)) * Weights(architecture, 0);
        for (int layer = 1; layer <= last; layer++)
        {
            sum += (layer == last ? 3 + seeds : 3 * (values + adjoints)) * Weights(architecture, layer);
            sum += pairs * architecture.Sizes[layer];
        }

        double scalars = alongInputs ? 0 : layout.Firsts.Length + (hasPairs ? 0 : layout.Seconds.Length) + (inputOrder < 2 ? 0 : layout.Seconds.Length);
        return sum + (2 * CostOfPaths * seeds * architecture.Inputs * scalars);
    }

    /// <summary>Whether adjoints are the cheaper way.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components, of order 1 or 2.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="alongInputs">Whether the tangents are inputs themselves.</param>
    /// <param name="liveInputs">The part of the inputs that differ from zero.</param>
    public static bool PrefersAdjoint(MlpArchitecture architecture, JetLayout layout, int inputOrder, bool alongInputs, double liveInputs = 1)
    {
        double margin = alongInputs ? MarginOfInputs : MarginOfPaths;
        return OfAdjoint(architecture, layout, inputOrder, alongInputs) < margin * OfForward(architecture, layout, inputOrder, liveInputs);
    }

    private static double Weights(MlpArchitecture architecture, int layer) => (double)architecture.Sizes[layer] * architecture.Sizes[layer + 1];
}
