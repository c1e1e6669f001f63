using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using SobolevNet.Experiments.Plotting;

namespace SobolevNet.Experiments.Surrogate;

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
        var plot = new LogPlot(linearX: true);
        (string Name, int Samples)[] groups = [.. report.Cases.SelectMany(name => report.Settings.Samples.Select(samples => (name, samples)))];
        (string Name, Func<SurrogateRun, double> Of, MarkerShape Shape)[] errors =
            [("values", run => run.Fresh.Values, MarkerShape.FilledCircle), ("Greeks", run => run.Fresh.Greeks, MarkerShape.OpenTriangleUp)];
        for (int k = 0; k < SurrogateMethod.All.Count; k++)
        {
            string method = SurrogateMethod.All[k].Name;
            double shift = 0.15 * (k - 2);
            foreach (var error in errors)
            {
                var dots = groups.SelectMany((group, at) => report.Of(group.Name, group.Samples, method).Select(run => (at + shift, error.Of(run))));
                plot.Dots(dots, Colors[k], 9, $"{method}: {error.Name}", error.Shape);
            }
        }

        plot.Label("", "error at fresh exact points in per cent of the standard deviation");
        var names = new NumericManual();
        for (int at = 0; at < groups.Length; at++)
        {
            names.AddMajor(at, string.Create(CultureInfo.InvariantCulture, $"{groups[at].Name}\n{groups[at].Samples}"));
        }

        plot.Plot.Axes.Bottom.TickGenerator = names;
        plot.Plot.Axes.SetLimitsX(-0.6, groups.Length - 0.4);
        plot.Save(path, 500 + (CaseWidth * Math.Max(groups.Length, 4)), Height, Edge.Right);
    }
}
