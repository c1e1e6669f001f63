using SobolevNet.Experiments.Reports;
using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>How accurate and how robust a network is.</summary>
internal sealed record NetworkMeasurement(
    double TestErrorPercent, FirstOrderReport FirstOrder, IReadOnlyList<AttackReport> Attack, IReadOnlyList<NoiseReport> Noise)
{
    /// <summary>Measures a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">What is measured, and on how many images.</param>
    /// <param name="test">Fresh clean images.</param>
    /// <param name="threads">Threads to use; all cores if 0.</param>
    /// <param name="progress">Receives the part that is done, in [0, 1].</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static NetworkMeasurement Of(
        Mlp<float> network, MeasureSettings settings, IJetSource<float> test, int threads, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var manifold = settings.Manifold();
        double[][] points = settings.Points(manifold);
        double[][] attacked = points[..settings.AttackImages];
        var evaluator = new VulnerabilityEvaluator<float>(network, manifold, threads: threads);
        double error = 100 * Evaluation.Of(network, test, threads: threads, balanced: false, cancellationToken: cancellationToken).NormalizedRmse;
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
            error,
            new FirstOrderReport
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
                .. settings.AttackSizes.Select((size, k) => new AttackReport
                {
                    Size = size,
                    Universal = Statistics(curves[0].Points[k]),
                    Sensitivity = Statistics(curves[1].Points[k]),
                    Invariance = Statistics(curves[2].Points[k]),
                }),
            ],
            [
                .. noise.Select(point => new NoiseReport
                {
                    Deviation = point.Deviation,
                    ErrorAgainstCleanPercent = Known(100 * point.ErrorAgainstClean),
                    ErrorAgainstOraclePercent = Known(100 * point.ErrorAgainstOracle),
                    OracleShiftPercent = Known(100 * point.OracleShift),
                    OracleFailures = point.OracleFailures,
                }),
            ]);

        IProgress<double>? Part(double start, double length) => progress is null ? null : new PartOfProgress(progress, start, length);
    }

    private static AttackStatistics Statistics(VulnerabilityPoint point) => new()
    {
        Mean = Known(point.Mean),
        Quantiles = [Known(point.Quantile(0.1)), Known(point.Quantile(0.5)), Known(point.Quantile(0.9))],
        Max = Known(point.Max),
        FirstOrderBound = Known(point.FirstOrderBound),
        MaskedShare = Known(point.MaskedShare),
        RandomStartShare = Known(point.RandomStartShare),
        OracleFailures = point.OracleFailures,
    };

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private sealed class PartOfProgress(IProgress<double> whole, double start, double length) : IProgress<double>
    {
        public void Report(double value) => whole.Report(start + (length * value));
    }
}
