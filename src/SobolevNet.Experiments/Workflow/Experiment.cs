using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Workflow;

/// <summary>
/// An experiment as a command: settings from a preset and options, runs that can be interrupted and resumed, and a folder with report.json,
/// report.md and pictures. A subclass describes what is its own; everything else is here.
/// </summary>
/// <typeparam name="TSettings">Everything that decides the outcome.</typeparam>
/// <typeparam name="TReport">What is measured, as JSON.</typeparam>
/// <param name="name">The command's name, and that of the default folder.</param>
/// <param name="description">The command's help.</param>
/// <param name="presets">The named settings to start from.</param>
/// <param name="options">The options of the settings, in the order of the help; --preset, --threads, --out and --resume are added.</param>
/// <param name="threads">What the threads do.</param>
/// <param name="json">How the report becomes JSON.</param>
internal abstract partial class Experiment<TSettings, TReport>(
    string name, string description, Presets<TSettings> presets, SettingsOptions<TSettings> options, ThreadUse threads, JsonTypeInfo<TReport> json)
    : ConsoleCommand(name, description)
    where TSettings : ExperimentSettings
    where TReport : ExperimentReport<TSettings>
{
    private readonly Option<string> _preset = Values.Word(presets.Names).Option(
        "--preset", $"Settings to start from: {presets.Durations}. [default: {presets.Default.Preset}]");
    private readonly Option<int> _threads = Values.Count(0, 1024).Option("--threads", threads.Help);
    private readonly Option<string> _out = Values.Path("DIR").Option("--out", $"Report folder. [default: reports/{name}-<time>]");
    private readonly Option<string> _resume = Values.Path("DIR").Option(
        "--resume", "Go on with an interrupted experiment; its settings are read from its report.");

    /// <summary>The folder of a report of this experiment.</summary>
    public ReportFolder<TReport> Folder(string path) => new(path, json);

    /// <summary>The report of an experiment without runs.</summary>
    public TReport Begin(TSettings settings) => CreateReport(settings) with
    {
        Experiment = Name,
        Started = DateTime.UtcNow,
        Command = string.Join(' ', Arguments(settings)),
    };

    /// <summary>Does the runs that are not in the report yet.</summary>
    /// <returns>The complete report, which is saved.</returns>
    public TReport Do(ReportFolder<TReport> folder, TReport begun, IProgressView view, CancellationToken cancellationToken)
    {
        var run = new ExperimentRun<TReport>(folder, begun, view, cancellationToken);
        Train(run);
        run.Update(report => report with { Complete = true });
        return run.Report;
    }

    /// <summary>Makes a report without runs. Settings that cannot work are refused here, before anything is written.</summary>
    /// <returns>The settings and what is planned; the rest is filled in.</returns>
    protected abstract TReport CreateReport(TSettings settings);

    /// <summary>What is about to be done, in a line.</summary>
    protected abstract string Announce(TReport report);

    /// <summary>Does the runs that are not in the report yet, and adds each to the report when it is done.</summary>
    protected abstract void Train(ExperimentRun<TReport> run);

    /// <summary>
    /// Draws the pictures of a complete report, in which at least one training did not break, into its folder; there are none unless this is overridden.
    /// </summary>
    protected virtual void Draw(TReport report, ReportFolder<TReport> folder, CancellationToken cancellationToken)
    {
    }

    /// <summary>Writes report.md, except for the trainings that broke and how to repeat it.</summary>
    protected abstract MarkdownPage Describe(TReport report);

    /// <summary>Shows the results on the terminal, except for why trainings broke.</summary>
    protected abstract void Show(TReport report, ConsoleOutput terminal);

    protected sealed override void AddOptions(Command command)
    {
        options.ShowDefaults([.. presets.Names.Select(preset => (preset, presets[preset]))]);
        foreach (var option in (IEnumerable<Option>)[_preset, .. options, _threads, _out, _resume])
        {
            command.Add(option);
        }

        Option[] ofSettings = [_preset, .. options, _out];
        command.RefuseBeside(_resume, threads.ChangesOutcome ? [.. ofSettings, _threads] : ofSettings, "takes all settings from its folder");
    }

    protected sealed override int Run(ParseResult parsed, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        var (folder, begun) = parsed.Has(_resume) ? Resume(parsed) : BeginFolder(parsed);
        terminal.Line($"{Announce(begun)} Report: {folder.Path}");
        var report = begun;
        try
        {
            terminal.WithProgress(view =>
            {
                report = Do(folder, begun, view, cancellationToken);
                if (EveryTrainingBroke(report))
                {
                    return;
                }

                var part = view.Start("report");
                Draw(report, folder, cancellationToken);
                AtomicFile.WriteAllText(folder.Markdown, Page(report).ToString());
                part.Done("written");
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"Interrupted; what is done is kept. Go on with: {Program} {Name} --resume {folder.Path}");
            return ExitCode.Interrupted;
        }

        terminal.Line();
        Show(report, terminal);
        string[] broken = [.. Broken(report)];
        foreach (string line in broken)
        {
            terminal.Line(line);
        }

        terminal.Line($"Report: {folder.Path}");
        if (EveryTrainingBroke(report))
        {
            terminal.Error("Every training broke; there is no report.md, and report.json says why.");
        }

        return broken.Length == 0 ? ExitCode.Success : ExitCode.Failed;
    }

    private static bool EveryTrainingBroke(TReport report) => report.Rows() is { Count: > 0 } rows && rows.All(row => row.Note is not null);

    /// <summary>A line for each training that broke.</summary>
    private static IEnumerable<string> Broken(TReport report) => report.Rows()
        .Where(row => row.Note is not null)
        .Select(row => $"(!) {row.Title()}: the training broke, so the network was not measured. {row.Note}");

    private (ReportFolder<TReport> Folder, TReport Report) BeginFolder(ParseResult parsed)
    {
        var start = presets[parsed.ValueOr(_preset, presets.Default.Preset)];
        var settings = options.Apply(parsed, start) with { Threads = parsed.ValueOr(_threads, start.Threads) };
        var report = Begin(settings);
        var folder = Folder(parsed.ValueOr(_out, ReportFolder.New(Name)));
        folder.Create(report);
        return (folder, report);
    }

    private (ReportFolder<TReport> Folder, TReport Report) Resume(ParseResult parsed)
    {
        var folder = Folder(parsed.GetValue(_resume)!);
        var report = folder.Read();
        return (folder, report with { Settings = report.Settings with { Threads = parsed.ValueOr(_threads, report.Settings.Threads) } });
    }

    private IEnumerable<string> Arguments(TSettings settings) =>
        [Name, "--preset", settings.Preset, .. options.Arguments(settings), "--threads", Values.Count(0).Write(settings.Threads)];

    private MarkdownPage Page(TReport report)
    {
        var page = Describe(report);
        if (Broken(report).ToArray() is { Length: > 0 } broken)
        {
            page.Section("Trainings that broke");
            page.List(broken);
        }

        page.Section("Repeat it");
        page.Code($"{Program} {string.Join(' ', Arguments(report.Settings).Select(Quoted))}");
        page.Paragraph(report.Machine.Line(report.Started), "All figures are in [report.json](report.json).");
        return page;
    }

    /// <summary>An argument as shells take it.</summary>
    private static string Quoted(string argument) => Plain().IsMatch(argument) ? argument : $"'{argument}'";

    [GeneratedRegex(@"^[\w.,:=@+/-]+$")]
    private static partial Regex Plain();
}
