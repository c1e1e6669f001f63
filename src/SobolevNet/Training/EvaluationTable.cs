using System.Globalization;
using System.Text;

namespace SobolevNet;

/// <summary>Writes an <see cref="Evaluation"/> as text.</summary>
internal static class EvaluationTable
{
    private const int Rows = 16;
    private const int LabelWidth = 14;
    private const int FigureWidth = 9;
    private const int SampleWidth = 12;

    /// <summary>A line with the errors of each order, a heading, and a line for each component of each output.</summary>
    public static string Of(Evaluation evaluation)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{evaluation.Samples} samples, {(evaluation.IsWeighted ? "weighted " : "")}relative error {Percent(evaluation.NormalizedRmse)}");
        for (int order = 1; order < evaluation.OrderErrors.Count; order++)
        {
            text.Append(CultureInfo.InvariantCulture, $", order {order}: {Percent(evaluation.OrderErrors[order])}");
        }

        if (evaluation.Components.Count == 0)
        {
            return text.ToString();
        }

        Line(text, "", ["% of size", "rms", "mean", "50 %", "99 %", "max"], "at sample");
        foreach (var errors in Shown(evaluation.Components))
        {
            double?[] figures = [100 * errors.Relative, errors.Rms, errors.Mean, errors.Median, errors.Quantile99, errors.Max];
            string worst = errors.WorstSamples.Count > 0 ? errors.WorstSamples[0].ToString(CultureInfo.InvariantCulture) : "-";
            Line(text, $"y{errors.Output} {errors.Name}", figures.Select(Figure), worst);
        }

        if (evaluation.Components.Count > Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n… {evaluation.Components.Count - Rows} more, whose errors are smaller in per cent");
        }

        return text.ToString();
    }

    /// <summary>All rows where they are few, else those with the largest relative errors, in the order of the evaluation.</summary>
    private static IEnumerable<ComponentErrors> Shown(IReadOnlyList<ComponentErrors> all) => all.Count <= Rows
        ? all
        : all.OrderByDescending(Severity).Take(Rows).OrderBy(errors => errors.Component).ThenBy(errors => errors.Output);

    /// <summary>The relative error; infinite where it is NaN, and where targets are all zero but the errors are not.</summary>
    private static double Severity(ComponentErrors errors) =>
        errors.Count == 0 ? -1
        : errors.Relative is { } relative ? double.IsNaN(relative) ? double.PositiveInfinity : relative
        : errors.Max > 0 ? double.PositiveInfinity
        : 0;

    private static void Line(StringBuilder text, string label, IEnumerable<string> figures, string worst)
    {
        text.Append('\n').Append(label.Length > LabelWidth ? $"{label.AsSpan(0, LabelWidth - 1)}…" : label.PadRight(LabelWidth));
        foreach (string figure in figures)
        {
            text.Append(figure.PadLeft(FigureWidth));
        }

        text.Append(worst.PadLeft(SampleWidth));
    }

    private static string Percent(double error) => Figure(100 * error) + " %";

    /// <summary>Three digits, in at most eight characters.</summary>
    private static string Figure(double? figure)
    {
        if (figure is not { } number || double.IsNaN(number))
        {
            return "-";
        }

        string text = number.ToString("G3", CultureInfo.InvariantCulture);
        return text.Length < FigureWidth ? text : number.ToString("G2", CultureInfo.InvariantCulture);
    }
}
