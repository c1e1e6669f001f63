namespace SobolevNet;

/// <summary>Names the simplest mistake that explains the evidence, or none.</summary>
/// <remarks>
/// In this order: the labels pass; components are exchanged; components are multiplied by constants; a component
/// has nothing to do with the values, which is only said where the values themselves are predictable; the samples do not tell.
/// A mistake is only reported if assuming it explains the differences much better than the labels as they are.
/// </remarks>
internal static class LabelDiagnosis
{
    /// <summary>A mistake of one component of one output; <paramref name="Match"/> is the component that belongs there.</summary>
    public readonly record struct Verdict(LabelProblem Problem, int Component, int Output, double Ratio, int Match, string Evidence = "");

    /// <summary>The share of the differences that right labels may leave unexplained between neighbors that are close enough.</summary>
    public const double GoodResidual = 0.1;

    /// <summary>How much better an assumed mistake must explain the differences than the labels as they are.</summary>
    private const double Improvement = 0.3;

    /// <summary>How large the error of estimates may be, relative to the derivative, before they say nothing.</summary>
    private const double MaxErrorShare = 0.3;

    /// <summary>How predictable values must be before derivatives that do not fit them are called unrelated.</summary>
    private const double Predictable = 0.8;

    public static List<Verdict> Diagnose(LabelEvidence evidence)
    {
        if (Passes(evidence))
        {
            return [];
        }

        var exchanged = Exchanged(evidence);
        if (exchanged.Count > 0)
        {
            return exchanged;
        }

        var scaled = Scaled(evidence);
        if (scaled.Count > 0)
        {
            return scaled;
        }

        var unrelated = OneByOne(evidence);
        return unrelated.Count > 0
            ? unrelated
            : [new Verdict(LabelProblem.Inconclusive, -1, evidence.Output, double.NaN, -1)];
    }

    private static bool IsOff(LabelEvidence evidence, int k)
    {
        var (scale, uncertainty) = evidence.Scale(k);
        return double.IsFinite(scale) && Math.Abs(scale - 1) > Math.Max(evidence.Tolerance, 4 * uncertainty);
    }

    /// <summary>Whether a component is zero throughout although the values seem to change along it.</summary>
    private static bool IsMissing(LabelEvidence evidence, int k) =>
        evidence.Fit is { ResidualAsSupplied: > 0.01 } fit
        && double.IsNaN(fit.Scale[k])
        && evidence.Predictability > 0.9
        && IsSignificant(evidence, k, share: Math.Max(0.25, 2 * Math.Sqrt(1 - evidence.Predictability)));

    private static bool Passes(LabelEvidence evidence)
    {
        var components = Enumerable.Range(0, evidence.Components.Length);
        if (components.Any(k => IsOff(evidence, k) || IsMissing(evidence, k)))
        {
            return false;
        }

        if (evidence.Fit is { } fit)
        {
            // A factor far from 1 that is too uncertain to warn of is too far from 1 to pass.
            return fit.ResidualAsSupplied <= GoodResidual
                && !components.Any(k => Math.Abs(fit.Scale[k] - 1) > Math.Max(0.5, 2 * fit.Uncertainty[k]));
        }

        if (evidence.Estimated is null)
        {
            return false;
        }

        return components.All(k => !HasEffect(evidence, k) || PassesByEstimate(evidence, k));
    }

    /// <summary>Whether estimates confirm a derivative; what they are too coarse to deny, they are too coarse to confirm.</summary>
    private static bool PassesByEstimate(LabelEvidence evidence, int k)
    {
        double[] supplied = evidence.SuppliedFor(k);
        if (evidence.IsExact)
        {
            return LabelEvidence.Mismatch(evidence.Estimated![k], supplied) <= 0.05 * 0.05;
        }

        double scale = evidence.Scale(k).Scale;
        return ErrorShare(evidence, k) <= MaxErrorShare && Math.Abs(scale - 1) <= 1.2 * evidence.Tolerance && evidence.Cosine(k, supplied) >= 0.75;
    }

    private static List<Verdict> Exchanged(LabelEvidence evidence)
    {
        int p = evidence.Components.Length;
        double[]?[] expected = [.. Enumerable.Range(0, p).Select(evidence.Expected)];
        var costs = new List<(double Cost, int K, int Candidate)>();
        for (int k = 0; k < p; k++)
        {
            if (expected[k] is not { } wanted)
            {
                return [];
            }

            double own = LabelEvidence.Mismatch(wanted, evidence.SuppliedFor(k));
            for (int c = 0; c < evidence.Candidates.Length; c++)
            {
                // Components that are alike, as of equally weighted assets, are left where they are.
                double cost = LabelEvidence.Mismatch(wanted, evidence.Supplied[c]);
                bool isOwn = evidence.Candidates[c] == evidence.Components[k];
                costs.Add((isOwn ? Math.Max(0, (own / 1.5) - 0.01) : cost, k, c));
            }
        }

        int[] match = new int[p];
        Array.Fill(match, -1);
        var taken = new HashSet<int>();
        foreach (var (_, k, candidate) in costs.OrderBy(item => item.Cost))
        {
            if (match[k] < 0 && taken.Add(candidate))
            {
                match[k] = evidence.Candidates[candidate];
            }
        }

        int[] moved = [.. Enumerable.Range(0, p).Where(k => match[k] != evidence.Components[k])];
        if (moved.Length == 0 || !Explains(evidence, match, moved, expected))
        {
            return [];
        }

        return [.. moved.Select(k => new Verdict(LabelProblem.SwappedAxes, evidence.Components[k], evidence.Output, double.NaN, match[k]))];
    }

    private static bool Explains(LabelEvidence evidence, int[] match, int[] moved, double[]?[] expected)
    {
        if (evidence.Fit is { } fit)
        {
            int[] outputs = new int[match.Length];
            Array.Fill(outputs, evidence.Output);
            double residual = fit.Residual(match, outputs);
            bool asGoodAsScales = fit.ResidualScaled > GoodResidual || residual <= (3 * fit.ResidualScaled) + 1e-5;
            return residual <= GoodResidual && residual <= Improvement * fit.ResidualAsSupplied && asGoodAsScales;
        }

        double limit = evidence.IsExact ? 1e-3 : 0.15;
        return moved.All(k =>
        {
            double asIs = LabelEvidence.Mismatch(expected[k]!, evidence.SuppliedFor(k));
            double exchanged = LabelEvidence.Mismatch(expected[k]!, evidence.Supplied[Array.IndexOf(evidence.Candidates, match[k])]);
            return exchanged <= limit && exchanged <= Improvement * asIs;
        });
    }

    private static List<Verdict> Scaled(LabelEvidence evidence)
    {
        var fit = evidence.Fit;
        if (fit is null || fit.ResidualScaled > GoodResidual || fit.ResidualScaled > Improvement * fit.ResidualAsSupplied)
        {
            return [];
        }

        var verdicts = new List<Verdict>();
        for (int k = 0; k < evidence.Components.Length; k++)
        {
            if (IsOff(evidence, k))
            {
                verdicts.Add(OfScale(evidence, k));
            }
        }

        return verdicts;
    }

    /// <summary>Compares each component with the estimates from the values; these must be good enough to say anything.</summary>
    private static List<Verdict> OneByOne(LabelEvidence evidence)
    {
        var verdicts = new List<Verdict>();
        if (evidence.Estimated is null || evidence.Predictability < Predictable)
        {
            return verdicts;
        }

        for (int k = 0; k < evidence.Components.Length; k++)
        {
            if (ExplainsNothing(evidence, k))
            {
                verdicts.Add(new Verdict(LabelProblem.Unrelated, evidence.Components[k], evidence.Output, double.NaN, -1));
                continue;
            }

            if (!IsSignificant(evidence, k))
            {
                continue;
            }

            double cosine = Math.Abs(evidence.Cosine(k, evidence.SuppliedFor(k)));
            if (cosine >= (evidence.IsExact ? 0.9999 : 0.9))
            {
                if (IsOff(evidence, k))
                {
                    verdicts.Add(OfScale(evidence, k));
                }
            }
            else if (evidence.IsExact || (cosine < 0.6 && IsContradicted(evidence, k, cosine)))
            {
                verdicts.Add(new Verdict(LabelProblem.Unrelated, evidence.Components[k], evidence.Output, double.NaN, -1));
            }
        }

        return verdicts;
    }

    /// <summary>Whether the fit leaves next to nothing of a derivative, or estimates beyond doubt point elsewhere.</summary>
    private static bool IsContradicted(LabelEvidence evidence, int k, double cosine)
    {
        var (scale, uncertainty) = evidence.Scale(k);
        bool vanishes = double.IsNaN(scale) || (Math.Abs(scale) < 0.4 && Math.Abs(scale - 1) > 4 * uncertainty);
        return (evidence.Fit is not null && vanishes)
            || (evidence.Predictability > 0.97 && cosine < 0.5 && ErrorShare(evidence, k) < 0.15);
    }

    /// <summary>Whether values are well predicted from their neighbors, but not at all by these derivatives, this one among them.</summary>
    private static bool ExplainsNothing(LabelEvidence evidence, int k)
    {
        var (scale, uncertainty) = evidence.Scale(k);
        return evidence.Fit is { ResidualScaled: > 0.7 }
            && evidence.Predictability > 0.9
            && Math.Abs(scale) < 0.4
            && Math.Abs(scale - 1) > 4 * uncertainty
            && Math.Abs(evidence.Cosine(k, evidence.SuppliedFor(k))) < 0.6;
    }

    /// <summary>Error of the estimates over the size of the derivative.</summary>
    private static double ErrorShare(LabelEvidence evidence, int k)
    {
        double[] supplied = evidence.SuppliedFor(k);
        double size = Math.Sqrt(Math.Max(evidence.Estimated![k].Average(v => v * v), supplied.Average(v => v * v)));
        return evidence.EstimateError is null || size == 0 ? 0 : evidence.EstimateError[k] / size;
    }

    /// <summary>Whether a derivative has an effect, and estimates good enough to compare it with.</summary>
    private static bool IsSignificant(LabelEvidence evidence, int k, double share = 0.1) =>
        evidence.Estimated is not null && ErrorShare(evidence, k) <= MaxErrorShare && HasEffect(evidence, k, share);

    /// <summary>Whether a derivative, estimated or supplied, changes the values as much as a share of what the strongest does.</summary>
    private static bool HasEffect(LabelEvidence evidence, int k, double share = 0.1)
    {
        double own = Effect(evidence, k);
        double largest = Enumerable.Range(0, evidence.Components.Length).Max(l => Effect(evidence, l));
        return own > (evidence.IsExact ? 1e-6 : share) * largest;
    }

    private static double Effect(LabelEvidence evidence, int k) => evidence.Reach[k] * Math.Sqrt(
        Math.Max(evidence.Estimated![k].Sum(value => value * value), evidence.SuppliedFor(k).Sum(value => value * value)));

    private static Verdict OfScale(LabelEvidence evidence, int k)
    {
        var (scale, uncertainty) = evidence.Scale(k);
        if (Math.Abs(scale) <= 4 * uncertainty)
        {
            return new Verdict(LabelProblem.Unrelated, evidence.Components[k], evidence.Output, double.NaN, -1);
        }

        bool sign = Math.Abs(scale + 1) <= Math.Max(evidence.Tolerance, 3 * uncertainty);
        return new Verdict(
            sign ? LabelProblem.WrongSign : LabelProblem.WrongScale, evidence.Components[k], evidence.Output, 1 / scale, -1);
    }
}
