using System.Globalization;
using System.Text;

namespace SobolevNet;

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

    /// <summary>How many samples were looked at.</summary>
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
