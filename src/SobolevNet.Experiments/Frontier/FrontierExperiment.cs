using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using static System.FormattableString;

namespace SobolevNet.Experiments.Frontier;

/// <summary>frontier: error against run time for training on values, training with derivatives, and the best recipe.</summary>
internal sealed class FrontierExperiment() : Experiment<FrontierSettings, FrontierReport>(
    "frontier", "Trains every recipe for the same times, rendering included, and compares the errors on fresh images.",
    FrontierSettings.Presets, CreateOptions(), ThreadUse.TimedTraining, ReportJson.Default.FrontierReport)
{
    /// <summary>Name of the picture.</summary>
    public const string Picture = "frontier.png";

    protected override FrontierReport CreateReport(FrontierSettings settings) =>
        new() { Settings = settings, Recipes = [.. settings.Recipes.Select(FrontierRecipe.Named)] };

    protected override string Announce(FrontierReport report)
    {
        var settings = report.Settings;
        return
            $"{string.Join(", ", settings.Recipes)}; {string.Join(", ", settings.Seconds)} seconds; seeds {string.Join(", ", settings.Seeds)}: {settings.Total()} in all.";
    }

    protected override void Train(ExperimentRun<FrontierReport> run) => new FrontierTraining(run).Train();

    protected override void Draw(FrontierReport report, ReportFolder<FrontierReport> folder, CancellationToken cancellationToken) =>
        FrontierPlot.Save(report, folder.File(Picture));

    protected override MarkdownPage Describe(FrontierReport report)
    {
        var settings = report.Settings;
        var page = new MarkdownPage("Cubes: the accuracy that a given time buys");
        page.Paragraph(
            Invariant($"Root mean square error over {settings.TestImages} fresh images in per cent of the standard deviation of the targets, after the given seconds of rendering and training together."),
            settings.Seeds.Length > 1 ? Invariant($"Mean of {settings.Seeds.Length} seeds, with the lowest and the highest.") : Invariant($"Seed {settings.Seeds[0]}."),
            Invariant($"In brackets how many times lower than {report.Recipes[0].Name}."));
        page.Table(
            ["recipe", .. settings.Seconds.Select(seconds => Invariant($"{seconds} s")), "what it is"],
            report.Recipes.Select(recipe => (string[])[.. Cells(report, recipe), recipe.Description]));
        page.Picture("Error against time", Picture);
        page.Section("Runs");
        page.Table(
            ["recipe", "seconds", "seed", "test error", "training error", "distance of a vertex, in edges", "images", "steps", "preparation"],
            report.Runs.Select(run => (string[])
            [
                run.Note is null ? $"[{run.Recipe}]({run.Network})" : $"{run.Recipe} (!)", FigureText.Of(run.TotalSeconds, "0.0"), Invariant($"{run.Seed}"),
                FigureText.Of(run.TestErrorPercent, "0.000 '%'"), FigureText.Of(run.TrainErrorPercent, "0.000 '%'"), FigureText.Of(run.TestVertexErrorInEdges, "0.00000"),
                Invariant($"{run.Images}"), Invariant($"{run.Steps}"), FigureText.Of(run.PreparationSeconds, "0.0 's'"),
            ]));
        ErrorTable.Add(
            page, "Errors by output after the longest time",
            report.Sound.Where(run => run.Seconds == settings.Seconds.Max() && run.Seed == settings.Seeds[0]).Select(run => (run.Recipe, run.TestErrors)));
        page.Section("Recipes");
        page.Table(
            ["recipe", "order", "loss weights", "features", "hidden", "images a second", "batch", "optimizer", "rate"],
            report.Recipes.Select(recipe => (string[])
            [
                recipe.Name, Invariant($"{recipe.Order}"), recipe.OrderWeights, recipe.FeaturesText(), string.Join('-', recipe.Hidden),
                Invariant($"{recipe.ImagesPerSecond}"), Invariant($"{recipe.BatchSize}"), recipe.Optimizer, Invariant($"{recipe.LearningRate}"),
            ]));
        return page;
    }

    protected override void Show(FrontierReport report, ConsoleOutput terminal) => terminal.Table(
        ["recipe", .. report.Settings.Seconds.Select(time => $"{time} s")], report.Recipes.Select(recipe => Cells(report, recipe)));

    private static SettingsOptions<FrontierSettings> CreateOptions()
    {
        var recipes = Values.OrderedWords(FrontierRecipe.Names);
        return new()
        {
            { "--recipes", $"Recipes to train, as in plain,features: {string.Join(", ", FrontierRecipe.Names)}.", recipes, s => s.Recipes, (s, names) => s with { Recipes = names } },
            { "--seconds", "Times in seconds, rendering included.", Values.Integers(2, 1_000_000), s => s.Seconds, (s, times) => s with { Seconds = [.. times.Distinct().Order()] } },
            { "--seeds", "Names poses, initial weights and shuffling of each repetition.", Values.Integers(0, int.MaxValue), s => s.Seeds, (s, seeds) => s with { Seeds = [.. seeds.Distinct()] } },
            { "--test", "Fresh images of the error.", Values.Count(2), s => s.TestImages, (s, count) => s with { TestImages = count } },
        };
    }

    /// <summary>A recipe and its results for each time.</summary>
    private static string[] Cells(FrontierReport report, FrontierRecipe recipe) =>
        [recipe.Name, .. report.Settings.Seconds.Select(seconds => Cell(report, recipe, seconds))];

    /// <summary>Mean error of the seeds with its spread, and how many times lower than that of the first recipe.</summary>
    private static string Cell(FrontierReport report, FrontierRecipe recipe, int seconds)
    {
        double[] errors = report.Errors(recipe.Name, seconds);
        if (errors.Length == 0)
        {
            return "–";
        }

        string spread = errors.Length > 1 ? Invariant($" ({errors[0]:0.000} to {errors[^1]:0.000})") : "";
        double[] first = report.Errors(report.Recipes[0].Name, seconds);
        string times = first.Length > 0 && recipe != report.Recipes[0] ? Invariant($" [×{first.Average() / errors.Average():0.0}]") : "";
        return Invariant($"{errors.Average():0.000} %{spread}{times}");
    }
}
