using System.Numerics.Tensors;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Do the labels of one output agree with estimates of the same derivatives that need no labels: finite differences of a function, or fits to scattered samples?
/// </summary>
/// <remarks>
/// In this order: the labels pass; components are exchanged; components are multiplied by constants; a component has nothing to do with the
/// estimates, which is reported only where the values themselves are predictable; inconclusive.
/// </remarks>
internal sealed class EstimateTest
{
    /// <summary>How much better an exchange must fit than the labels as they are.</summary>
    private const double Improvement = 0.3;

    /// <summary>The largest error of estimates, relative to the derivative, at which they can tell anything.</summary>
    private const double MaxErrorShare = 0.3;

    /// <summary>How predictable values must be before derivatives that do not fit them are called wrong.</summary>
    private const double Predictable = 0.8;

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

    public List<LabelVerdict> Diagnose()
    {
        if (Enumerable.Range(0, Components.Length).All(k => !HasEffect(k) || Passes(k)))
        {
            return [];
        }

        var found = Exchanged();
        found = found.Count > 0 ? found : OneByOne();
        return found.Count > 0 ? found : [.. Components.Where((_, k) => HasEffect(k) && !Passes(k)).Select(c => LabelVerdict.Open(c, Output, LabelMessages.Unfit))];
    }

    private bool IsOff(int k)
    {
        var (scale, uncertainty) = Scale(k);
        return double.IsFinite(scale) && Math.Abs(scale - 1) > Math.Max(Tolerance, 4 * uncertainty);
    }

    /// <summary>Whether estimates confirm a derivative. An estimate too coarse to reject a label is also too coarse to accept it.</summary>
    private bool Passes(int k)
    {
        double[] supplied = SuppliedFor(k);
        return IsExact
            ? !IsOff(k) && Mismatch(Estimated[k], supplied) <= 0.05 * 0.05
            : ErrorShare(k) <= MaxErrorShare
                && Math.Abs(Scale(k).Scale - 1) <= 1.2 * Tolerance
                && Cosine(k, supplied) >= 0.75;
    }

    private List<LabelVerdict> Exchanged()
    {
        int[] match = LabelVerdict.Assign(Estimated, Components, Components, Supplied);
        int[] moved = [.. Enumerable.Range(0, match.Length).Where(k => match[k] != Components[k])];
        double limit = IsExact ? 1e-3 : 0.15;
        return moved.All(k =>
        {
            double asIs = Mismatch(Estimated[k], SuppliedFor(k));
            double exchanged = Mismatch(Estimated[k], Supplied[Array.IndexOf(Components, match[k])]);
            return exchanged <= limit && exchanged <= Improvement * asIs;
        })
            ? [.. moved.Select(k => new LabelVerdict(LabelProblem.SwappedAxes, Components[k], Output, double.NaN, match[k]))]
            : [];
    }

    /// <summary>Compares each component with its estimates, which must be precise enough.</summary>
    private List<LabelVerdict> OneByOne()
    {
        var verdicts = new List<LabelVerdict>();
        for (int k = 0; k < Components.Length; k++)
        {
            if (!HasEffect(k) || ErrorShare(k) > MaxErrorShare || Predictability < Predictable)
            {
                continue;
            }

            double cosine = Math.Abs(Cosine(k, SuppliedFor(k)));
            if (cosine >= (IsExact ? 0.9999 : 0.9))
            {
                if (IsOff(k))
                {
                    var (scale, uncertainty) = Scale(k);
                    verdicts.Add(LabelVerdict.OfScale(Components[k], Output, scale, uncertainty, Tolerance));
                }
            }
            else if (IsExact || (Predictability > 0.97 && cosine < 0.5 && ErrorShare(k) < MaxErrorShare / 2))
            {
                verdicts.Add(new LabelVerdict(LabelProblem.Unrelated, Components[k], Output, double.NaN, -1));
            }
        }

        return verdicts;
    }

    /// <summary>Error of the estimates over the size of the derivative.</summary>
    private double ErrorShare(int k)
    {
        double[] supplied = SuppliedFor(k);
        double size = Math.Sqrt(Math.Max(Estimated[k].Average(v => v * v), supplied.Average(v => v * v)));
        return EstimateError is null || size == 0 ? 0 : EstimateError[k] / size;
    }

    /// <summary>Whether a derivative, estimated or supplied, changes the values as much as a share of what the strongest does.</summary>
    private bool HasEffect(int k)
    {
        double largest = Enumerable.Range(0, Components.Length).Max(l => Effect(l));
        return Effect(k) > (IsExact ? 1e-6 : 0.1) * largest;
    }

    private double Effect(int k) => Reach[k] * Math.Sqrt(
        Math.Max(Estimated[k].Sum(value => value * value), SuppliedFor(k).Sum(value => value * value)));
}
