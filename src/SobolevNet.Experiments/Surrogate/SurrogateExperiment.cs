using System.Globalization;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using static System.FormattableString;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>surrogate: the published recipe of differential machine learning and this library's defaults on the same labels in the same time.</summary>
internal sealed class SurrogateExperiment() : Experiment<SurrogateSettings, SurrogateReport>(
    "surrogate", "Learns prices with their Greeks by the published recipe of differential machine learning and by this library's defaults in the same time.",
    SurrogateSettings.Presets, CreateOptions(), ThreadUse.TimedTraining, ReportJson.Default.SurrogateReport)
{
    private const string Picture = "surrogates.png";

    private static readonly string[] Columns =
        ["case", "points", "method", "values", "Greeks", "gammas", "values, notebooks' points", "Greeks there", "time", "epochs"];

    protected override SurrogateReport CreateReport(SurrogateSettings settings) => new() { Settings = settings, Cases = settings.Cases };

    protected override string Announce(SurrogateReport report)
    {
        var settings = report.Settings;
        return $"{string.Join(", ", settings.Cases)}; {string.Join(", ", settings.Samples)} points; seeds {string.Join(", ", settings.Seeds)}.";
    }

    protected override void Train(ExperimentRun<SurrogateReport> run) => new SurrogateTraining(run).Train();

    protected override void Draw(SurrogateReport report, ReportFolder<SurrogateReport> folder, CancellationToken cancellationToken) =>
        SurrogatePlot.Save(report, folder.File(Picture));

    protected override MarkdownPage Describe(SurrogateReport report)
    {
        var page = new MarkdownPage("Surrogates: the published recipe and this library's defaults in the same time");
        page.Paragraph(
            Invariant($"Root mean square errors at {report.Settings.TestPoints} fresh exact points in per cent of the standard deviation of the values, of the first and of the second derivatives."),
            Invariant($"Mean of the seeds {string.Join(", ", report.Settings.Seeds)}, with the lowest and the highest. In brackets how many times lower than published."));
        page.Table(Columns, Rows(report));
        page.Picture("Errors", Picture);
        page.Section("Cases and methods");
        page.List(report.Cases.Select(SurrogateCase.Named).Select(known => $"{known.Name}: {known.Description}"));
        page.List(SurrogateMethod.All.Select(method => $"{method.Name}: {method.Description}"));
        return page;
    }

    protected override void Show(SurrogateReport report, ConsoleOutput terminal)
    {
        terminal.Table(Columns, Rows(report), words: 3);
        terminal.Line();
        terminal.Line("Errors in per cent of the standard deviation, mean (lowest–highest) [times lower than published].");
    }

    private static SettingsOptions<SurrogateSettings> CreateOptions() => new()
    {
        { "--cases", "What is learned.", Values.Words(SurrogateCase.Names), s => s.Cases, (s, names) => s with { Cases = names } },
        { "--samples", "Numbers of training points.", Values.Integers(16, 10_000_000), s => s.Samples, (s, counts) => s with { Samples = [.. counts.Distinct().Order()] } },
        { "--seeds", "Names the points and paths, initial weights and shuffling of each repetition.", Values.Integers(0, int.MaxValue), s => s.Seeds, (s, seeds) => s with { Seeds = [.. seeds.Distinct()] } },
        { "--test", "Fresh exact points of the error.", Values.Count(2), s => s.TestPoints, (s, count) => s with { TestPoints = count } },
    };

    /// <summary>For each case, number of points and method the mean errors with their spread over the seeds.</summary>
    private static IEnumerable<string[]> Rows(SurrogateReport report) =>
        from known in report.Cases.Select(SurrogateCase.Named)
        from samples in report.Settings.Samples
        let published = report.Of(known.Name, samples, SurrogateMethod.Published)
        from method in SurrogateMethod.Of(known)
        let runs = report.Of(known.Name, samples, method.Name)
        select (string[])
        [
            known.Name, Invariant($"{samples}"), method.Name,
            Cell(runs, published, run => run.Fresh.Values), Cell(runs, published, run => run.Fresh.Greeks), Cell(runs, published, run => run.Fresh.Gammas),
            Cell(runs, published, run => run.Notebook?.Values), Cell(runs, published, run => run.Notebook?.Greeks),
            Mean(runs, run => run.Seconds, "0.00 's'"), Mean(runs, run => run.Epochs, "0"),
        ];

    private static string Mean(IReadOnlyList<SurrogateRun> runs, Func<SurrogateRun, double> of, string format) =>
        FigureText.Of(runs.Where(run => run.Note is null).Select(of).DefaultIfEmpty(double.NaN).Average(), format);

    private static string Cell(IReadOnlyList<SurrogateRun> runs, IReadOnlyList<SurrogateRun> published, Func<SurrogateRun, double?> of)
    {
        double[] errors = [.. runs.Select(of).OfType<double>().Where(double.IsFinite).Order()];
        double[] first = [.. published.Select(of).OfType<double>().Where(double.IsFinite)];
        if (errors.Length == 0)
        {
            return "–";
        }

        double mean = errors.Average();
        string spread = errors.Length > 1 ? Invariant($" ({Short(errors[0])}–{Short(errors[^1])})") : "";
        string times = runs[0].Method == SurrogateMethod.Published || first.Length == 0 ? "" : Invariant($" [×{first.Average() / mean:0.0}]");
        return Invariant($"{Short(mean)} %{spread}{times}");
    }

    private static string Short(double percent) => percent.ToString(percent < 0.1 ? "0.0000" : percent < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
}
