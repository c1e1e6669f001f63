using SobolevNet.Experiments.Reports;

namespace SobolevNet.Experiments.Robust;

/// <summary>The claim: a universal network is both less vulnerable and more accurate than any invariance network of its capacity.</summary>
internal static class RobustClaims
{
    public const string LeastVulnerable = "least vulnerable";
    public const string MostAccurate = "most accurate";
    public const string Strengthened = "least vulnerable, against jacobian-steepest";

    /// <summary>
    /// For each capacity the least vulnerable universal network against the least vulnerable one of the published invariance methods, the most
    /// accurate ones of both, and the least vulnerable one against that of jacobian-steepest.
    /// </summary>
    public static IReadOnlyList<RobustClaim> Of(IReadOnlyList<RobustRun> runs)
    {
        var claims = new List<RobustClaim>();
        foreach (var capacity in runs.GroupBy(run => run.Width).OrderBy(group => group.Key))
        {
            RobustRun? By(MethodKind kind, Func<RobustRun, double> measure) => Best(capacity, kind, measure);
            Add(By(MethodKind.Universal, Vulnerability), By(MethodKind.Invariance, Vulnerability), LeastVulnerable);
            Add(By(MethodKind.Universal, Error), By(MethodKind.Invariance, Error), MostAccurate);
            Add(By(MethodKind.Universal, Vulnerability), By(MethodKind.Strengthened, Vulnerability), Strengthened);
        }

        return claims;

        void Add(RobustRun? universal, RobustRun? invariance, string chosenAs)
        {
            if (universal is not null && invariance is not null)
            {
                claims.Add(new RobustClaim
                {
                    Width = universal.Width,
                    ChosenAs = chosenAs,
                    Universal = universal.Network,
                    Invariance = invariance.Network,
                    TimesLessVulnerable = invariance.FirstOrderVulnerability / universal.FirstOrderVulnerability,
                    TimesMoreAccurate = invariance.TestErrorPercent / universal.TestErrorPercent,
                });
            }
        }
    }

    public static double Vulnerability(RobustRun run) => run.FirstOrderVulnerability;

    public static double Error(RobustRun run) => run.TestErrorPercent;

    /// <summary>The run of a kind that is lowest in something; null if there is none.</summary>
    public static RobustRun? Best(IEnumerable<RobustRun> runs, MethodKind kind, Func<RobustRun, double> by) =>
        runs.Where(run => run.Kind == kind.ToString().ToLowerInvariant() && run.Note is null && double.IsFinite(by(run))).MinBy(by);
}
