using ScottPlot;
using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Pictures;

/// <summary>Error against run time for every recipe, on logarithmic scales: the mean of the seeds as a line, each seed as a dot.</summary>
internal static class FrontierPlot
{
    private const int Width = 1000;
    private const int Height = 620;
    private static readonly Color[] Colors =
    [
        Color.FromHex("#7f7f7f"), Color.FromHex("#bcbd22"), Color.FromHex("#1f77b4"), Color.FromHex("#d62728"), Color.FromHex("#9467bd"),
        Color.FromHex("#2ca02c"), Color.FromHex("#ff7f0e"), Color.FromHex("#17becf"),
    ];

    public static void Save(FrontierReport report, string path)
    {
        EmbeddedFont.UseInPlots();
        var plot = new Plot();
        for (int k = 0; k < report.Recipes.Count; k++)
        {
            var recipe = report.Recipes[k];
            var runs = report.Runs.Where(run => run.Recipe == recipe.Name).ToList();
            if (runs.Count == 0)
            {
                continue;
            }

            var color = Colors[k % Colors.Length];
            var dots = plot.Add.Markers(runs.Select(run => Math.Log10(run.Seconds)).ToArray(), runs.Select(run => Math.Log10(run.TestErrorPercent)).ToArray());
            dots.Color = color;
            dots.MarkerSize = 6;
            var means = runs.GroupBy(run => run.Seconds).OrderBy(group => group.Key).ToList();
            var line = plot.Add.ScatterLine(
                means.Select(group => Math.Log10(group.Key)).ToArray(),
                means.Select(group => group.Average(run => Math.Log10(run.TestErrorPercent))).ToArray());
            line.Color = color;
            line.LineWidth = 2;
            line.LegendText = $"{recipe.Name}: {recipe.Description}";
        }

        LogAxis.Label(plot, "seconds, rendering included", "error on fresh images in per cent");
        plot.ShowLegend(Edge.Bottom);
        AtomicFile.WriteAllBytes(path, plot.GetImage(Width, Height).GetImageBytes(ImageFormat.Png));
    }
}
