using System.CommandLine;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using static System.FormattableString;

namespace SobolevNet.Experiments.Robust;

/// <summary>attack: measures how robust a saved cube network is.</summary>
internal sealed class AttackCommand() : ConsoleCommand(
    "attack", "Measures a saved network: its error on clean images, its first-order vulnerability, and its errors under attacks and noise.")
{
    private readonly Option<string> _network = Values.Path("FILE").Option(
        "--network", "Network file (.safetensors) whose inputs are square images of cubes and whose outputs are vertices 3, 5 and 6.");
    private readonly Option<string> _preset = Values.Word(RobustPresets.All.Names).Option("--preset", $"How thoroughly. [default: {RobustPresets.All.Default.Preset}]");
    private readonly SettingsOptions<MeasureSettings> _measure = MeasureSettings.Options();
    private readonly Option<int> _threads = Values.Count(0, 1024).Option("--threads", "Threads; 0 for all cores. The outcome is the same for any number.");
    private readonly Option<string> _out = Values.Path("DIR").Option("--out", "Report folder. [default: reports/attack-<time>]");

    protected override void AddOptions(Command command)
    {
        _network.Required = true;
        _measure.ShowDefaults([.. RobustPresets.All.Names.Select(preset => (preset, RobustPresets.All[preset].Measure))]);
        foreach (var option in (IEnumerable<Option>)[_network, _preset, .. _measure, _threads, _out])
        {
            command.Add(option);
        }
    }

    protected override int Run(ParseResult parsed, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        string path = parsed.GetRequiredValue(_network);
        var network = File.Exists(path) ? Mlp<float>.Load(path) : throw new Failure($"There is no network file {path}.");
        var preset = RobustPresets.All[parsed.ValueOr(_preset, RobustPresets.All.Default.Preset)].Measure;
        var settings = _measure.Apply(parsed, WithImagesOf(network, preset));
        Check(network, settings, path);
        string folder = Path.GetFullPath(parsed.ValueOr(_out, ReportFolder.New(Name)));
        int threads = parsed.ValueOr(_threads, 0);
        AttackReport? report = null;
        terminal.WithProgress(view =>
        {
            var part = view.Start("attack");
            var measured = NetworkMeasurement.Of(network, settings, settings.TestImagesSource(), threads, part, cancellationToken);
            report = new AttackReport
            {
                Network = path,
                Architecture = network.Architecture.ToString(),
                Machine = MachineReport.Current(),
                Settings = settings,
                TestErrorPercent = measured.TestErrorPercent,
                TestErrors = measured.TestErrors,
                FirstOrderVulnerability = measured.FirstOrder.Universal,
                FirstOrder = measured.FirstOrder,
                Attack = measured.Attack,
                Noise = measured.Noise,
            };
            Write(report, network, folder, threads, cancellationToken);
            part.Done(measured.Outcome());
        });
        terminal.Line();
        terminal.Line(Invariant(
            $"{report!.Architecture}: error {report.TestErrorPercent:0.00} %, first-order vulnerability {report.FirstOrderVulnerability:0.000} (sensitivity {report.FirstOrder.Sensitivity:0.000}, invariance {report.FirstOrder.Invariance:0.000})"));
        terminal.Table(RobustTables.AttackColumns, RobustTables.Attacks(report.Attack));
        terminal.Line($"Report: {folder}");
        return ExitCode.Success;
    }

    /// <summary>Settings with images of the size that the network takes, if it takes square images.</summary>
    private static MeasureSettings WithImagesOf(Mlp<float> network, MeasureSettings settings)
    {
        int side = (int)Math.Round(Math.Sqrt(network.Architecture.Inputs));
        return side >= MeasureSettings.LeastImageSize && side * side == network.Architecture.Inputs ? settings with { ImageSize = side } : settings;
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

    private static void Write(AttackReport report, Mlp<float> network, string folder, int threads, CancellationToken cancellationToken)
    {
        var settings = report.Settings;
        string name = Path.GetFileNameWithoutExtension(report.Network);
        Directory.CreateDirectory(folder);
        RobustPlots.SaveAttacks([(name, report.Attack)], Path.Combine(folder, "attacks.png"));
        RobustPlots.SaveNoise([(name, report.Noise)], Path.Combine(folder, "noise.png"));
        AttackSheet.Save(
            [(name, network)], settings, settings.AttackSizes[settings.AttackSizes.Length / 2], Path.Combine(folder, "worst.png"), threads, cancellationToken);
        AtomicFile.WriteAllText(Path.Combine(folder, "report.md"), Describe(report).ToString());
        ReportFile.Write(Path.Combine(folder, "report.json"), report, ReportJson.Default.AttackReport);
    }

    private static MarkdownPage Describe(AttackReport report)
    {
        var first = report.FirstOrder;
        var page = new MarkdownPage($"Robustness of {Path.GetFileName(report.Network)}");
        page.Paragraph(Invariant(
            $"{report.Architecture}; error on {report.Settings.TestImages} fresh clean images {report.TestErrorPercent:0.00} % of the standard deviation of the targets."));
        page.Paragraph(Invariant(
            $"First-order vulnerability over {first.Images} images: σ_max of ∂N − ∂O {first.Universal:0.000} (worst image {first.Worst:0.000}), of ∂N where the oracle stays {first.Sensitivity:0.000}, of ∂O where the network stays {first.Invariance:0.000}."));
        ErrorTable.Add(page, "Errors by output", [(report.Architecture, report.TestErrors)]);
        page.Section(Invariant($"Attacks on {report.Settings.AttackImages} images"));
        page.Table(RobustTables.AttackColumns, RobustTables.Attacks(report.Attack));
        if (RobustTables.MaskedWarning("The network", report.Attack) is { } warning)
        {
            page.Paragraph(warning);
        }

        page.Picture("Attacks over their size", "attacks.png");
        page.Picture("Worst perturbations", "worst.png");
        page.Section("Noise");
        page.Table(RobustTables.NoiseColumns, report.Noise.Select(RobustTables.Noise));
        page.Picture("Errors under noise", "noise.png");
        return page;
    }
}
