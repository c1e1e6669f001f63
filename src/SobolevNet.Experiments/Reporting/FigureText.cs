using System.Globalization;

namespace SobolevNet.Experiments.Reporting;

/// <summary>Figures as tables show them.</summary>
internal static class FigureText
{
    /// <summary>A figure; a dash if it is not known.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="format">How .NET formats it, for example "0.00 '%'".</param>
    public static string Of(double figure, string format) => double.IsFinite(figure) ? figure.ToString(format, CultureInfo.InvariantCulture) : "–";
}
