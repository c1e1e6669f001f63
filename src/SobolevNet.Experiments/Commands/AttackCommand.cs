using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Robust;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>attack: how robust a saved cube network is.</summary>
internal static class AttackCommand
{
    public static Command Create(ConsoleOutput terminal)
    {
        var network = Options.Path("--network", "FILE", "Network file (.safetensors) whose inputs are square images of cubes and whose outputs are vertices 3, 5 and 6.");
        network.Required = true;
        var preset = Options.Word("--preset", "How thoroughly. [default: quick]", [.. RobustPresets.Names]);
        var measure = new MeasureOptions(name => RobustPresets.Named(name).Measure);
        var threads = Options.Integer("--threads", "COUNT", "Threads; 0 for all cores. The outcome is the same for any number.", 0, 1024);
        var directory = Options.Path("--out", "DIR", "Report folder. [default: reports/attack-<time>]");
        var command = new Command(
            "attack", "Measures the error of a saved network on clean images, its first-order vulnerability, and what attacks and noise do to it.") { network, preset };
        foreach (var option in measure.All.Concat([threads, directory]))
        {
            command.Add(option);
        }

        command.SetAction(CommandLine.Action((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(network)!;
            var loaded = Load(path);
            var settings = measure.Settings(parsed, Fit(RobustPresets.Named(parsed.GetValue(preset) ?? RobustPresets.Quick).Measure, loaded));
            Check(loaded, settings, path);
            string folder = Path.GetFullPath(parsed.GetValue(directory) ?? ReportFolder.New("attack"));
            return Run(path, loaded, settings, folder, parsed.GetValue(threads) ?? 0, terminal, cancellationToken);
        }));
        return command;
    }

    private static Mlp<float> Load(string path) =>
        File.Exists(path) ? Mlp<float>.Load(path) : throw new Failure($"There is no network file {path}.");

    /// <summary>Images of the network's size.</summary>
    private static MeasureSettings Fit(MeasureSettings preset, Mlp<float> network)
    {
        int side = (int)Math.Round(Math.Sqrt(network.Architecture.Inputs));
        return side >= MeasureOptions.LeastImageSize && side * side == network.Architecture.Inputs ? preset with { ImageSize = side } : preset;
    }

    private static void Check(Mlp<float> network, MeasureSettings settings, string path)
    {
        var manifold = settings.Manifold();
        if (network.Architecture.Inputs != manifold.InputFeatures || network.Architecture.Outputs != manifold.OutputFeatures)
        {
            throw new Failure(
                $"{path} has {network.Architecture.Inputs} inputs and {network.Architecture.Outputs} outputs; cubes of {settings.ImageSize} × {settings.ImageSize} " +
                $"pixels have {manifold.InputFeatures} and {manifold.OutputFeatures}.");
        }
    }

    private static int Run(
        string path, Mlp<float> network, MeasureSettings settings, string folder, int threads, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        NetworkRobustnessReport? report = null;
        try
        {
            terminal.WithProgress(view =>
            {
                var part = view.StartWork("attack");
                var measured = NetworkMeasurement.Of(network, settings, settings.TestImagesSource(), threads, part, cancellationToken);
                part.Done(ProgressText.Outcome(measured.TestErrorPercent, measured.FirstOrder.Universal));
                report = new NetworkRobustnessReport
                {
                    Network = path,
                    Architecture = network.Architecture.ToString(),
                    Machine = MachineReport.Current(),
                    Settings = settings,
                    TestErrorPercent = measured.TestErrorPercent,
                    FirstOrderVulnerability = measured.FirstOrder.Universal,
                    FirstOrder = measured.FirstOrder,
                    Attack = measured.Attack,
                    Noise = measured.Noise,
                };
                string name = Path.GetFileNameWithoutExtension(path);
                Directory.CreateDirectory(folder);
                RobustPlots.SaveAttacks([(name, report.Attack)], Path.Combine(folder, "attacks.png"));
                RobustPlots.SaveNoise([(name, report.Noise)], Path.Combine(folder, "noise.png"));
                AttackSheet.Save(
                    [(name, network)], settings, settings.AttackSizes[settings.AttackSizes.Length / 2], Path.Combine(folder, "worst.png"), threads, cancellationToken);
                RobustMarkdown.Save(report, Path.Combine(folder, "report.md"));
                ReportFile.Write(Path.Combine(folder, "report.json"), report, ReportJson.Default.NetworkRobustnessReport);
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Error("Interrupted.");
            return CommandLine.Interrupted;
        }

        terminal.Line();
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{report!.Architecture}: error {report.TestErrorPercent:0.00} %, first-order vulnerability {report.FirstOrderVulnerability:0.000} (sensitivity {report.FirstOrder.Sensitivity:0.000}, invariance {report.FirstOrder.Invariance:0.000})"));
        terminal.Table(RobustMarkdown.AttackColumns, RobustMarkdown.AttackRows(report.Attack));
        terminal.Line($"Report: {folder}");
        return CommandLine.Success;
    }
}
