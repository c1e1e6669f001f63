using ScottPlot;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Learning curves of a group of the study: the error on fresh images against the time of training, first seed, on logarithmic scales.</summary>
internal static class StudyPlot
{
    private const int Width = 1100;
    private const int Height = 560;
    private static readonly LinePattern[] Patterns = [LinePattern.Dotted, LinePattern.Dashed, LinePattern.Solid];
    private static readonly Color[] Colors =
    [
        Color.FromHex("#1f77b4"), Color.FromHex("#d62728"), Color.FromHex("#2ca02c"), Color.FromHex("#9467bd"), Color.FromHex("#ff7f0e"),
        Color.FromHex("#7f7f7f"),
    ];

    public static void Save(StudyReport report, string group, string path)
    {
        EmbeddedFont.UseInPlots();
        var plot = new Plot();
        var cases = report.Cases.Where(one => one.Group == group).ToList();
        string[] settings = [.. cases.Select(one => one.Setting).Distinct()];
        foreach (var one in cases)
        {
            var curve = report.Of(one).FirstOrDefault(run => run.Note is null)?.Curve.Where(point => point is { TestErrorPercent: > 0, Seconds: > 0 }).ToList();
            if (curve is not { Count: > 0 })
            {
                continue;
            }

            var line = plot.Add.ScatterLine(
                curve.Select(point => Math.Log10(point.Seconds)).ToArray(), curve.Select(point => Math.Log10(point.TestErrorPercent)).ToArray());
            line.Color = Colors[Array.IndexOf(settings, one.Setting) % Colors.Length];
            line.LinePattern = Patterns[one.Order];
            line.LineWidth = 2;
            line.LegendText = $"{one.Setting}, order {one.Order}";
        }

        LogAxis.Label(plot, "seconds of one thread", "error on fresh images in per cent");
        plot.ShowLegend(Edge.Right);
        AtomicFile.WriteAllBytes(path, plot.GetImage(Width, Height).GetImageBytes(ImageFormat.Png));
    }
}
