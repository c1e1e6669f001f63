using System.Globalization;
using System.Text;
using SobolevNet.Experiments.Robust;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.md of robustness experiments.</summary>
internal static class RobustMarkdown
{
    /// <summary>The columns of <see cref="Cells(RobustRun)"/>.</summary>
    public static IReadOnlyList<string> Columns(RobustReport report) =>
    [
        "method", "strength", "width", "test error", "vulnerability", "sensitivity", "invariance",
        .. report.Settings.Measure.AttackSizes.Select(size => Text($"attack {size}")), "seconds",
    ];

    /// <summary>A row of the result table.</summary>
    public static string[] Cells(RobustRun run) =>
    [
        run.Method + (run.Note is null ? "" : " (!)"),
        run.Strength is { } strength ? Text($"{strength}") : "–",
        Text($"{run.Width}"),
        Text($"{run.TestErrorPercent:0.00} %"),
        Text($"{run.FirstOrderVulnerability:0.000}"),
        Text($"{run.FirstOrder.Sensitivity:0.000}"),
        Text($"{run.FirstOrder.Invariance:0.000}"),
        .. run.Attack.Select(attack => Number(attack.Universal.Mean)),
        Text($"{run.Seconds:0}"),
    ];

    public static IReadOnlyList<string> ClaimColumns { get; } =
        ["width", "chosen as", "invariance", "error", "vulnerability", "universal", "error", "vulnerability", "× less vulnerable", "× more accurate"];

    /// <summary>A row of the claim's table.</summary>
    public static string[] Cells(RobustClaim claim, RobustReport report)
    {
        var universal = report.Runs.First(run => run.Network == claim.Universal);
        var invariance = report.Runs.First(run => run.Network == claim.Invariance);
        return
        [
            Text($"{claim.Width}"), claim.ChosenAs, Title(invariance), Text($"{invariance.TestErrorPercent:0.00} %"),
            Text($"{invariance.FirstOrderVulnerability:0.000}"), Title(universal), Text($"{universal.TestErrorPercent:0.00} %"),
            Text($"{universal.FirstOrderVulnerability:0.000}"), Text($"{claim.TimesLessVulnerable:0.00}"), Text($"{claim.TimesMoreAccurate:0.0}"),
        ];
    }

    /// <summary>A method with its strength.</summary>
    public static string Title(RobustRun run) => run.Method + (run.Strength is { } strength ? Text($" {strength}") : "");

    public static void Save(RobustReport report, RobustFolder folder)
    {
        var settings = report.Settings;
        var text = new StringBuilder("# Robust cubes: universal against invariance training\n\n");
        text.Append(Text(
            $"Every network is {settings.Measure.ImageSize * settings.Measure.ImageSize}-width-{string.Join('-', settings.Inner)}-9 ({settings.Activation}) and saw {settings.TrainingImages} {(settings.FreshImages ? "new " : "")}images in each of "));
        text.Append(Text($"{settings.Epochs} epochs. Errors are root mean square over {settings.Measure.TestImages} fresh images, in per cent of the deviation of the targets. "));
        text.Append(Text($"Vulnerability is the largest singular value of ∂N − ∂O, the network's Jacobian less the oracle's, mean over {settings.Measure.FirstOrderImages} images: "));
        text.Append("how fast the worst small perturbation makes the network wrong. Sensitivity is its part where the oracle stays, invariance that where the network stays. ");
        text.Append(Text($"An attack of size ρ is the mean over {settings.Measure.AttackImages} images of the largest ‖N − O‖ found among perturbations of Euclidean length ρ, with the exact oracle.\n\n"));

        text.Append("## The claim\n\n");
        if (report.Claims.Count == 0)
        {
            text.Append("It takes a universal and an invariance method to compare.\n\n");
        }
        else
        {
            text.Append("Of each capacity the universal network with the lowest product of error and vulnerability against two networks under the invariance ");
            text.Append("assumption: the least vulnerable, and the most accurate of all methods and strengths. Where jacobian-steepest was trained, a third row compares ");
            text.Append("with it: an invariance method, but with directions of the universal kind, so it does not count among the published ones.\n\n");
            Table(text, ClaimColumns, report.Claims.Select(claim => Cells(claim, report)));
            text.Append(Capacity(report)).Append("\n\n");
        }

        text.Append("![Vulnerability against error](trade-off.png)\n\n## All networks\n\n");
        Table(text, Columns(report), report.Runs.Select(Cells));
        foreach (var run in report.Runs.Where(run => run.Note is not null))
        {
            text.Append(Text($"(!) {Title(run)}, width {run.Width}: {run.Note}\n\n"));
        }

        Masked(text, report.Runs.Select(run => ($"{Title(run)}, width {run.Width}", run.Attack)));
        text.Append("\n## By size\n\nThe widest networks, of each invariance method the least vulnerable one. Lines are means over images, bands 10 to 90 per cent of them, dots the worst image.\n\n");
        text.Append("![Attacks over their size](attacks.png)\n\n![Errors under noise](noise.png)\n\n![Worst perturbations](worst.png)\n\n");
        text.Append("## Methods\n\n");
        foreach (string name in settings.Methods)
        {
            var method = RobustMethod.Named(name);
            text.Append("* **").Append(name).Append("**: ").Append(method.Describe(settings));
            text.Append(method.StrengthMeans is { } strength ? $" Strength: {strength}.\n" : "\n");
        }

        text.Append("\n## Repeat it\n\n```\ndotnet run -c Release --project src/SobolevNet.Experiments -- ").Append(settings.ToCommand().Replace("--strengths ", "--strengths '").Replace(" --activation", "' --activation")).Append("\n```\n\n");
        text.Append(Text(
            $"{report.Machine.Line(report.Started)} "));
        text.Append("All figures are in [report.json](report.json), the networks in the folder networks; `attack --network FILE` measures one again.\n");
        AtomicFile.WriteAllText(folder.Markdown, text.ToString());
    }

    /// <summary>report.md of one network.</summary>
    public static void Save(NetworkRobustnessReport report, string path)
    {
        var text = new StringBuilder(Text($"# How robust {Path.GetFileName(report.Network)} is\n\n"));
        text.Append(Text($"{report.Architecture}; error on {report.Settings.TestImages} fresh clean images {report.TestErrorPercent:0.00} % of the deviation of the targets.\n\n"));
        text.Append(Text($"First-order vulnerability over {report.FirstOrder.Images} images: σ_max of ∂N − ∂O {report.FirstOrder.Universal:0.000} (worst image {report.FirstOrder.Worst:0.000}), "));
        text.Append(Text($"of ∂N where the oracle stays {report.FirstOrder.Sensitivity:0.000}, of ∂O where the network stays {report.FirstOrder.Invariance:0.000}.\n\n"));
        text.Append(Text($"## Attacks on {report.Settings.AttackImages} images\n\n"));
        Table(text, AttackColumns, AttackRows(report.Attack));
        Masked(text, [("The network", report.Attack)]);
        text.Append("\n![Attacks over their size](attacks.png)\n\n![Worst perturbations](worst.png)\n\n## Noise\n\n");
        Table(
            text, ["deviation", "error against the clean target", "against the oracle", "of the oracle"],
            report.Noise.Select(point => new[]
            {
                Text($"{point.Deviation}"), Percent(point.ErrorAgainstCleanPercent), Percent(point.ErrorAgainstOraclePercent), Percent(point.OracleShiftPercent),
            }));
        text.Append("![Errors under noise](noise.png)\n");
        AtomicFile.WriteAllText(path, text.ToString());
    }

    public static IReadOnlyList<string> AttackColumns { get; } = ["objective", "size", "mean", "10 %", "median", "90 %", "worst image", "first order allows"];

    /// <summary>A row for each objective and size.</summary>
    public static IEnumerable<string[]> AttackRows(IReadOnlyList<AttackReport> attacks) =>
        attacks.Select(attack => Row("universal", attack.Size, attack.Universal))
            .Concat(attacks.Select(attack => Row("sensitivity", attack.Size, attack.Sensitivity)))
            .Concat(attacks.Select(attack => Row("invariance", attack.Size, attack.Invariance)));

    /// <summary>Whether the widest universal network is better than the narrowest in both measures.</summary>
    public static string Capacity(RobustReport report)
    {
        var best = report.Claims.Where(claim => claim.ChosenAs == RobustClaims.LeastVulnerable)
            .Select(claim => report.Runs.First(run => run.Network == claim.Universal)).OrderBy(run => run.Width).ToArray();
        if (best.Length < 2)
        {
            return "One capacity only.";
        }

        var (narrow, wide) = (best[0], best[^1]);
        return Text(
            $"From width {narrow.Width} to {wide.Width} the universal network's error goes from {narrow.TestErrorPercent:0.00} to {wide.TestErrorPercent:0.00} % and its vulnerability ") +
            Text($"from {narrow.FirstOrderVulnerability:0.000} to {wide.FirstOrderVulnerability:0.000}.");
    }

    private static string[] Row(string objective, double size, AttackStatistics values) =>
    [
        objective, Text($"{size}"), Number(values.Mean), Number(values.Quantiles[0]), Number(values.Quantiles[1]), Number(values.Quantiles[2]), Number(values.Max),
        Number(values.FirstOrderBound),
    ];

    private static void Masked(StringBuilder text, IEnumerable<(string Name, IReadOnlyList<AttackReport> Attack)> networks)
    {
        foreach (var (name, attack) in networks)
        {
            if (attack.FirstOrDefault(size => size.Universal.MaskedShare >= SobolevNet.Robustness.VulnerabilityCurve.WarningShare) is { } warned)
            {
                text.Append(Text($"**Masked gradients?** {name}: at size {warned.Size} attacks move the network far beyond what its gradients at clean images allow; do not trust its first-order figures.\n\n"));
            }
        }
    }

    private static void Table(StringBuilder text, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        text.Append("| ").AppendJoin(" | ", columns).Append(" |\n|").AppendJoin('|', columns.Select(_ => "---")).Append("|\n");
        foreach (string[] row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        text.Append('\n');
    }

    private static string Number(double? value) => value is { } number ? Text($"{number:0.000}") : "–";

    private static string Percent(double? value) => value is { } number ? Text($"{number:0.00} %") : "–";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
