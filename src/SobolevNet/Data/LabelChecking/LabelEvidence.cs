namespace SobolevNet;

/// <summary>
/// What is known about the derivatives of one quantity (a value, or a first derivative) of one output: a fit to differences of
/// neighbors, estimates from the values alone, or both.
/// </summary>
internal sealed class LabelEvidence
{
    /// <summary>The component of the derivative that belongs to each tangent.</summary>
    public required int[] Components { get; init; }

    /// <summary>The components that may have been mixed up with them: all of the same order.</summary>
    public required int[] Candidates { get; init; }

    public required int Output { get; init; }

    /// <summary>The fit of the supplied derivatives to differences; null if neighbors do not lie along the tangents.</summary>
    public PairFit? Fit { get; init; }

    /// <summary>For each of <see cref="Components"/>, estimates at some samples; null if there are none.</summary>
    public double[][]? Estimated { get; init; }

    /// <summary>Typical error of the estimates of each component; null if they are exact or unknown.</summary>
    public double[]? EstimateError { get; init; }

    /// <summary>For each of <see cref="Candidates"/>, what was supplied at the same samples.</summary>
    public required double[][] Supplied { get; init; }

    /// <summary>How far samples differ along each tangent, so that derivatives by coordinates of other units compare.</summary>
    public required double[] Reach { get; init; }

    /// <summary>How well the estimates' method predicts values it has not seen; 1 is perfect.</summary>
    public double Predictability { get; init; }

    /// <summary>Whether the estimates are finite differences of a function, not fits to scattered samples.</summary>
    public bool IsExact { get; init; }

    /// <summary>How far a factor may be from 1 and still pass.</summary>
    public double Tolerance => IsExact ? 0.02 : Fit is not null ? 0.2 : 0.3;

    public double[] SuppliedFor(int k) => Supplied[Array.IndexOf(Candidates, Components[k])];

    /// <summary>The factor that the supplied derivative needs, with how far it may be off.</summary>
    public (double Scale, double Uncertainty) Scale(int k)
    {
        if (Fit is not null)
        {
            return (Fit.Scale[k], Fit.Uncertainty[k]);
        }

        if (Estimated is null)
        {
            return (double.NaN, double.PositiveInfinity);
        }

        double[] supplied = SuppliedFor(k);
        double square = Dot(supplied, supplied);
        if (square == 0)
        {
            return (double.NaN, double.PositiveInfinity);
        }

        double scale = Dot(Estimated[k], supplied) / square;
        double rest = Math.Max(0, Dot(Estimated[k], Estimated[k]) - (scale * scale * square));
        double statistical = 2 * Math.Sqrt(rest / (square * Math.Max(1, supplied.Length - 1)));

        // Fitted estimates come out too flat where the function bends within reach; the scatter shows how much.
        double scatter = Math.Max(1 - Predictability, rest / Math.Max(rest + (scale * scale * square), double.Epsilon));
        double systematic = IsExact ? 0 : (scale < 1 ? 0.25 : 0.05) * Math.Abs(scale) * Math.Sqrt(Math.Clamp(scatter, 0, 1));
        return (scale, statistical + systematic);
    }

    /// <summary>Cosine between estimate and supply; NaN without estimates, 0 if one of both is zero throughout.</summary>
    public double Cosine(int k, double[] supplied)
    {
        if (Estimated is null)
        {
            return double.NaN;
        }

        // Root by root: products of squares of large units would leave the range of numbers.
        double estimatedLength = Math.Sqrt(Dot(Estimated[k], Estimated[k]));
        double suppliedLength = Math.Sqrt(Dot(supplied, supplied));
        return estimatedLength > 0 && suppliedLength > 0 ? Dot(Estimated[k], supplied) / estimatedLength / suppliedLength : 0;
    }

    /// <summary>What the derivative should be as far as known, at the samples of <see cref="Supplied"/>; null if unknown.</summary>
    public double[]? Expected(int k)
    {
        if (Fit is { ResidualScaled: <= 0.1 } && double.IsFinite(Fit.Scale[k]))
        {
            return [.. SuppliedFor(k).Select(value => value * Fit.Scale[k])];
        }

        return Estimated?[k];
    }

    /// <summary>Squared distance over squared length of the expected derivative.</summary>
    public static double Mismatch(double[] expected, double[] supplied)
    {
        double distance = 0;
        for (int k = 0; k < expected.Length; k++)
        {
            distance += Math.Pow(expected[k] - supplied[k], 2);
        }

        double square = Dot(expected, expected);
        return square > 0 ? distance / square : distance > 0 ? double.PositiveInfinity : 0;
    }

    private static double Dot(double[] a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Dot<double>(a, b);
}
