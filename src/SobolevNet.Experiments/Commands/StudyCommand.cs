using System.CommandLine;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Studies;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>study: what capacity, data, weights, directions, activation and optimizer are worth, for the same images and epochs.</summary>
internal static class StudyCommand
{
    public static Command Create(ConsoleOutput terminal)
    {
        var preset = Options.Word("--preset", "Settings to start from: minutes, or an hour or two. [default: quick]", [.. StudySettings.Presets]);
        var groups = Options.Words("--groups", $"What is varied: {string.Join(", ", StudyPlan.Groups)}. [default: all]", StudyPlan.Groups);
        var seeds = Options.Integers("--seeds", "LIST", "Names poses, initial weights and shuffling of each repetition. [quick 1; small 1,2,3]", 0, int.MaxValue);
        var test = Options.Integer("--test", "COUNT", "Fresh images of the error. [default: 2000]", 2);
        var threads = Options.Integer("--threads", "COUNT", "Networks trained at a time; 0 for one for each core. The outcome is the same for any number.", 0, 1024);
        var output = Options.Path("--out", "DIR", "Report folder. [default: reports/study-<time>]");
        var resume = Options.Path("--resume", "DIR", "Go on with an interrupted study; its settings are read from its report.");
        Option[] ofSettings = [preset, groups, seeds, test, threads, output];
        var command = new Command("study", "Trains networks with one thing varied at a time, on the same images for the same epochs, and compares the errors on fresh images.");
        foreach (var option in ofSettings.Append(resume))
        {
            command.Add(option);
        }

        command.Validators.Add(result => Options.RefuseBeside(result, resume, ofSettings));
        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(resume) is { } path)
            {
                var begunFolder = new StudyFolder(path);
                return Run(begunFolder, begunFolder.Read(), terminal, cancellationToken);
            }

            var start = StudySettings.Named(parsed.GetValue(preset) ?? StudySettings.Quick);
            var settings = start with
            {
                Groups = parsed.GetValue(groups) is { Length: > 0 } names ? names : start.Groups,
                Seeds = parsed.GetValue(seeds) is { Length: > 0 } numbers ? [.. numbers.Distinct()] : start.Seeds,
                TestImages = parsed.GetValue(test) ?? start.TestImages,
                Threads = parsed.GetValue(threads) ?? start.Threads,
            };
            var folder = new StudyFolder(parsed.GetValue(output) ?? ReportFolder.New("study"));
            var begun = new StudyReport
            {
                Complete = false,
                Started = DateTime.UtcNow,
                Machine = MachineReport.Current(),
                Settings = settings,
                Command = settings.ToCommand(),
                Cases = settings.Cases(),
                Runs = [],
            };
            folder.Create(begun);
            return Run(folder, begun, terminal, cancellationToken);
        }));
        return command;
    }

    private static int Run(StudyFolder folder, StudyReport begun, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        int all = StudyReport.Distinct(begun.Cases).Count * begun.Settings.Seeds.Length;
        terminal.Line($"{all} trainings, {begun.Runs.Count} of them done. Report: {folder.Path}");
        var report = begun;
        try
        {
            terminal.WithProgress(view =>
            {
                report = new StudyExperiment(folder, begun, view, cancellationToken).Run();
                foreach (string group in report.Settings.Groups)
                {
                    StudyPlot.Save(report, group, folder.Curves(group));
                }

                StudyMarkdown.Save(report, folder);
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"Interrupted; runs that are done are kept. Go on with: dotnet run -c Release --project src/SobolevNet.Experiments -- study --resume {folder.Path}");
            return CommandLine.Interrupted;
        }

        foreach (string group in report.Settings.Groups)
        {
            var cases = report.Cases.Where(one => one.Group == group).ToList();
            int[] orders = [.. cases.Select(one => one.Order).Distinct().Order()];
            terminal.Line();
            terminal.Table(
                [group, .. orders.Select(order => $"order {order}")],
                cases.Select(one => one.Setting).Distinct().Select(
                    setting => new[] { setting }.Concat(orders.Select(order => StudyMarkdown.Cell(report, cases, setting, order)))));
        }

        terminal.Line();
        terminal.Line($"Report: {folder.Path}");
        return CommandLine.Success;
    }
}
