namespace SobolevNet.Experiments.Robust;

/// <summary>Tests the claim that a universal network is less vulnerable and more accurate than any invariance network of its width.</summary>
internal static class RobustClaims
{
    public const string LeastVulnerable = "least vulnerable";
    public const string MostAccurate = "most accurate";
    public const string Strengthened = "least vulnerable, against jacobian-steepest";

    /// <summary>
    /// For each width, compares the universal network with the lowest product of error and vulnerability with the least vulnerable and the most
    /// accurate one of the published invariance methods, and with the least vulnerable one of jacobian-steepest.
    /// </summary>
    public static IReadOnlyList<RobustClaim> Of(IReadOnlyList<RobustRun> runs)
    {
        var claims = new List<RobustClaim>();
        foreach (var capacity in runs.GroupBy(run => run.Width).OrderBy(group => group.Key))
        {
            var universal = Best(capacity, MethodKind.Universal, run => Error(run) * Vulnerability(run));
            Add(universal, Best(capacity, MethodKind.Invariance, Vulnerability), LeastVulnerable);
            Add(universal, Best(capacity, MethodKind.Invariance, Error), MostAccurate);
            Add(universal, Best(capacity, MethodKind.Strengthened, Vulnerability), Strengthened);
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

    private static double Vulnerability(RobustRun run) => run.FirstOrderVulnerability;

    private static double Error(RobustRun run) => run.TestErrorPercent;

    /// <summary>The run of a kind that is lowest in something; null if there is none.</summary>
    private static RobustRun? Best(IEnumerable<RobustRun> runs, MethodKind kind, Func<RobustRun, double> by) =>
        runs.Where(run => run.Kind == kind.ToString().ToLowerInvariant() && run.Note is null && double.IsFinite(by(run))).MinBy(by);
}
