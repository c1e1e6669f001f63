namespace SobolevNet.LabelChecking;

/// <summary>Names the simplest mistake that explains how labels differ from estimates of the same derivatives, or none.</summary>
/// <remarks>
/// In this order: the labels pass; components are exchanged; components are multiplied by constants; a component has nothing to do with the
/// estimates, which is only said where the values themselves are predictable; the samples do not tell.
/// </remarks>
internal static class LabelDiagnosis
{
    /// <summary>A mistake of one component of one output; <paramref name="Match"/> is the component that belongs there.</summary>
    public readonly record struct Verdict(LabelProblem Problem, int Component, int Output, double Ratio, int Match, string Evidence = "");

    /// <summary>How much better an exchange must fit than the labels as they are.</summary>
    private const double Improvement = 0.3;

    /// <summary>The largest error of estimates, relative to the derivative, at which they can tell anything.</summary>
    private const double MaxErrorShare = 0.3;

    /// <summary>How predictable values must be before derivatives that do not fit them are called wrong.</summary>
    private const double Predictable = 0.8;

    public static List<Verdict> Diagnose(LabelEvidence evidence)
    {
        if (Enumerable.Range(0, evidence.Components.Length).All(k => !HasEffect(evidence, k) || Passes(evidence, k)))
        {
            return [];
        }

        var found = Exchanged(evidence);
        found = found.Count > 0 ? found : OneByOne(evidence);
        return found.Count > 0 ? found : [new Verdict(LabelProblem.Inconclusive, -1, evidence.Output, double.NaN, -1)];
    }

    /// <summary>The verdict on a label that needs a factor.</summary>
    public static Verdict OfScale(int component, int output, double scale, double uncertainty, double tolerance)
    {
        var problem = Math.Abs(scale) <= 4 * uncertainty ? LabelProblem.Unrelated
            : Math.Abs(scale + 1) <= Math.Max(tolerance, 3 * uncertainty) ? LabelProblem.WrongSign
            : LabelProblem.WrongScale;
        return new Verdict(problem, component, output, problem == LabelProblem.Unrelated ? double.NaN : 1 / scale, -1);
    }

    /// <summary>The supplied component that fits each expected derivative best, each candidate used once.</summary>
    public static int[] Assign(double[][] expected, int[] components, int[] candidates, double[][] supplied)
    {
        var costs = new List<(double Cost, int K, int Candidate)>();
        for (int k = 0; k < expected.Length; k++)
        {
            for (int c = 0; c < candidates.Length; c++)
            {
                // Components that are alike, as of equally weighted assets, are left where they are.
                double cost = LabelEvidence.Mismatch(expected[k], supplied[c]);
                costs.Add((candidates[c] == components[k] ? Math.Max(0, (cost / 1.5) - 0.01) : cost, k, c));
            }
        }

        int[] match = new int[expected.Length];
        Array.Fill(match, -1);
        var taken = new HashSet<int>();
        foreach (var (_, k, candidate) in costs.OrderBy(item => item.Cost))
        {
            if (match[k] < 0 && taken.Add(candidate))
            {
                match[k] = candidates[candidate];
            }
        }

        return match;
    }

    private static bool IsOff(LabelEvidence evidence, int k)
    {
        var (scale, uncertainty) = evidence.Scale(k);
        return double.IsFinite(scale) && Math.Abs(scale - 1) > Math.Max(evidence.Tolerance, 4 * uncertainty);
    }

    /// <summary>Whether estimates confirm a derivative. An estimate too coarse to reject a label is also too coarse to accept it.</summary>
    private static bool Passes(LabelEvidence evidence, int k)
    {
        double[] supplied = evidence.SuppliedFor(k);
        return evidence.IsExact
            ? !IsOff(evidence, k) && LabelEvidence.Mismatch(evidence.Estimated[k], supplied) <= 0.05 * 0.05
            : ErrorShare(evidence, k) <= MaxErrorShare
                && Math.Abs(evidence.Scale(k).Scale - 1) <= 1.2 * evidence.Tolerance
                && evidence.Cosine(k, supplied) >= 0.75;
    }

    private static List<Verdict> Exchanged(LabelEvidence evidence)
    {
        int[] match = Assign(evidence.Estimated, evidence.Components, evidence.Components, evidence.Supplied);
        int[] moved = [.. Enumerable.Range(0, match.Length).Where(k => match[k] != evidence.Components[k])];
        double limit = evidence.IsExact ? 1e-3 : 0.15;
        return moved.All(k =>
        {
            double asIs = LabelEvidence.Mismatch(evidence.Estimated[k], evidence.SuppliedFor(k));
            double exchanged = LabelEvidence.Mismatch(evidence.Estimated[k], evidence.Supplied[Array.IndexOf(evidence.Components, match[k])]);
            return exchanged <= limit && exchanged <= Improvement * asIs;
        })
            ? [.. moved.Select(k => new Verdict(LabelProblem.SwappedAxes, evidence.Components[k], evidence.Output, double.NaN, match[k]))]
            : [];
    }

    /// <summary>Compares each component with its estimates, which must be precise enough.</summary>
    private static List<Verdict> OneByOne(LabelEvidence evidence)
    {
        var verdicts = new List<Verdict>();
        for (int k = 0; k < evidence.Components.Length; k++)
        {
            if (!HasEffect(evidence, k) || ErrorShare(evidence, k) > MaxErrorShare || evidence.Predictability < Predictable)
            {
                continue;
            }

            double cosine = Math.Abs(evidence.Cosine(k, evidence.SuppliedFor(k)));
            if (cosine >= (evidence.IsExact ? 0.9999 : 0.9))
            {
                if (IsOff(evidence, k))
                {
                    var (scale, uncertainty) = evidence.Scale(k);
                    verdicts.Add(OfScale(evidence.Components[k], evidence.Output, scale, uncertainty, evidence.Tolerance));
                }
            }
            else if (evidence.IsExact || (evidence.Predictability > 0.97 && cosine < 0.5 && ErrorShare(evidence, k) < MaxErrorShare / 2))
            {
                verdicts.Add(new Verdict(LabelProblem.Unrelated, evidence.Components[k], evidence.Output, double.NaN, -1));
            }
        }

        return verdicts;
    }

    /// <summary>Error of the estimates over the size of the derivative.</summary>
    private static double ErrorShare(LabelEvidence evidence, int k)
    {
        double[] supplied = evidence.SuppliedFor(k);
        double size = Math.Sqrt(Math.Max(evidence.Estimated[k].Average(v => v * v), supplied.Average(v => v * v)));
        return evidence.EstimateError is null || size == 0 ? 0 : evidence.EstimateError[k] / size;
    }

    /// <summary>Whether a derivative, estimated or supplied, changes the values as much as a share of what the strongest does.</summary>
    private static bool HasEffect(LabelEvidence evidence, int k)
    {
        double largest = Enumerable.Range(0, evidence.Components.Length).Max(l => Effect(evidence, l));
        return Effect(evidence, k) > (evidence.IsExact ? 1e-6 : 0.1) * largest;
    }

    private static double Effect(LabelEvidence evidence, int k) => evidence.Reach[k] * Math.Sqrt(
        Math.Max(evidence.Estimated[k].Sum(value => value * value), evidence.SuppliedFor(k).Sum(value => value * value)));
}
