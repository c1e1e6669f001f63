using ScottPlot;
using SobolevNet.Experiments.Plotting;

namespace SobolevNet.Experiments.Frontier;

/// <summary>Error against run time for every recipe, on logarithmic scales: the geometric mean of the seeds as a line, each seed as a dot.</summary>
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
        var plot = new LogPlot();
        for (int k = 0; k < report.Recipes.Count; k++)
        {
            var recipe = report.Recipes[k];
            var color = Colors[k % Colors.Length];
            var runs = report.Sound.Where(run => run.Recipe == recipe.Name).ToList();
            var means = runs.GroupBy(run => run.Seconds).OrderBy(group => group.Key)
                .Select(group => ((double)group.Key, Math.Pow(10, group.Average(run => Math.Log10(run.TestErrorPercent)))));
            plot.Dots(runs.Select(run => ((double)run.Seconds, run.TestErrorPercent)), color, 6);
            plot.Line(means, color, $"{recipe.Name}: {recipe.Description}");
        }

        plot.Label("seconds, rendering included", "error on fresh images in per cent");
        plot.Save(path, Width, Height, Edge.Bottom);
    }
}
