using System.Globalization;
using System.Text;

namespace SobolevNet.LabelChecking;

/// <summary>The result of a <see cref="LabelCheck"/>.</summary>
public sealed class LabelReport
{
    internal LabelReport(JetLayout layout, int samples, IReadOnlyList<LabelFinding> findings, IReadOnlyList<LabelComponent> components)
    {
        Layout = layout;
        Samples = samples;
        Findings = findings;
        Components = components;
    }

    /// <summary>The layout of the labels.</summary>
    public JetLayout Layout { get; }

    /// <summary>The number of samples that were checked.</summary>
    public int Samples { get; }

    /// <summary>What was found; empty if every component was checked and agrees.</summary>
    public IReadOnlyList<LabelFinding> Findings { get; }

    /// <summary>Figures for each derivative component.</summary>
    public IReadOnlyList<LabelComponent> Components { get; }

    /// <summary>Whether any derivative looks wrong, or is by an input that never changes.</summary>
    public bool HasProblems => Findings.Any(finding => finding.Problem != LabelProblem.Inconclusive);

    /// <summary>Whether everything could be checked.</summary>
    public bool IsConclusive => Findings.All(finding => finding.Problem != LabelProblem.Inconclusive);

    /// <summary>The findings and a table of the components.</summary>
    /// <returns>Several lines of text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        string verdict = HasProblems ? "the derivatives do not fit the values"
            : IsConclusive ? "the derivatives fit the values"
            : "no contradiction found, but not everything could be checked";
        text.Append(CultureInfo.InvariantCulture, $"Label check on {Samples} samples: {verdict}.").AppendLine();
        foreach (var finding in Findings)
        {
            text.Append(finding.Problem == LabelProblem.Inconclusive ? "  note: " : "  WARNING: ").AppendLine(finding.Message);
        }

        text.AppendLine("  component      scale      +-   correlation");
        foreach (var component in Components)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {component.Name,-10} {Number(component.Scale),9} {Number(component.Uncertainty),7} {Number(component.Correlation),10}");
            text.AppendLine();
        }

        return text.ToString();
    }

    private static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : "-";
}

/// <summary>One result of the label check.</summary>
public sealed class LabelFinding
{
    internal LabelFinding(LabelProblem problem, int component, IReadOnlyList<int> outputs, double ratio, int matchingComponent, string message)
    {
        Problem = problem;
        Component = component;
        Outputs = outputs;
        Ratio = ratio;
        MatchingComponent = matchingComponent;
        Message = message;
    }

    /// <summary>What kind of mistake it looks like.</summary>
    public LabelProblem Problem { get; }

    /// <summary>The component of the layout; −1 if it concerns the whole array.</summary>
    public int Component { get; }

    /// <summary>The output features concerned; empty if it concerns all of them.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>
    /// Supplied derivative over the one that the values fit: 100 if it is a hundred times too large, 0.5 if it was divided by
    /// 2!, −1 for a wrong sign. NaN where no ratio fits.
    /// </summary>
    public double Ratio { get; }

    /// <summary>For <see cref="LabelProblem.SwappedAxes"/>, the component that belongs here; else −1.</summary>
    public int MatchingComponent { get; }

    /// <summary>The finding in a sentence.</summary>
    public string Message { get; }

    /// <summary>The finding in a sentence.</summary>
    /// <returns><see cref="Message"/>.</returns>
    public override string ToString() => Message;
}

/// <summary>How well one component of the labels agrees with the values.</summary>
public sealed class LabelComponent
{
    internal LabelComponent(int component, string name, double scale, double uncertainty, double correlation)
    {
        Component = component;
        Name = name;
        Scale = scale;
        Uncertainty = uncertainty;
        Correlation = correlation;
    }

    /// <summary>The component of the layout.</summary>
    public int Component { get; }

    /// <summary>Its name, such as "∂0∂1".</summary>
    public string Name { get; }

    /// <summary>
    /// The factor that the supplied derivative must be multiplied by to fit best: 1 for right labels, NaN if not determined. The
    /// median over the outputs.
    /// </summary>
    public double Scale { get; }

    /// <summary>Two standard errors of <see cref="Scale"/>, with what is known of its bias.</summary>
    public double Uncertainty { get; }

    /// <summary>
    /// Cosine between the supplied derivative and one estimated from the values alone, over samples and outputs; NaN if there is no
    /// such estimate. Coarse where samples are sparse.
    /// </summary>
    public double Correlation { get; }
}

/// <summary>What is wrong with a derivative that was supplied as a label.</summary>
public enum LabelProblem
{
    /// <summary>The values fit the derivative with the opposite sign.</summary>
    WrongSign,

    /// <summary>The values fit the derivative times a constant: other units, a factorial, a rescaled input or output.</summary>
    WrongScale,

    /// <summary>The values fit another component, or the array with its axes exchanged.</summary>
    SwappedAxes,

    /// <summary>The values change in a way that the derivative does not explain.</summary>
    Unrelated,

    /// <summary>Inconclusive: the samples are too few, too sparse or too noisy, or an input never changes. Not an error.</summary>
    Inconclusive,

    /// <summary>The derivative is not zero, but the input never changes along it, so nothing in the samples can confirm it.</summary>
    ConstantInput,
}
