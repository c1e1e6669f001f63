using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Robust;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>robust: trains networks to be robust by several methods and compares how accurate and how vulnerable they are.</summary>
internal static class RobustCommand
{
    public const string Name = "robust";

    public static Command Create(ConsoleOutput terminal)
    {
        var options = new RobustOptions();
        var command = new Command(
            Name,
            "Trains networks for universal robustness, whose right answer is the oracle's, and under the invariance assumption (noise, Jacobian " +
            "regularization, PGD, TRADES), and compares accuracy and vulnerability. What is not given comes from the preset.");
        options.AddTo(command);
        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            var (folder, report) = Begin(options, parsed);
            return Run(folder, report, terminal, cancellationToken);
        }));
        return command;
    }

    private static (RobustFolder Folder, RobustReport Report) Begin(RobustOptions options, ParseResult parsed)
    {
        if (parsed.GetValue(options.Resume) is { } path)
        {
            var begunFolder = new RobustFolder(path);
            var report = begunFolder.Read();
            int? threads = parsed.GetValue(options.Threads);
            return (begunFolder, threads is null ? report : report with { Settings = report.Settings with { Threads = threads.Value } });
        }

        var settings = options.Settings(parsed);
        Check(settings);
        var folder = new RobustFolder(parsed.GetValue(options.Out) ?? ReportFolder.New("robust"));
        var begun = new RobustReport
        {
            Complete = false,
            Started = DateTime.UtcNow,
            Machine = MachineReport.Current(),
            Settings = settings,
            Command = settings.ToCommand(),
            Claims = [],
            Runs = [],
        };
        folder.Create(begun);
        return (folder, begun);
    }

    /// <summary>Refuses impossible settings before anything is trained.</summary>
    private static void Check(RobustSettings settings)
    {
        foreach (var run in settings.Plan())
        {
            var source = run.Method.Source(settings.Clean(run.Method.Order), run.Strength ?? 0, settings);
            new MlpArchitecture(source.InputFeatures, settings.Hidden(run.Width), source.OutputFeatures, settings.ActivationKind()).CheckOrder(source.Layout.Order);
        }
    }

    private static int Run(RobustFolder folder, RobustReport begun, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        var settings = begun.Settings;
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Plan().Count} networks, {begun.Runs.Count} of them done; {settings.TrainingImages} images an epoch, {settings.Epochs} epochs. Report: {folder.Path}"));
        var report = begun;
        try
        {
            terminal.WithProgress(view =>
            {
                report = new RobustExperiment(folder, begun, view, cancellationToken).Run();
                var part = view.Start("report");
                RobustPages.Save(report, folder, cancellationToken);
                part.Done("written");
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"Interrupted; nothing is lost. Go on with: dotnet run -c Release --project src/SobolevNet.Experiments -- robust --resume {folder.Path}");
            return CommandLine.Interrupted;
        }

        terminal.Line();
        terminal.Table(RobustMarkdown.Columns(report), report.Runs.Select(RobustMarkdown.Cells));
        if (report.Claims.Count > 0)
        {
            terminal.Line();
            terminal.Line("Universal training against training under the invariance assumption, the best networks over methods and strengths:");
            terminal.Table(RobustMarkdown.ClaimColumns, report.Claims.Select(claim => RobustMarkdown.Cells(claim, report)));
            terminal.Line(RobustMarkdown.Capacity(report));
        }

        terminal.Line($"Report: {folder.Path}");
        return CommandLine.Success;
    }
}
