using SobolevNet.Experiments.Reporting;
using static System.FormattableString;

namespace SobolevNet.Experiments.Robust;

/// <summary>The tables of robust and attack, for report.md and for the terminal.</summary>
internal static class RobustTables
{
    public static IReadOnlyList<string> ClaimColumns { get; } =
        ["width", "chosen as", "invariance", "error", "vulnerability", "universal", "error", "vulnerability", "× less vulnerable", "× more accurate"];

    /// <summary>The columns of <see cref="BestOfMethod"/>.</summary>
    public static IReadOnlyList<string> BestOfMethodColumns { get; } = [.. ClaimColumns, "× lower product", "seconds of both"];

    public static IReadOnlyList<string> AttackColumns { get; } = ["objective", "size", "mean", "10 %", "median", "90 %", "worst image", "first order allows"];

    public static IReadOnlyList<string> NoiseColumns { get; } = ["deviation", "error against the clean target", "against the oracle", "of the oracle"];

    /// <summary>The columns of <see cref="Run"/>.</summary>
    public static IReadOnlyList<string> RunColumns(RobustReport report) =>
    [
        "method", "strength", "width", "test error", "vulnerability", "sensitivity", "invariance",
        .. report.Settings.Measure.AttackSizes.Select(size => Invariant($"attack {size}")), "seconds",
    ];

    /// <summary>A network and its figures; one whose training broke is marked by (!).</summary>
    public static string[] Run(RobustRun run, RobustReport report) =>
    [
        run.Method + (run.Note is null ? "" : " (!)"),
        run.Strength is { } strength ? Invariant($"{strength}") : "–",
        Invariant($"{run.Width}"),
        Percent(run.TestErrorPercent),
        Number(run.FirstOrderVulnerability),
        Number(run.FirstOrder?.Sensitivity ?? double.NaN),
        Number(run.FirstOrder?.Invariance ?? double.NaN),
        .. report.Settings.Measure.AttackSizes.Select((_, k) => Number(run.Attack.ElementAtOrDefault(k)?.Universal.Mean ?? double.NaN)),
        FigureText.Of(run.Seconds, "0"),
    ];

    /// <summary>A universal network against one of invariance training.</summary>
    public static string[] Claim(RobustClaim claim, RobustReport report)
    {
        var universal = report.Runs.First(run => run.Network == claim.Universal);
        var invariance = report.Runs.First(run => run.Network == claim.Invariance);
        return
        [
            Invariant($"{claim.Width}"), claim.ChosenAs,
            Title(invariance), Percent(invariance.TestErrorPercent), Number(invariance.FirstOrderVulnerability),
            Title(universal), Percent(universal.TestErrorPercent), Number(universal.FirstOrderVulnerability),
            Invariant($"{claim.TimesLessVulnerable:0.00}"), Invariant($"{claim.TimesMoreAccurate:0.0}"),
        ];
    }

    /// <summary>A universal network against one of a method's best.</summary>
    public static string[] BestOfMethod(RobustClaim claim, RobustReport report)
    {
        double[] seconds = [.. new[] { claim.Invariance, claim.Universal }.Select(network => report.Runs.First(run => run.Network == network).Seconds)];
        return [.. Claim(claim, report), Invariant($"{claim.TimesLessVulnerable * claim.TimesMoreAccurate:0.0}"), Invariant($"{seconds[0]:0}, {seconds[1]:0}")];
    }

    /// <summary>A row for each objective and size.</summary>
    public static IEnumerable<string[]> Attacks(IReadOnlyList<AttackFigures> attacks) =>
        attacks.Select(attack => Attack("universal", attack.Size, attack.Universal))
            .Concat(attacks.Select(attack => Attack("sensitivity", attack.Size, attack.Sensitivity)))
            .Concat(attacks.Select(attack => Attack("invariance", attack.Size, attack.Invariance)));

    public static string[] Noise(NoiseFigures noise) =>
    [
        Invariant($"{noise.Deviation}"), Percent(noise.ErrorAgainstCleanPercent), Percent(noise.ErrorAgainstOraclePercent), Percent(noise.OracleShiftPercent),
    ];

    /// <summary>A method with its strength.</summary>
    public static string Title(RobustRun run) => run.Method + (run.Strength is { } strength ? Invariant($" {strength}") : "");

    /// <summary>A warning if the gradients of a network look masked; null if they do not.</summary>
    public static string? MaskedWarning(string name, IReadOnlyList<AttackFigures> attack) =>
        attack.FirstOrDefault(size => size.Universal.MaskedShare >= SobolevNet.Robustness.VulnerabilityCurve.WarningShare) is { } warned
            ? Invariant($"**Masked gradients?** {name}: at size {warned.Size} attacks move the network far beyond what its gradients at clean images allow; do not trust its first-order figures.")
            : null;

    /// <summary>How error and vulnerability of the universal network change with the width.</summary>
    public static string Capacity(RobustReport report)
    {
        RobustRun[] best = [.. report.Claims.Select(claim => claim.Universal).Distinct().Select(network => report.Runs.First(run => run.Network == network))];
        return best.Length < 2
            ? "Only one width was trained."
            : Invariant($"At widths {string.Join(", ", best.Select(run => run.Width))} the universal network's error is {Of(run => run.TestErrorPercent, "0.00")} %, its vulnerability {Of(run => run.FirstOrderVulnerability, "0.000")}.");

        string Of(Func<RobustRun, double> figure, string format) => string.Join(", ", best.Select(run => FigureText.Of(figure(run), format)));
    }

    private static string[] Attack(string objective, double size, AttackStatistics values) =>
    [
        objective, Invariant($"{size}"), Number(values.Mean), Number(values.Quantiles[0]), Number(values.Quantiles[1]), Number(values.Quantiles[2]),
        Number(values.Max), Number(values.FirstOrderBound),
    ];

    private static string Number(double value) => FigureText.Of(value, "0.000");

    private static string Percent(double value) => FigureText.Of(value, "0.00 '%'");
}
