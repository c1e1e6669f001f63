using System.CommandLine;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Surrogates;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>surrogate: the published recipe of differential machine learning and this library's defaults on the same labels in the same time.</summary>
internal static class SurrogateCommand
{
    private static readonly string[] Cases = [.. SurrogateCase.All.Select(known => known.Name)];

    public static Command Create(ConsoleOutput terminal)
    {
        var preset = Options.Word("--preset", "Settings to start from: two minutes, or a quarter of an hour. [default: quick]", [.. SurrogateSettings.Presets]);
        var cases = Options.Words("--cases", "What is learned. [default: all]", Cases);
        var samples = Options.Integers("--samples", "LIST", "Numbers of training points. [quick 8192; full 1024,4096,8192,16384,65536]", 16, 10_000_000);
        var seeds = Options.Integers("--seeds", "LIST", "Names the points and paths, initial weights and shuffling of each repetition. [default: 1,2,3]", 0, int.MaxValue);
        var test = Options.Integer("--test", "COUNT", "Fresh exact points of the error. [default: 8192]", 2);
        var threads = Options.Integer("--threads", "COUNT", "Threads; 0 for all cores.", 0, 1024);
        var output = Options.Path("--out", "DIR", "Report folder. [default: reports/surrogate-<time>]");
        var resume = Options.Path("--resume", "DIR", "Go on with an interrupted comparison; its settings are read from its report.");
        Option[] ofSettings = [preset, cases, samples, seeds, test, threads, output];
        var command = new Command(
            "surrogate", "Learns prices with their Greeks by the published recipe of differential machine learning and by this library's defaults in the same time.");
        foreach (var option in ofSettings.Append(resume))
        {
            command.Add(option);
        }

        command.Validators.Add(result => Options.RefuseBeside(result, resume, ofSettings));
        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(resume) is { } path)
            {
                var begunFolder = new SurrogateFolder(path);
                return Run(begunFolder, begunFolder.Read(), terminal, cancellationToken);
            }

            var start = SurrogateSettings.Named(parsed.GetValue(preset) ?? SurrogateSettings.Quick);
            var settings = start with
            {
                Cases = parsed.GetValue(cases) is { Length: > 0 } names ? names : start.Cases,
                Samples = parsed.GetValue(samples) is { Length: > 0 } counts ? [.. counts.Distinct().Order()] : start.Samples,
                Seeds = parsed.GetValue(seeds) is { Length: > 0 } numbers ? [.. numbers.Distinct()] : start.Seeds,
                TestPoints = parsed.GetValue(test) ?? start.TestPoints,
                Threads = parsed.GetValue(threads) ?? start.Threads,
            };
            var folder = new SurrogateFolder(parsed.GetValue(output) ?? ReportFolder.New("surrogate"));
            var begun = new SurrogateReport
            {
                Complete = false,
                Started = DateTime.UtcNow,
                Machine = MachineReport.Current(),
                Settings = settings,
                Command = settings.ToCommand(),
                Cases = settings.Cases,
                Runs = [],
            };
            folder.Create(begun);
            return Run(folder, begun, terminal, cancellationToken);
        }));
        return command;
    }

    private static int Run(SurrogateFolder folder, SurrogateReport begun, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        var report = begun;
        try
        {
            terminal.WithProgress(view =>
            {
                report = new SurrogateExperiment(folder, begun, view, cancellationToken).Run();
                SurrogatePlot.Save(report, folder.Picture);
                SurrogateMarkdown.Save(report, folder);
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"Interrupted; comparisons that are done are kept. Go on with: dotnet run -c Release --project src/SobolevNet.Experiments -- surrogate --resume {folder.Path}");
            return CommandLine.Interrupted;
        }

        terminal.Line();
        terminal.Table(SurrogateMarkdown.Header, SurrogateMarkdown.Rows(report), words: 3);
        terminal.Line();
        terminal.Line("Errors in per cent of the deviation, mean (lowest–highest) [times better than published].");
        terminal.Line($"Report: {folder.Path}");
        return CommandLine.Success;
    }
}
