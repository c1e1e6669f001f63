using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using static System.FormattableString;

namespace SobolevNet.Experiments.Robust;

/// <summary>robust: trains networks to be robust by several methods and compares how accurate and how vulnerable they are.</summary>
internal sealed class RobustExperiment() : Experiment<RobustSettings, RobustReport>(
    "robust",
    "Trains networks for universal robustness, where the right answer is the oracle's, and under the invariance assumption (noise, Jacobian " +
    "regularization, PGD, TRADES), and compares accuracy and vulnerability. What is not given comes from the preset.",
    RobustPresets.All, RobustOptions.Create(), ThreadUse.SeveralTrainings, ReportJson.Default.RobustReport)
{
    /// <summary>Name of the picture of error and vulnerability against width.</summary>
    private const string Capacity = "capacity.png";

    protected override RobustReport CreateReport(RobustSettings settings)
    {
        foreach (var run in settings.Plan())
        {
            var source = run.Method.Source(settings.Clean(run.Method.Order), run.Strength ?? 0, settings);
            new MlpArchitecture(source.InputFeatures, settings.Hidden(run.Width), source.OutputFeatures, settings.ActivationKind()).CheckOrder(source.Layout.Order);
        }

        return new RobustReport { Settings = settings };
    }

    protected override string Announce(RobustReport report)
    {
        var settings = report.Settings;
        return $"{settings.Plan().Count} networks, {report.Runs.Count} of them done; {settings.Length()} of {settings.TrainingImages} images.";
    }

    protected override void Train(ExperimentRun<RobustReport> run) => new RobustTraining(run).Train();

    protected override void Draw(RobustReport report, ReportFolder<RobustReport> folder, CancellationToken cancellationToken)
    {
        var sound = report.Sound;
        RobustRun[] shown = Shown(sound);
        double[] sizes = report.Settings.Measure.AttackSizes;
        RobustPlots.SaveTradeOff(sound, folder.File("trade-off.png"));
        if (report.Settings.Widths.Length > 1)
        {
            RobustPlots.SaveCapacity(sound, folder.File(Capacity));
        }

        RobustPlots.SaveAttacks([.. shown.Select(run => (RobustTables.Title(run), run.Attack))], folder.File("attacks.png"));
        RobustPlots.SaveNoise([.. shown.Select(run => (RobustTables.Title(run), run.Noise))], folder.File("noise.png"));
        AttackSheet.Save(
            [.. shown.Select(run => (RobustTables.Title(run), Mlp<float>.Load(folder.File(run.Network))))],
            report.Settings.Measure, sizes[sizes.Length / 2], folder.File("worst.png"), report.Settings.Threads, cancellationToken);
    }

    protected override MarkdownPage Describe(RobustReport report)
    {
        var settings = report.Settings;
        var measure = settings.Measure;
        var page = new MarkdownPage("Robust cubes: universal against invariance training");
        page.Paragraph(
            Invariant($"Every network is {measure.ImageSize * measure.ImageSize}-width-{string.Join('-', settings.Inner)}-9 ({settings.Activation}) and was trained for {settings.Length()} of {settings.TrainingImages} {(settings.FreshImages ? "new " : "")}images."),
            Invariant($"Errors are root mean square over {measure.TestImages} fresh images, in per cent of the standard deviation of the targets."),
            Invariant($"Vulnerability is the largest singular value of ∂N − ∂O, the network's Jacobian less the oracle's, mean over {measure.FirstOrderImages} images:"),
            "how fast the worst small perturbation makes the network wrong. Sensitivity is its part where the oracle stays, invariance that where the network stays.",
            Invariant($"An attack of size ρ is the mean over {measure.AttackImages} images of the largest ‖N − O‖ found among perturbations of Euclidean length ρ, with the exact oracle."));
        DescribeClaims(report, page);
        page.Section("All networks");
        page.Picture("Vulnerability against error", "trade-off.png");
        page.Table(RobustTables.RunColumns(report), report.Runs.Select(run => RobustTables.Run(run, report)));
        foreach (var run in report.Sound)
        {
            if (RobustTables.MaskedWarning(run.Title(), run.Attack) is { } warning)
            {
                page.Paragraph(warning);
            }
        }

        ErrorTable.Add(page, "Errors by output", report.Sound.Count == 0 ? [] : Shown(report.Sound).Select(run => (RobustTables.Title(run), run.TestErrors)));
        page.Section("By size");
        page.Paragraph(
            "The widest network of every method, with the strength that makes it least vulnerable. Lines are means over images, bands 10 to 90 per cent of them,",
            "dots the worst image.");
        page.Picture("Attacks over their size", "attacks.png");
        page.Picture("Errors under noise", "noise.png");
        page.Picture("Worst perturbations", "worst.png");
        page.Section("Methods");
        page.List(settings.Methods.Select(RobustMethod.Named).Select(method =>
            $"**{method.Name}**: {method.Describe(settings)}{(method.StrengthMeans is { } strength ? $" Strength: {strength}." : "")}"));
        page.Paragraph("The networks are in the folder networks; `attack --network FILE` measures one again.");
        return page;
    }

    protected override void Show(RobustReport report, ConsoleOutput terminal)
    {
        terminal.Table(RobustTables.RunColumns(report), report.Runs.Select(run => RobustTables.Run(run, report)));
        if (report.Claims.Count > 0)
        {
            terminal.Line();
            terminal.Line("Universal training against training under the invariance assumption, the best networks over methods and strengths:");
            terminal.Table(RobustTables.ClaimColumns, report.Claims.Select(claim => RobustTables.Claim(claim, report)));
            terminal.Line(RobustTables.Capacity(report));
        }
    }

    private static void DescribeClaims(RobustReport report, MarkdownPage page)
    {
        page.Section("The claim");
        if (report.Claims.Count == 0)
        {
            page.Paragraph("There is nothing to compare: this takes a universal and an invariance method.");
            return;
        }

        page.Paragraph(
            "For each width, the universal network with the lowest product of error and vulnerability is compared with two networks under the invariance",
            "assumption: the least vulnerable and the most accurate one of all methods and strengths. Where jacobian-steepest was trained, a third row compares",
            "with it: an invariance method, but with directions of the universal kind, so it does not count among the published ones.");
        page.Table(RobustTables.ClaimColumns, report.Claims.Select(claim => RobustTables.Claim(claim, report)));
        page.Paragraph(RobustTables.Capacity(report));
        if (report.Settings.Widths.Length > 1)
        {
            page.Paragraph("Each method's network with the lowest product of error and vulnerability, by width:");
            page.Picture("Error and vulnerability against width", Capacity);
        }

        page.Section("Each method at its best");
        page.Paragraph(
            "The same universal networks against each method's least vulnerable network, its most accurate one, and the one with the lowest product of both,",
            "over its strengths. Seconds are the training times of one thread.");
        page.Table(RobustTables.BestOfMethodColumns, RobustClaims.OfEachMethod(report.Runs).Select(claim => RobustTables.BestOfMethod(claim, report)));
    }

    /// <summary>The widest network of every method, with the strength that makes it least vulnerable.</summary>
    private static RobustRun[] Shown(IReadOnlyList<RobustRun> runs)
    {
        int widest = runs.Max(run => run.Width);
        return [.. runs.Where(run => run.Width == widest).GroupBy(run => run.Method).Select(method => method.MinBy(run => run.FirstOrderVulnerability)!)];
    }
}
