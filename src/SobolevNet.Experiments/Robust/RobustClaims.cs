namespace SobolevNet.Experiments.Robust;

/// <summary>Tests the claim that a universal network is less vulnerable and more accurate than any invariance network of its width.</summary>
/// <remarks>The universal network is always that with the lowest product of error and vulnerability.</remarks>
internal static class RobustClaims
{
    public const string LeastVulnerable = "least vulnerable";
    public const string MostAccurate = "most accurate";
    public const string LowestProduct = "lowest product";
    public const string Strengthened = "least vulnerable, against jacobian-steepest";

    private static readonly (string Name, Func<RobustRun, double> Of)[] Criteria =
        [(LeastVulnerable, Vulnerability), (MostAccurate, Error), (LowestProduct, Product)];

    /// <summary>
    /// For each width, compares the universal network with the least vulnerable and the most accurate one of the published invariance methods,
    /// and with the least vulnerable one of jacobian-steepest.
    /// </summary>
    public static IReadOnlyList<RobustClaim> Of(IReadOnlyList<RobustRun> runs)
    {
        var claims = new List<RobustClaim>();
        foreach (var (universal, capacity) in Capacities(runs))
        {
            Add(MethodKind.Invariance, Vulnerability, LeastVulnerable);
            Add(MethodKind.Invariance, Error, MostAccurate);
            Add(MethodKind.Strengthened, Vulnerability, Strengthened);

            void Add(MethodKind kind, Func<RobustRun, double> by, string chosenAs)
            {
                if (capacity.Where(run => IsOf(run, kind)).MinBy(by) is { } invariance)
                {
                    claims.Add(Compare(universal, invariance, chosenAs));
                }
            }
        }

        return claims;
    }

    /// <summary>
    /// For each width and each invariance method, compares the universal network with the method's least vulnerable network, its most accurate
    /// one, and the one with the lowest product of both. A network that is best in several ways is compared once.
    /// </summary>
    public static IReadOnlyList<RobustClaim> OfEachMethod(IReadOnlyList<RobustRun> runs) =>
    [
        .. from capacity in Capacities(runs)
           from method in capacity.Runs.Where(run => IsOf(run, MethodKind.Invariance) || IsOf(run, MethodKind.Strengthened)).GroupBy(run => run.Method)
           from best in Criteria.GroupBy(criterion => method.MinBy(criterion.Of)!, criterion => criterion.Name)
           select Compare(capacity.Universal, best.Key, string.Join(", ", best)),
    ];

    /// <summary>The network of each width with the lowest product of error and vulnerability, rising widths.</summary>
    /// <param name="runs">The networks, for example those of one method with several strengths.</param>
    public static IEnumerable<RobustRun> BestByWidth(IEnumerable<RobustRun> runs) =>
        runs.Where(IsMeasured).GroupBy(run => run.Width).OrderBy(width => width.Key).Select(width => width.MinBy(Product)!);

    /// <summary>The universal network and all measured networks of each width that has a universal one.</summary>
    private static IEnumerable<(RobustRun Universal, IReadOnlyList<RobustRun> Runs)> Capacities(IReadOnlyList<RobustRun> runs) =>
        BestByWidth(runs.Where(run => IsOf(run, MethodKind.Universal)))
            .Select(universal => (universal, (IReadOnlyList<RobustRun>)[.. runs.Where(run => run.Width == universal.Width && IsMeasured(run))]));

    private static RobustClaim Compare(RobustRun universal, RobustRun invariance, string chosenAs) => new()
    {
        Width = universal.Width,
        ChosenAs = chosenAs,
        Universal = universal.Network,
        Invariance = invariance.Network,
        TimesLessVulnerable = invariance.FirstOrderVulnerability / universal.FirstOrderVulnerability,
        TimesMoreAccurate = invariance.TestErrorPercent / universal.TestErrorPercent,
    };

    private static bool IsMeasured(RobustRun run) => run.Note is null && double.IsFinite(Product(run));

    private static bool IsOf(RobustRun run, MethodKind kind) => run.Kind == kind.ToString().ToLowerInvariant();

    private static double Vulnerability(RobustRun run) => run.FirstOrderVulnerability;

    private static double Error(RobustRun run) => run.TestErrorPercent;

    private static double Product(RobustRun run) => Error(run) * Vulnerability(run);
}
