namespace SobolevNet;

/// <summary>Counts the multiply-adds of a training step for each sample, by which the cheaper way of propagation is chosen.</summary>
/// <remarks>
/// Forward jets take all components through the network three times: forward, in reverse, and for the weight gradients; nothing goes back into the
/// inputs. Adjoints take (1 + m)(1 + k) rows through it three times: the value and the m outputs' adjoints, each with k tangents where there are second
/// derivatives. Along directions that are not inputs themselves, each component is a product with the direction besides, forth and back.
/// </remarks>
internal static class PropagationCost
{
    /// <summary>The part of the count of forward jets that adjoints may have to be chosen, where tangents are inputs.</summary>
    private const double MarginOfInputs = 0.9;

    /// <summary>The same along other directions, whose jets are filled in and kept beside what is propagated.</summary>
    private const double MarginOfDirections = 0.6;

    /// <summary>The same where inputs may be those of an image, many and mostly zero: forward jets leave such inputs out.</summary>
    private const double MarginOfImages = 0.1;

    /// <summary>Inputs from which on they may be those of an image.</summary>
    private const int InputsOfImage = 128;

    /// <summary>How many multiply-adds of a product one of a scalar product with a direction counts for.</summary>
    private const double CostOfDirections = 4;

    /// <summary>Multiply-adds of forward jets.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    public static double OfForward(MlpArchitecture architecture, JetLayout layout, int inputOrder)
    {
        double sum = 2.0 * layout.Truncate(inputOrder).Count * Weights(architecture, 0);
        for (int layer = 1; layer < architecture.LayerCount; layer++)
        {
            sum += 3.0 * layout.Count * Weights(architecture, layer);
        }

        return sum;
    }

    /// <summary>Multiply-adds of adjoints.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components, of order 1 or 2.</param>
    /// <param name="alongInputs">Whether the tangents are inputs themselves.</param>
    public static double OfAdjoint(MlpArchitecture architecture, JetLayout layout, bool alongInputs)
    {
        double components = 1.0 + AdjointComponents.CountTangents(layout);
        double seeds = architecture.Outputs;
        double products = alongInputs ? 0 : 2 * CostOfDirections * seeds * architecture.Inputs * (layout.Count - 1.0);
        int last = architecture.LayerCount - 1;
        double sum = products + (components * (2 + (3 * seeds)) * Weights(architecture, 0));
        for (int layer = 1; layer <= last; layer++)
        {
            double rows = layer == last ? 2 + (components * (1 + seeds)) : 3 * components * (1 + seeds);
            sum += rows * Weights(architecture, layer);
        }

        return sum;
    }

    /// <summary>Whether adjoints are the cheaper way.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="alongInputs">Whether the tangents are inputs themselves.</param>
    public static bool PrefersAdjoint(MlpArchitecture architecture, JetLayout layout, int inputOrder, bool alongInputs)
    {
        double margin = alongInputs ? MarginOfInputs : architecture.Inputs < InputsOfImage ? MarginOfDirections : MarginOfImages;
        return layout.Order > 0 && OfAdjoint(architecture, layout, alongInputs) < margin * OfForward(architecture, layout, inputOrder);
    }

    private static double Weights(MlpArchitecture architecture, int layer) => (double)architecture.Sizes[layer] * architecture.Sizes[layer + 1];
}
