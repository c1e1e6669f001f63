namespace SobolevNet;

/// <summary>Collects evidence over outputs and turns what it says into a report.</summary>
internal sealed class LabelVerdicts(LabelSamples data, int samplesOfSource, string subject = "")
{
    private readonly List<LabelDiagnosis.Verdict> _verdicts = [];
    private readonly List<LabelFinding> _whole = [];
    private readonly Dictionary<int, List<(int Output, double Scale, double Uncertainty, double Cosine)>> _figures = [];

    /// <summary>Whether something was found that makes these components useless for checking others.</summary>
    public bool HasDisorder => _whole.Any(f => f.Problem != LabelProblem.Inconclusive)
        || _verdicts.Any(v => v.Problem is LabelProblem.SwappedAxes or LabelProblem.Unrelated);

    /// <summary>Remembers that an output could not be checked.</summary>
    public void AddOpen(int[] components, int output)
    {
        _verdicts.Add(new LabelDiagnosis.Verdict(LabelProblem.Inconclusive, -1, output, double.NaN, -1));
        foreach (int component in components)
        {
            Figures(component).Add((output, double.NaN, double.PositiveInfinity, double.NaN));
        }
    }

    /// <summary>Diagnoses and remembers.</summary>
    /// <param name="evidence">What is known from neighbors.</param>
    /// <param name="slopes">What the slope test of all samples found; null if it was not possible.</param>
    public void Add(LabelEvidence evidence, (List<LabelDiagnosis.Verdict> Verdicts, SlopeTest.Outcome[] Outcomes)? slopes = null)
    {
        var verdicts = LabelDiagnosis.Diagnose(evidence);
        if (slopes is not { } found)
        {
            _verdicts.AddRange(verdicts);
            AddFigures(evidence);
            return;
        }

        // Neighbors tell more where they are near; all samples together tell what noise hides there, and whether a column is missing.
        bool isOpen = verdicts.Any(v => v.Problem == LabelProblem.Inconclusive);
        if (verdicts.Count > 0 && !isOpen)
        {
            _verdicts.AddRange(verdicts);
            AddFigures(evidence);
            return;
        }

        bool isConfirmed = found.Outcomes.All(outcome => outcome.Decision == SlopeTest.Decision.Right);
        _verdicts.AddRange(found.Verdicts.Count > 0 ? found.Verdicts : isConfirmed ? [] : verdicts);
        if (!isOpen)
        {
            AddFigures(evidence);
            return;
        }

        for (int k = 0; k < evidence.Components.Length; k++)
        {
            Figures(evidence.Components[k]).Add((
                evidence.Output, found.Outcomes[k].Scale, 2 * found.Outcomes[k].Error, evidence.Cosine(k, evidence.SuppliedFor(k))));
        }
    }

    /// <summary>Remembers that components are by inputs that never change.</summary>
    public void AddConstant(int component, IEnumerable<int> outputs) =>
        _verdicts.AddRange(outputs.Select(output => new LabelDiagnosis.Verdict(LabelProblem.ConstantInput, component, output, double.NaN, -1)));

    /// <summary>Remembers the figures only, where the whole array has been diagnosed.</summary>
    public void AddFigures(LabelEvidence evidence)
    {
        for (int k = 0; k < evidence.Components.Length; k++)
        {
            var (scale, uncertainty) = evidence.Scale(k);
            Figures(evidence.Components[k]).Add((evidence.Output, scale, uncertainty, evidence.Cosine(k, evidence.SuppliedFor(k))));
        }
    }

    private List<(int Output, double Scale, double Uncertainty, double Cosine)> Figures(int component)
    {
        if (!_figures.TryGetValue(component, out var figures))
        {
            _figures[component] = figures = [];
        }

        return figures;
    }

    /// <summary>Adds a finding about all components of an order.</summary>
    public void AddWhole(LabelProblem problem, string message) =>
        _whole.Add(new LabelFinding(problem, -1, [], double.NaN, -1, message));

    /// <summary>Whether an output could not be checked.</summary>
    public bool IsOpen(int output) => _verdicts.Any(v => v.Output == output && v.Problem == LabelProblem.Inconclusive);

    /// <summary>The factor by which a component is wrong, if that is all that is wrong with it; else 1.</summary>
    public double Correction(int component, int output)
    {
        foreach (var verdict in _verdicts)
        {
            if (verdict.Component == component && verdict.Output == output && double.IsFinite(verdict.Ratio))
            {
                return 1 / verdict.Ratio;
            }
        }

        return 1;
    }

    public List<LabelFinding> Findings()
    {
        var findings = new List<LabelFinding>(_whole);
        foreach (var component in _verdicts.Where(v => v.Component >= 0).GroupBy(v => v.Component).OrderBy(g => g.Key))
        {
            // Outputs with the same mistake share a finding; ratios count as the same within a tenth.
            var rest = component.ToList();
            while (rest.Count > 0)
            {
                var first = rest[0];
                var same = rest.Where(v => IsSame(v, first)).ToList();
                rest.RemoveAll(v => IsSame(v, first));
                findings.Add(Merge(same));
            }
        }

        var open = _verdicts.Where(v => v.Component < 0).Select(v => v.Output).Distinct().Order().ToArray();
        if (open.Length > 0)
        {
            int checkedOutputs = _figures.Values.SelectMany(list => list).Select(figure => figure.Output).Distinct().Count();
            string which = open.Length == checkedOutputs ? string.Empty
                : $" of output{(open.Length > 1 ? "s" : string.Empty)} {string.Join(", ", open)}";
            int order = data.Layout.OrderOf(_figures.Keys.Max());
            findings.Add(new LabelFinding(
                LabelProblem.Inconclusive,
                -1,
                open.Length == checkedOutputs ? [] : open,
                double.NaN,
                -1,
                $"The {(order == 2 ? "second" : "first")} derivatives{which} could not be checked: " +
                "the samples are too few, too far apart or too noisy for the values to tell."));
        }

        return findings;
    }

    public IEnumerable<LabelComponent> Components() => _figures.OrderBy(pair => pair.Key).Select(pair => new LabelComponent(
        pair.Key,
        subject + data.Layout.NameOf(pair.Key),
        Median(pair.Value.Select(figure => figure.Scale)),
        Median(pair.Value.Select(figure => figure.Uncertainty)),
        Median(pair.Value.Select(figure => figure.Cosine))));

    private static bool IsSame(LabelDiagnosis.Verdict a, LabelDiagnosis.Verdict b) =>
        a.Problem == b.Problem
        && a.Match == b.Match
        && (double.IsNaN(a.Ratio) || Math.Abs(a.Ratio - b.Ratio) <= 0.1 * Math.Abs(b.Ratio));

    private LabelFinding Merge(List<LabelDiagnosis.Verdict> same)
    {
        var first = same[0];
        int[] outputs = [.. same.Select(v => v.Output).Distinct().Order()];
        bool isAll = Figures(first.Component).All(
            figure => !double.IsFinite(figure.Scale) || figure.Uncertainty > 0.25 * Math.Abs(figure.Scale) || outputs.Contains(figure.Output));
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
            isZero: outputs.All(o => subject.Length == 0 && IsZero(first.Component, o)),
            same.Count == 1 ? first.Evidence : string.Empty);
        return new LabelFinding(first.Problem, first.Component, named, ratio, first.Match, message);
    }

    private bool IsZero(int component, int output)
    {
        for (int s = 0; s < data.Count; s++)
        {
            if (data.Target[component, s, output] != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite).Order()];
        return finite.Length == 0 ? double.NaN : finite[finite.Length / 2];
    }
}
