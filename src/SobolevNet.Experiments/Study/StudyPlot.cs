using ScottPlot;
using SobolevNet.Experiments.Plotting;

namespace SobolevNet.Experiments.Study;

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
        var plot = new LogPlot();
        var cases = report.Cases.Where(one => one.Group == group).ToList();
        string[] settings = [.. cases.Select(one => one.Setting).Distinct()];
        foreach (var one in cases)
        {
            if (report.Of(one).FirstOrDefault(run => run.Note is null) is { } run)
            {
                var color = Colors[Array.IndexOf(settings, one.Setting) % Colors.Length];
                plot.Line(run.Curve.Select(point => (point.Seconds, point.TestErrorPercent)), color, $"{one.Setting}, order {one.Order}", Patterns[one.Order]);
            }
        }

        plot.Label("seconds of one thread", "error on fresh images in per cent");
        plot.Save(path, Width, Height, Edge.Right);
    }
}
