using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Surrogates;
using SobolevNet.Experiments.Terminal;
using Spectre.Console;

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
        var command = new Command(
            "surrogate", "Learns prices with their Greeks by the published recipe of differential machine learning and by this library's defaults in the same time.");
        foreach (Option option in new Option[] { preset, cases, samples, seeds, test, threads, output })
        {
            command.Add(option);
        }

        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            var start = SurrogateSettings.Named(parsed.GetValue(preset) ?? SurrogateSettings.Quick);
            var settings = start with
            {
                Cases = parsed.GetValue(cases) is { Length: > 0 } names ? names : start.Cases,
                Samples = parsed.GetValue(samples) is { Length: > 0 } counts ? [.. counts.Distinct().Order()] : start.Samples,
                Seeds = parsed.GetValue(seeds) is { Length: > 0 } numbers ? [.. numbers.Distinct()] : start.Seeds,
                TestPoints = parsed.GetValue(test) ?? start.TestPoints,
                Threads = parsed.GetValue(threads) ?? start.Threads,
            };
            string name = parsed.GetValue(output)
                ?? Path.Combine("reports", $"surrogate-{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
            return Run(SurrogateFolder.Create(name), settings, terminal, cancellationToken);
        }));
        return command;
    }

    private static int Run(SurrogateFolder folder, SurrogateSettings settings, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        var report = new SurrogateReport
        {
            Complete = false,
            Started = DateTime.UtcNow,
            Machine = MachineReport.Current(),
            Settings = settings,
            Command = settings.ToCommand(),
            Cases = settings.Cases,
            Runs = [],
        };
        try
        {
            terminal.WithProgress(view =>
            {
                report = new SurrogateExperiment(report, view, cancellationToken).Run();
                folder.Save(report);
                SurrogatePlot.Save(report, folder.Picture);
                SurrogateMarkdown.Save(report, folder);
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error("Interrupted; nothing is kept.");
            return CommandLine.Interrupted;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (string header in SurrogateMarkdown.Header)
        {
            table.AddColumn(new TableColumn(header));
        }

        foreach (string[] row in SurrogateMarkdown.Rows(report))
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        terminal.Line();
        terminal.Console.Write(table);
        terminal.Line();
        terminal.Line("Errors in per cent of the deviation, mean (lowest–highest) [times better than published].");
        terminal.Line($"Report: {folder.Path}");
        return CommandLine.Success;
    }
}
