using System.Globalization;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using static System.FormattableString;

namespace SobolevNet.Experiments.Study;

/// <summary>study: how capacity, data, weights, directions, activation and optimizer change the error, for the same images and epochs.</summary>
internal sealed class StudyExperiment() : Experiment<StudySettings, StudyReport>(
    "study", "Trains networks with one thing varied at a time, on the same images for the same epochs, and compares the errors on fresh images.",
    StudySettings.Presets, CreateOptions(), ThreadUse.SeveralTrainings, ReportJson.Default.StudyReport)
{
    /// <summary>Name of the picture with a group's learning curves.</summary>
    public static string Curves(string group) => $"{group}.png";

    protected override StudyReport CreateReport(StudySettings settings) => new() { Settings = settings, Cases = settings.Cases() };

    protected override string Announce(StudyReport report) =>
        $"{StudyReport.Distinct(report.Cases).Count * report.Settings.Seeds.Length} trainings, {report.Runs.Count} of them done.";

    protected override void Train(ExperimentRun<StudyReport> run) => new StudyTraining(run).Train();

    protected override void Draw(StudyReport report, ReportFolder<StudyReport> folder, CancellationToken cancellationToken)
    {
        foreach (string group in report.Settings.Groups)
        {
            string path = folder.File(Curves(group));
            if (group == StudyPlan.Density)
            {
                DensityPlot.Save(report, path);
            }
            else
            {
                StudyPlot.Save(report, group, path);
            }
        }
    }

    protected override MarkdownPage Describe(StudyReport report)
    {
        var settings = report.Settings;
        var page = new MarkdownPage("Cubes: comparison of recipes");
        page.Paragraph(
            Invariant($"Root mean square error over {settings.TestImages} fresh images in per cent of the standard deviation of the targets: mean of {settings.Seeds.Length} seeds, lowest and highest,"),
            "how many times lower than order 0 of the same row, and the seconds of one thread. Each group varies one thing around a recipe that several groups share.");
        foreach (string group in report.Cases.Select(one => one.Group).Distinct())
        {
            page.Section($"{char.ToUpperInvariant(group[0])}{group[1..]}");
            var (columns, rows) = Table(report, group);
            page.Table(columns, rows);
            page.Picture(group == StudyPlan.Density ? "Error against the distance of neighboring images" : "Error against time", Curves(group));
        }

        ErrorTable.Add(page, "Errors by output of the training with the least error", report.Sound.OrderBy(run => run.TestErrorPercent).Take(1).Select(run => (run.Title(), run.TestErrors)));
        page.Section("All trainings");
        page.Table(
            ["case", "hidden", "activation", "images", "epochs", "weights", "directions", "features", "batch", "optimizer", "rate", "test", "train", "of an edge"],
            StudyReport.Distinct(report.Cases).Select(one => Cells(report, one)));
        return page;
    }

    protected override void Show(StudyReport report, ConsoleOutput terminal)
    {
        foreach (string group in report.Settings.Groups)
        {
            var (columns, rows) = Table(report, group);
            terminal.Table(columns, rows);
            terminal.Line();
        }
    }

    private static SettingsOptions<StudySettings> CreateOptions() => new()
    {
        { "--groups", $"What is varied: {string.Join(", ", StudyPlan.Groups)}.", Values.Words(StudyPlan.Groups), s => s.Groups, (s, groups) => s with { Groups = groups } },
        { "--seeds", "Names poses, initial weights and shuffling of each repetition.", Values.Integers(0, int.MaxValue), s => s.Seeds, (s, seeds) => s with { Seeds = [.. seeds.Distinct()] } },
        { "--test", "Fresh images of the error.", Values.Count(2), s => s.TestImages, (s, count) => s with { TestImages = count } },
    };

    /// <summary>The table of a group: a row for each setting and a column for each order.</summary>
    private static (string[] Columns, IEnumerable<string[]> Rows) Table(StudyReport report, string group)
    {
        var cases = report.Cases.Where(one => one.Group == group).ToList();
        int[] orders = [.. cases.Select(one => one.Order).Distinct().Order()];
        return (
            [group, .. orders.Select(order => Invariant($"order {order}"))],
            cases.Select(one => one.Setting).Distinct().Select(setting => (string[])[setting, .. orders.Select(order => Cell(report, cases, setting, order))]));
    }

    /// <summary>Mean error of the seeds with its spread, how many times lower than order 0, and the time.</summary>
    private static string Cell(StudyReport report, IReadOnlyList<StudyCase> group, string setting, int order)
    {
        if (group.FirstOrDefault(one => one.Setting == setting && one.Order == order) is not { } one)
        {
            return "";
        }

        var runs = report.Of(one);
        double[] errors = [.. runs.Where(run => run.Note is null).Select(run => run.TestErrorPercent).Order()];
        string broke = errors.Length < runs.Count ? Invariant($", {runs.Count - errors.Length} broke") : "";
        if (errors.Length == 0)
        {
            return "–" + broke;
        }

        string spread = errors.Length > 1 ? Invariant($" ({errors[0]:0.00}–{errors[^1]:0.00})") : "";
        string times = "";
        if (order > 0 && group.FirstOrDefault(other => other.Setting == setting && other.Order == 0) is { } plain)
        {
            double[] first = [.. report.Of(plain).Where(run => run.Note is null).Select(run => run.TestErrorPercent)];
            times = first.Length > 0 ? Invariant($" ×{first.Average() / errors.Average():0.0}") : "";
        }

        double seconds = runs.Where(run => run.Note is null).Average(run => run.Seconds);
        return Invariant($"{errors.Average():0.00} %{spread}{times}, {seconds:0} s{broke}");
    }

    private static string[] Cells(StudyReport report, StudyCase one)
    {
        var runs = report.Of(one).Where(run => run.Note is null).ToList();
        return
        [
            one.Title, string.Join('-', one.Hidden), one.Activation, Invariant($"{one.Images}"), Invariant($"{one.Epochs}"), one.OrderWeights, one.Directions,
            one.FeaturesText(), Invariant($"{one.BatchSize}"), one.Optimizer, Invariant($"{one.LearningRate}"),
            Mean(run => run.TestErrorPercent, "0.000 '%'"), Mean(run => run.TrainErrorPercent, "0.000 '%'"), Mean(run => run.TestVertexErrorInEdges, "0.00000"),
        ];

        string Mean(Func<StudyRun, double> value, string format) =>
            runs.Count == 0 ? "–" : runs.Average(value).ToString(format, CultureInfo.InvariantCulture);
    }
}
