using System.CommandLine;
using SobolevNet.Experiments.Cubes;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>cube: trains orders 0, 1 and 2 on the same images and compares them.</summary>
internal static class CubeCommand
{
    public const string Name = "cube";

    public static Command Create(ConsoleOutput terminal)
    {
        var options = new CubeOptions();
        var command = new Command(Name, "Trains the same network on the same cube images with values alone, first and second derivatives, and compares them. What is not given comes from the preset.");
        options.AddTo(command);
        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            var (folder, report) = Begin(options, parsed);
            return report.Settings.Precision == "double"
                ? Run<double>(folder, report, terminal, cancellationToken)
                : Run<float>(folder, report, terminal, cancellationToken);
        }));
        return command;
    }

    private static (CubeFolder Folder, CubeReport Report) Begin(CubeOptions options, ParseResult parsed)
    {
        if (parsed.GetValue(options.Resume) is { } path)
        {
            var begunFolder = new CubeFolder(path);
            var report = begunFolder.Read();
            int? threads = parsed.GetValue(options.Threads);
            return (begunFolder, threads is null ? report : report with { Settings = report.Settings with { Threads = threads.Value } });
        }

        var settings = options.Settings(parsed);
        Check(settings);
        var folder = new CubeFolder(parsed.GetValue(options.Out) ?? ReportFolder.New("cube"));
        var begun = new CubeReport
        {
            Complete = false,
            Started = DateTime.UtcNow,
            Machine = MachineReport.Current(),
            Settings = settings,
            Command = settings.ToCommand(),
            Runs = [],
        };
        folder.Create(begun);
        return (folder, begun);
    }

    /// <summary>Refuses impossible settings before anything is rendered.</summary>
    private static void Check(CubeSettings settings)
    {
        var architecture = new MlpArchitecture(settings.ImageSize * settings.ImageSize, settings.Hidden, 9, settings.ActivationKind());
        architecture.CheckOrder(settings.HighestOrder());
        CubeData<float>.TestSource(settings, settings.HighestOrder());
    }

    private static int Run<T>(CubeFolder folder, CubeReport begun, ConsoleOutput terminal, CancellationToken cancellationToken)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var settings = begun.Settings;
        terminal.Line(
            $"{settings.TrainingImages}{(settings.FreshImages ? " new images an epoch" : " images")}, {settings.Epochs} epochs, " +
            $"orders {string.Join(", ", settings.Orders)}, network {settings.ImageSize * settings.ImageSize}-{string.Join('-', settings.Hidden)}-9 {settings.Activation}");
        var report = begun;
        try
        {
            terminal.WithProgress(view =>
            {
                report = new CubeExperiment<T>(folder, begun, view, cancellationToken).Run();
                var part = view.Start("report");
                LearningCurves.Save(report, folder.Curves);
                CubeGrid.Save<T>(report, folder);
                CubeMarkdown.Save(report, folder);
                part.Done("written");
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error($"Interrupted; nothing is lost. Go on with: dotnet run -c Release --project src/SobolevNet.Experiments -- cube --resume {folder.Path}");
            return CommandLine.Interrupted;
        }

        terminal.Line();
        terminal.Table(["order", "test error", "× better", "train error", "seconds"], report.Runs.Select(CubeMarkdown.Cells));
        terminal.Line();
        terminal.Line($"Report: {folder.Path}");
        return CommandLine.Success;
    }
}
