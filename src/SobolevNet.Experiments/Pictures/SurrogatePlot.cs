using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Surrogates;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Errors of values and of Greeks for every case, a dot for each seed, side by side on a logarithmic scale.</summary>
internal static class SurrogatePlot
{
    private const int Height = 620;
    private const int CaseWidth = 110;
    private static readonly Color[] Colors =
    [
        Color.FromHex("#7f7f7f"), Color.FromHex("#1f77b4"), Color.FromHex("#d62728"), Color.FromHex("#17becf"), Color.FromHex("#ff7f0e"),
    ];

    public static void Save(SurrogateReport report, string path)
    {
        EmbeddedFont.UseInPlots();
        var plot = new Plot();
        (string Name, int Samples)[] groups = [.. report.Cases.SelectMany(name => report.Settings.Samples.Select(samples => (name, samples)))];
        (string Name, Func<SurrogateRun, double> Of, MarkerShape Shape)[] errors =
            [("values", run => run.Fresh.Values, MarkerShape.FilledCircle), ("Greeks", run => run.Fresh.Greeks, MarkerShape.OpenTriangleUp)];
        for (int k = 0; k < SurrogateMethod.All.Count; k++)
        {
            string method = SurrogateMethod.All[k].Name;
            foreach (var error in errors)
            {
                var dots = groups.SelectMany((group, at) => report.Of(group.Name, group.Samples, method)
                    .Select(run => (X: at + (0.15 * (k - 2)), Y: Math.Log10(error.Of(run))))).ToArray();
                if (dots.Length == 0)
                {
                    continue;
                }

                var markers = plot.Add.Markers(dots.Select(dot => dot.X).ToArray(), dots.Select(dot => dot.Y).ToArray());
                markers.Color = Colors[k];
                markers.MarkerShape = error.Shape;
                markers.MarkerSize = 9;
                markers.LegendText = $"{method}: {error.Name}";
            }
        }

        plot.YLabel("error at fresh exact points in per cent of the deviation");
        plot.Axes.Left.TickGenerator = LogAxis.Ticks();
        var names = new NumericManual();
        for (int at = 0; at < groups.Length; at++)
        {
            names.AddMajor(at, string.Create(CultureInfo.InvariantCulture, $"{groups[at].Name}\n{groups[at].Samples}"));
        }

        plot.Axes.Bottom.TickGenerator = names;
        plot.Axes.SetLimitsX(-0.6, groups.Length - 0.4);
        plot.ShowLegend(Edge.Right);
        AtomicFile.WriteAllBytes(path, plot.GetImage(500 + (CaseWidth * Math.Max(groups.Length, 4)), Height).GetImageBytes(ImageFormat.Png));
    }
}
