using ScottPlot;
using SobolevNet.Experiments.Plotting;

namespace SobolevNet.Experiments.Cube;

/// <summary>Error against epochs and against time.</summary>
internal static class LearningCurves
{
    private const int Width = 1500;
    private const int Height = 520;
    private static readonly Color[] Colors = [Color.FromHex("#7f7f7f"), Color.FromHex("#1f77b4"), Color.FromHex("#d62728")];

    public static void Save(CubeReport report, string path) => LogPlot.SaveRow(
        path, Width, Height,
        [
            plot => Draw(plot, report, "epoch", run => Enumerable.Range(1, run.History.Seconds.Count).Select(epoch => (double)epoch)),
            plot => Draw(plot, report, "seconds of training", run => run.History.Seconds),
        ],
        legendPanel: 1, Edge.Right, linearX: true);

    private static void Draw(LogPlot plot, CubeReport report, string axis, Func<CubeRun, IEnumerable<double>> abscissa)
    {
        foreach (var run in report.Sound)
        {
            var color = Colors[run.Order];
            plot.Line(abscissa(run).Zip(run.History.ValidationErrorPercent), color, $"order {run.Order}, fresh images");
            plot.Line(abscissa(run).Zip(run.History.TrainErrorPercent), color, $"order {run.Order}, training images", LinePattern.Dotted, 1.5f);
        }

        plot.Label(axis, "error in per cent");
        plot.Plot.Grid.MinorLineColor = Color.FromHex("#f0f0f0");
        plot.Plot.Grid.MinorLineWidth = 1;
        plot.FitVertically();
    }
}
