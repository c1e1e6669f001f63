using SobolevNet.Experiments.Workflow;
using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>The accuracy and the robustness of a network.</summary>
internal sealed record NetworkMeasurement(
    double TestErrorPercent, IReadOnlyList<ErrorRow> TestErrors, FirstOrderFigures FirstOrder, IReadOnlyList<AttackFigures> Attack, IReadOnlyList<NoiseFigures> Noise)
{
    /// <summary>Measures a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">What is measured, and on how many images.</param>
    /// <param name="test">Fresh clean images.</param>
    /// <param name="threads">Threads to use; all cores if 0.</param>
    /// <param name="progress">Receives the finished share, in [0, 1].</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    public static NetworkMeasurement Of(
        Mlp<float> network, MeasureSettings settings, IJetSource<float> test, int threads, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var manifold = settings.Manifold();
        double[][] points = settings.Points(manifold);
        double[][] attacked = points[..settings.AttackImages];
        var evaluator = new VulnerabilityEvaluator<float>(network, manifold, threads: threads);
        var errors = Evaluation.Of(network, test, threads: threads, balanced: false, cancellationToken: cancellationToken);
        var first = evaluator.FirstOrder(points[..settings.FirstOrderImages], Part(0, 0.05), cancellationToken);
        var curves = new List<VulnerabilityCurve>();
        AttackObjective[] objectives = [AttackObjective.Universal, AttackObjective.Sensitivity, AttackObjective.Invariance];
        foreach (var objective in objectives)
        {
            var options = new AttackOptions
            {
                Objective = objective, Steps = settings.AttackSteps, RandomStarts = settings.RandomStarts, Seed = settings.Seed,
            };
            curves.Add(evaluator.Curve(attacked, settings.AttackSizes, options, Part(0.05 + (0.3 * curves.Count), 0.3), cancellationToken));
        }

        var noise = evaluator.Noise(
            points[..settings.FirstOrderImages], settings.NoiseDeviations, settings.NoiseDraws, settings.Seed, Part(0.95, 0.05), cancellationToken);
        return new NetworkMeasurement(
            100 * errors.NormalizedRmse,
            ErrorTable.Of(errors),
            new FirstOrderFigures
            {
                Images = settings.FirstOrderImages,
                Degenerate = first.Degenerate,
                Universal = first.Universal,
                Worst = first.Worst,
                Sensitivity = first.Sensitivity,
                Invariance = first.Invariance,
                Outputs = first.Outputs,
            },
            [
                .. settings.AttackSizes.Select((size, k) => new AttackFigures
                {
                    Size = size,
                    Universal = Statistics(curves[0].Points[k]),
                    Sensitivity = Statistics(curves[1].Points[k]),
                    Invariance = Statistics(curves[2].Points[k]),
                }),
            ],
            [
                .. noise.Select(point => new NoiseFigures
                {
                    Deviation = point.Deviation,
                    ErrorAgainstCleanPercent = 100 * point.ErrorAgainstClean,
                    ErrorAgainstOraclePercent = 100 * point.ErrorAgainstOracle,
                    OracleShiftPercent = 100 * point.OracleShift,
                    OracleFailures = point.OracleFailures,
                }),
            ]);

        IProgress<double>? Part(double start, double length) => progress is null ? null : new PartOfProgress(progress, start, length);
    }

    /// <summary>The result in a few words.</summary>
    public string Outcome() => FormattableString.Invariant($"test {TestErrorPercent:0.00} %, vulnerability {FirstOrder.Universal:0.000}");

    private static AttackStatistics Statistics(VulnerabilityPoint point) => new()
    {
        Mean = point.Mean,
        Quantiles = [point.Quantile(0.1), point.Quantile(0.5), point.Quantile(0.9)],
        Max = point.Max,
        FirstOrderBound = point.FirstOrderBound,
        MaskedShare = point.MaskedShare,
        RandomStartShare = point.RandomStartShare,
        OracleFailures = point.OracleFailures,
    };

    private sealed class PartOfProgress(IProgress<double> whole, double start, double length) : IProgress<double>
    {
        public void Report(double value) => whole.Report(start + (length * value));
    }
}
