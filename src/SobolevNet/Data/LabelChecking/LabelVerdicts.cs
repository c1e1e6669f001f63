using System.Globalization;
using MathNet.Numerics.Statistics;

namespace SobolevNet.LabelChecking;

/// <summary>Collects verdicts over outputs and makes a report's findings and figures of them.</summary>
internal sealed class LabelVerdicts(LabelSamples data, int samplesOfSource, string subject = "")
{
    private readonly List<LabelVerdict> _verdicts = [];
    private readonly List<LabelFinding> _whole = [];
    private readonly Dictionary<int, List<(int Output, Figure Figure)>> _figures = [];

    /// <summary>What is reported of a component, here of one output.</summary>
    public readonly record struct Figure(double Scale, double Uncertainty, double Correlation);

    /// <summary>Whether something was found that makes these components useless for checking others.</summary>
    public bool HasDisorder => _whole.Any(f => f.Problem != LabelProblem.Inconclusive)
        || _verdicts.Any(v => v.Problem is LabelProblem.SwappedAxes or LabelProblem.Unrelated);

    /// <summary>Adds the verdicts on some components of an output, and their figures; null if they could not be checked.</summary>
    public void Add(int[] components, int output, IEnumerable<LabelVerdict> verdicts, Figure[]? figures)
    {
        _verdicts.AddRange(verdicts);
        for (int k = 0; k < components.Length; k++)
        {
            if (!_figures.TryGetValue(components[k], out var list))
            {
                _figures[components[k]] = list = [];
            }

            list.Add((output, figures?[k] ?? new Figure(double.NaN, double.PositiveInfinity, double.NaN)));
        }
    }

    /// <summary>Adds components that are by inputs that never change.</summary>
    public void AddConstant(int component, IEnumerable<int> outputs) =>
        _verdicts.AddRange(outputs.Select(output => new LabelVerdict(LabelProblem.ConstantInput, component, output, double.NaN, -1)));

    /// <summary>Adds a finding about all components of an order.</summary>
    public void AddWhole(LabelProblem problem, string message)
    {
        if (!_whole.Exists(finding => finding.Message == message))
        {
            _whole.Add(new LabelFinding(problem, -1, [], double.NaN, -1, message));
        }
    }

    /// <summary>Whether some component of an output could not be checked.</summary>
    public bool IsOpen(int output) => _verdicts.Any(v => v.Output == output && v.Problem == LabelProblem.Inconclusive);

    /// <summary>The factor by which a component is wrong, if that is all that is wrong with it; else 1.</summary>
    public double Correction(int component, int output) => _verdicts
        .Where(v => v.Component == component && v.Output == output && double.IsFinite(v.Ratio)).Select(v => 1 / v.Ratio).FirstOrDefault(1);

    public List<LabelFinding> Findings()
    {
        var findings = new List<LabelFinding>(_whole);
        foreach (var component in _verdicts.Where(v => v.Problem != LabelProblem.Inconclusive).GroupBy(v => v.Component).OrderBy(g => g.Key))
        {
            // Outputs with the same mistake share a finding; ratios count as the same within a tenth.
            var rest = component.ToList();
            while (rest.Count > 0)
            {
                var first = rest[0];
                findings.Add(Merge([.. rest.Where(v => IsSame(v, first))]));
                rest.RemoveAll(v => IsSame(v, first));
            }
        }

        // Components that are open for the same reason share one.
        foreach (var open in _verdicts.Where(v => v.Problem == LabelProblem.Inconclusive)
            .GroupBy(v => (v.Component, v.Evidence), v => v.Output)
            .GroupBy(group => (group.Key.Evidence, Outputs: string.Join(", ", group.Distinct().Order())), group => (group.Key.Component, Outputs: group.Distinct().Order().ToArray())))
        {
            int[] outputs = open.First().Outputs;
            bool isAll = outputs.Length == _figures.Values.SelectMany(list => list).Select(figure => figure.Output).Distinct().Count();
            string which = isAll ? string.Empty : $" of output{(outputs.Length > 1 ? "s" : string.Empty)} {open.Key.Outputs}";
            string names = string.Join(", ", open.Select(item => item.Component).Order().Select(c => subject + data.Layout.NameOf(c)));
            findings.Add(new LabelFinding(
                LabelProblem.Inconclusive, -1, isAll ? [] : outputs, double.NaN, -1, $"{names}{which} could not be checked: {open.Key.Evidence}."));
        }

        return findings;
    }

    public IEnumerable<LabelComponent> Components() => _figures.OrderBy(pair => pair.Key).Select(pair => new LabelComponent(
        pair.Key,
        subject + data.Layout.NameOf(pair.Key),
        Median(pair.Value.Select(item => item.Figure.Scale)),
        Median(pair.Value.Select(item => item.Figure.Uncertainty)),
        Median(pair.Value.Select(item => item.Figure.Correlation))));

    private static bool IsSame(LabelVerdict a, LabelVerdict b) =>
        a.Problem == b.Problem
        && a.Match == b.Match
        && (double.IsNaN(a.Ratio) || Math.Abs(a.Ratio - b.Ratio) <= 0.1 * Math.Abs(b.Ratio));

    private LabelFinding Merge(List<LabelVerdict> same)
    {
        var first = same[0];
        int[] outputs = [.. same.Select(v => v.Output).Distinct().Order()];
        bool isAll = !_figures.TryGetValue(first.Component, out var list) || list.All(
            item => !(item.Figure.Uncertainty <= 0.25 * Math.Abs(item.Figure.Scale)) || outputs.Contains(item.Output));
        int[] named = isAll ? [] : outputs;
        double ratio = Median(same.Select(v => v.Ratio));
        int order = data.Layout.OrderOf(first.Component);
        bool isPure = order == 2 && data.Layout.Seconds[first.Component - 1 - data.Tangents] is var second && second.I == second.J;
        string message = LabelMessages.Of(
            first.Problem,
            subject + data.Layout.NameOf(first.Component),
            named,
            ratio,
            first.Match < 0 ? null : data.Layout.NameOf(first.Match),
            order,
            isPure,
            samplesOfSource,
            isZero: outputs.All(o => subject.Length == 0 && Enumerable.Range(0, data.Count).All(s => data.Target[first.Component, s, o] is 0 or double.NaN)),
            same.Count == 1 ? first.Evidence : string.Empty);
        return new LabelFinding(first.Problem, first.Component, named, ratio, first.Match, message);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        return finite.Length == 0 ? double.NaN : finite.Median();
    }
}

/// <summary>A mistake of one component of one output.</summary>
/// <param name="Problem">What kind of mistake.</param>
/// <param name="Component">The component.</param>
/// <param name="Output">The output feature.</param>
/// <param name="Ratio">Supplied derivative over the one that the values fit, or NaN.</param>
/// <param name="Match">The component that belongs there, or −1.</param>
/// <param name="Evidence">What shows it, or why it could not be checked, in words.</param>
internal readonly record struct LabelVerdict(LabelProblem Problem, int Component, int Output, double Ratio, int Match, string Evidence = "")
{
    /// <summary>A component that could not be checked.</summary>
    public static LabelVerdict Open(int component, int output, string reason) => new(LabelProblem.Inconclusive, component, output, double.NaN, -1, reason);

    /// <summary>The verdict on a label that needs a factor.</summary>
    public static LabelVerdict OfScale(int component, int output, double scale, double uncertainty, double tolerance)
    {
        var problem = Math.Abs(scale) <= 4 * uncertainty ? LabelProblem.Unrelated
            : Math.Abs(scale + 1) <= Math.Max(tolerance, 3 * uncertainty) ? LabelProblem.WrongSign
            : LabelProblem.WrongScale;
        return new LabelVerdict(problem, component, output, problem == LabelProblem.Unrelated ? double.NaN : 1 / scale, -1);
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
                double cost = EstimateTest.Mismatch(expected[k], supplied[c]);
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
}

/// <summary>Puts findings into sentences, with the usual reason for a ratio where there is one.</summary>
internal static class LabelMessages
{
    public const string TooFew = "the samples are too few for so many derivatives";

    public const string TooFewKnown = "too few samples know it together with what it is compared with";

    public const string TooFarApart = "the samples are so far apart that a mistake could be curvature";

    public const string TooNoisy = "the samples are too few or too noisy";

    public const string FewValues = "the input takes so few values that the slopes between them are unknown";

    public const string NotApart = "other columns explain the same differences";

    public const string FirstsOpen = "the first derivatives could not be checked";

    public const string Unfit = "the values cannot be predicted well enough from those of other samples";

    private const double Degree = Math.PI / 180;

    public static string Of(
        LabelProblem problem, string name, IReadOnlyList<int> outputs, double ratio, string? match, int order, bool isPure, int samples, bool isZero, string evidence)
    {
        string subject = outputs.Count == 0 ? name
            : outputs.Count == 1 ? $"{name} of output {outputs[0]}"
            : $"{name} of outputs {string.Join(", ", outputs)}";
        string text = ratio.ToString("G4", CultureInfo.InvariantCulture);
        string sentence = problem switch
        {
            LabelProblem.WrongSign => $"{subject} has the wrong sign: the values fit its negative.",
            LabelProblem.WrongScale => $"{subject} is {text} times what the values say{Reason(ratio, order, isPure, samples)}.",
            LabelProblem.SwappedAxes => $"{subject} looks exchanged: the values fit what was supplied as {match}.",
            LabelProblem.ConstantInput =>
                $"{subject} is not zero, but the input never changes along it in these samples, so no value can confirm it. " +
                "Vary the input, or leave out its derivative.",
            _ => isZero
                ? $"{subject} was supplied as zero, but the values change along it."
                : $"{subject} does not explain how the values change.",
        };
        return evidence.Length == 0 ? sentence : $"{sentence[..^1]} ({evidence}).";
    }

    private static string Reason(double ratio, int order, bool isPure, int samples)
    {
        double size = Math.Abs(ratio);
        double perTangent = order == 2 && isPure ? Math.Sqrt(size) : size;
        string? reason = order == 2 && IsNear(size, 0.5) ? "was it divided by 2! as in a Taylor series?"
            : order == 2 && IsNear(size, 2) ? "was a pair (i, j) counted twice?"
            : IsNear(perTangent, 1 / Degree) ? "is it per radian, while the coordinate is in degrees?"
            : IsNear(perTangent, Degree) ? "is it per degree, while the coordinate is in radians?"
            : IsNear(size * samples, 1) ? "is it the gradient of a mean over the samples?"
            : IsNear(perTangent, 100) || IsNear(perTangent, 0.01) ? "is it by per cent?"
            : IsNear(perTangent, 365) || IsNear(perTangent, 1.0 / 365) || IsNear(perTangent, 252) || IsNear(perTangent, 1.0 / 252) ? "days and years?"
            : "was x or y rescaled after it was taken?";
        return $" ({reason})";
    }

    private static bool IsNear(double value, double wanted) => Math.Abs(value - wanted) <= 0.05 * wanted;
}
