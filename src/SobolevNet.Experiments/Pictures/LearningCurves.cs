using ScottPlot;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Error against epochs and against time, on logarithmic scales.</summary>
internal static class LearningCurves
{
    private const int Width = 1500;
    private const int Height = 520;
    private static readonly Color[] Colors = [Color.FromHex("#7f7f7f"), Color.FromHex("#1f77b4"), Color.FromHex("#d62728")];

    public static void Save(CubeReport report, string path)
    {
        EmbeddedFont.UseInPlots();
        var pages = new Multiplot();
        pages.AddPlots(2);
        pages.Layout = new ScottPlot.MultiplotLayouts.Columns();
        Draw(pages.GetPlot(0), report, "epoch", run => [.. Enumerable.Range(1, run.History.Seconds.Count).Select(epoch => (double)epoch)]);
        Draw(pages.GetPlot(1), report, "seconds of training", run => [.. run.History.Seconds]);
        pages.GetPlot(0).HideLegend();
        pages.GetPlot(1).ShowLegend(Edge.Right);
        AtomicFile.WriteAllBytes(path, pages.Render(Width, Height).GetImageBytes(ImageFormat.Png));
    }

    private static void Draw(Plot plot, CubeReport report, string axis, Func<CubeRun, double[]> abscissa)
    {
        var range = (Low: double.PositiveInfinity, High: double.NegativeInfinity);
        foreach (var run in report.Runs)
        {
            double[] x = abscissa(run);
            var color = Colors[run.Order];
            Add(x, [.. run.History.ValidationErrorPercent.Select(error => error ?? double.NaN)], color, solid: true, $"order {run.Order}, fresh images");
            Add(x, [.. run.History.TrainErrorPercent], color, solid: false, $"order {run.Order}, training images");
        }

        plot.XLabel(axis);
        plot.YLabel("error in per cent");
        plot.Axes.Left.TickGenerator = LogAxis.Ticks();
        plot.Grid.MinorLineColor = Color.FromHex("#f0f0f0");
        plot.Grid.MinorLineWidth = 1;
        if (range.Low < range.High)
        {
            plot.Axes.SetLimitsY(range.Low - 0.05, range.High + 0.05);
        }

        void Add(double[] x, double[] percent, Color color, bool solid, string label)
        {
            var known = Enumerable.Range(0, x.Length).Where(k => percent[k] > 0 && double.IsFinite(percent[k])).ToArray();
            if (known.Length == 0)
            {
                return;
            }

            double[] logarithms = [.. known.Select(k => Math.Log10(percent[k]))];
            range = (Math.Min(range.Low, logarithms.Min()), Math.Max(range.High, logarithms.Max()));
            var line = plot.Add.ScatterLine(known.Select(k => x[k]).ToArray(), logarithms);
            line.Color = color;
            line.LineWidth = solid ? 2 : 1.5f;
            line.LinePattern = solid ? LinePattern.Solid : LinePattern.Dotted;
            line.LegendText = label;
        }
    }
}
