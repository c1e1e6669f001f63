using System.Globalization;
using System.Text;
using SobolevNet.Experiments.Frontiers;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.md of a frontier, and the rows of its table.</summary>
internal static class FrontierMarkdown
{
    /// <summary>recipe, then for each time the mean error of the seeds with its spread, and how many times better than the first recipe.</summary>
    public static string[] Cells(FrontierReport report, FrontierRecipe recipe) =>
        [recipe.Name, .. report.Settings.Seconds.Select(seconds => Cell(report, recipe, seconds))];

    public static void Save(FrontierReport report, FrontierFolder folder)
    {
        var text = new StringBuilder();
        text.Append("# Cubes: the accuracy that a given time buys\n\n");
        text.Append(Text(
            $"Root mean square error over {report.Settings.TestImages} fresh images in per cent of the deviation of the targets, after so many seconds of rendering and training together. "));
        text.Append(report.Settings.Seeds.Length > 1 ? Text($"Mean of {report.Settings.Seeds.Length} seeds, with the lowest and the highest. ") : "");
        text.Append(Text($"In brackets how many times better than {report.Recipes[0].Name}.\n\n| recipe | "));
        text.AppendJoin(" | ", report.Settings.Seconds.Select(seconds => Text($"{seconds} s"))).Append(" | what it is |\n|---|");
        text.Insert(text.Length, "---|", report.Settings.Seconds.Length).Append("---|\n");
        foreach (var recipe in report.Recipes)
        {
            text.Append("| ").AppendJoin(" | ", Cells(report, recipe)).Append(Text($" | {recipe.Description} |\n"));
        }

        text.Append("\n![Error against time](frontier.png)\n\n## Runs\n\n");
        text.Append("| recipe | seconds | seed | test error | train error | distance of a vertex, in edges | images | steps | preparation |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var run in report.Runs)
        {
            text.Append(Text(
                $"| [{run.Recipe}]({run.Network}) | {run.TotalSeconds:0.0} | {run.Seed} | {run.TestErrorPercent:0.000} % | {run.TrainErrorPercent:0.000} % | "));
            text.Append(Text($"{run.TestVertexErrorInEdges:0.00000} | {run.Images} | {run.Steps} | {run.PreparationSeconds:0.0} s |\n"));
        }

        text.Append("\n## Recipes\n\n| recipe | order | loss weights | features | hidden | images a second | batch | optimizer | rate |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var recipe in report.Recipes)
        {
            string features = recipe.Features == 0 ? "pixels" : Text($"{recipe.Features}, curvature {recipe.FeatureCurvature}");
            text.Append(Text($"| {recipe.Name} | {recipe.Order} | {recipe.OrderWeights} | {features} | {string.Join('-', recipe.Hidden)} | "));
            text.Append(Text($"{recipe.ImagesPerSecond} | {recipe.BatchSize} | {recipe.Optimizer} | {recipe.LearningRate} |\n"));
        }

        text.Append("\n## Repeat it\n\n```\ndotnet run -c Release --project src/SobolevNet.Experiments -- ").Append(report.Command).Append("\n```\n\n");
        text.Append(Text(
            $"{report.Machine.Line(report.Started)}\n"));
        AtomicFile.WriteAllText(folder.Markdown, text.ToString());
    }

    private static string Cell(FrontierReport report, FrontierRecipe recipe, int seconds)
    {
        double[] errors = report.Errors(recipe.Name, seconds);
        if (errors.Length == 0)
        {
            return "–";
        }

        string spread = errors.Length > 1 ? Text($" ({errors[0]:0.000} to {errors[^1]:0.000})") : "";
        double[] first = report.Errors(report.Recipes[0].Name, seconds);
        string times = first.Length > 0 && recipe != report.Recipes[0] ? Text($" [×{first.Average() / errors.Average():0.0}]") : "";
        return Text($"{errors.Average():0.000} %{spread}{times}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
