using System.Numerics.Tensors;

namespace SobolevNet.LabelChecking;

/// <summary>Derivatives of one output as supplied, and estimates of them that need no labels: finite differences, or fits to scattered samples.</summary>
internal sealed class LabelEvidence
{
    /// <summary>The components compared.</summary>
    public required int[] Components { get; init; }

    public required int Output { get; init; }

    /// <summary>For each of <see cref="Components"/>, estimates at some samples.</summary>
    public required double[][] Estimated { get; init; }

    /// <summary>Typical error of the estimates of each component; null if they are exact or unknown.</summary>
    public double[]? EstimateError { get; init; }

    /// <summary>For each of <see cref="Components"/>, what was supplied at the same samples.</summary>
    public required double[][] Supplied { get; init; }

    /// <summary>How far samples differ along each component's tangents, so that derivatives by coordinates of other units compare.</summary>
    public required double[] Reach { get; init; }

    /// <summary>How well the estimates' method predicts values it has not seen; 1 is perfect.</summary>
    public double Predictability { get; init; }

    /// <summary>Whether the estimates are finite differences of a function, not fits to scattered samples.</summary>
    public bool IsExact { get; init; }

    /// <summary>How far a factor may be from 1 and still pass.</summary>
    public double Tolerance => IsExact ? 0.02 : 0.3;

    public double[] SuppliedFor(int k) => Supplied[k];

    /// <summary>The factor that the supplied derivative needs, with how far it may be off.</summary>
    public (double Scale, double Uncertainty) Scale(int k)
    {
        double[] supplied = Supplied[k];
        double square = Dot(supplied, supplied);
        if (square == 0)
        {
            return (double.NaN, double.PositiveInfinity);
        }

        double scale = Dot(Estimated[k], supplied) / square;
        double rest = Math.Max(0, Dot(Estimated[k], Estimated[k]) - (scale * scale * square));
        double statistical = 2 * Math.Sqrt(rest / (square * Math.Max(1, supplied.Length - 1)));

        // Fitted estimates come out too flat where the function bends between neighbors; the scatter shows how much.
        double scatter = Math.Max(1 - Predictability, rest / Math.Max(rest + (scale * scale * square), double.Epsilon));
        double systematic = IsExact ? 0 : (scale < 1 ? 0.25 : 0.05) * Math.Abs(scale) * Math.Sqrt(Math.Clamp(scatter, 0, 1));
        return (scale, statistical + systematic);
    }

    /// <summary>The figures of a report.</summary>
    public LabelVerdicts.Figure[] Figures() => [.. Components.Select((_, k) => new LabelVerdicts.Figure(Scale(k).Scale, Scale(k).Uncertainty, Cosine(k, Supplied[k])))];

    /// <summary>Cosine between estimate and supply; 0 if one of both is zero throughout.</summary>
    public double Cosine(int k, double[] supplied) => Cosine(Estimated[k], supplied);

    /// <summary>Cosine between two columns; 0 if one of both is zero throughout.</summary>
    public static double Cosine(double[] a, double[] b)
    {
        // Root by root: products of squares of large units would leave the range of numbers.
        double lengthA = TensorPrimitives.Norm<double>(a);
        double lengthB = TensorPrimitives.Norm<double>(b);
        return lengthA > 0 && lengthB > 0 ? Dot(a, b) / lengthA / lengthB : 0;
    }

    /// <summary>Squared distance over squared length of the expected derivative.</summary>
    public static double Mismatch(double[] expected, double[] supplied)
    {
        double distance = Math.Pow(TensorPrimitives.Distance<double>(expected, supplied), 2);
        double square = Dot(expected, expected);
        return square > 0 ? distance / square : distance > 0 ? double.PositiveInfinity : 0;
    }

    private static double Dot(double[] a, double[] b) => TensorPrimitives.Dot<double>(a, b);
}
