namespace SobolevNet.LabelChecking;

/// <summary>Bounds of the third order in the distance of pairs, by which <see cref="PairTest"/> tells curvature from mistakes.</summary>
internal static class ThirdOrder
{
    /// <summary>The correlation that structure has at least between the nearest samples: that of the lowest degree, at least 2, that the model lacks.</summary>
    /// <param name="nearest">The mean square distance of the nearest pairs.</param>
    /// <param name="typical">That of any pairs.</param>
    /// <param name="degree">The degree of the model.</param>
    public static double LeastCorrelation(double nearest, double typical, int degree) => Math.Pow(Math.Clamp(1 - (nearest / typical), 0.01, 1), Math.Max(2, degree + 1));

    /// <summary>What a rest has beyond that of the nearest pairs if it grows as the coordinates do.</summary>
    /// <param name="size">The rest's root mean square.</param>
    /// <param name="nearest">The same of the nearest pairs.</param>
    /// <param name="growth">How much the coordinates grow; infinite if the nearest pairs do not differ along a tangent.</param>
    public static double Excess(double size, double nearest, double growth) =>
        double.IsFinite(growth) ? Math.Sqrt(Math.Max(0, (size * size) - Math.Pow(growth * nearest, 2))) : 0;

    /// <summary>How much farther some pairs are apart than others, along the tangent where that is most; infinite if the others do not differ along one.</summary>
    public static double Growth(SamplePairs near, SamplePairs far)
    {
        int p = near.FromFactor.Length / near.Count;
        return Enumerable.Range(0, p).Max(k => Reach(far, k) is > 0 and double reach ? reach / Reach(near, k) : 1);

        double Reach(SamplePairs pairs, int k) => Math.Sqrt(Enumerable.Range(0, pairs.Count).Average(pair => Math.Pow(pairs.FromFactor[(pair * p) + k], 2)));
    }

    /// <summary>
    /// How much differences along a tangent of few values may deviate from the trapezoidal rule. No sample shows the slope between neighboring values; it
    /// may be as far beyond the slopes at both ends as these are apart.
    /// </summary>
    public static double Gap(SamplePairs pairs, double[] model, int tangent)
    {
        int p = pairs.FromFactor.Length / pairs.Count;
        return Math.Sqrt(Enumerable.Range(0, pairs.Count).Average(
            pair => Math.Pow(2 * pairs.FromFactor[(pair * p) + tangent] * (model[pairs.To[pair]] - model[pairs.From[pair]]), 2)));
    }
}
