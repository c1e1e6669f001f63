using SobolevNet.Experiments.Cubes;
using SobolevNet.Experiments.Recipes;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Studies;

/// <summary>Trains all cases of the study with all seeds, several at a time, and measures each on fresh images.</summary>
/// <remarks>
/// A case that occurs in several groups is trained once. The report is written after every run, so an interrupted study goes on
/// with those that are missing.
/// </remarks>
internal sealed class StudyExperiment(StudyFolder folder, StudyReport begun, IProgressView view, CancellationToken cancellationToken)
{
    private const ulong TestPoses = ulong.MaxValue;

    /// <summary>Points of a learning curve that are kept.</summary>
    private const int CurvePoints = 40;

    private readonly CubeRenderer _renderer = new();
    private readonly Lock _gate = new();
    private StudyReport _report = begun;

    /// <summary>Does what is not done yet.</summary>
    /// <returns>The complete report, saved.</returns>
    public StudyReport Run()
    {
        var settings = _report.Settings;
        var test = Source(0, settings.TestImages, TestPoses).Materialize(cancellationToken: cancellationToken);
        double deviation = CubeData<float>.VertexDeviation(test, cancellationToken) / (2 * _renderer.Options.HalfEdge);
        var missing =
            from one in StudyReport.Distinct(_report.Cases)
            from seed in settings.Seeds
            where !_report.Runs.Any(run => run.Seed == seed && run.Case.TrainsLike(one))
            orderby one.Cost descending
            select (one, seed);
        ParallelRuns.Do([.. missing], settings.Threads, (run, stop) => Train(run.one, run.seed, test, deviation, stop), cancellationToken);
        _report = _report with { Complete = true };
        folder.Save(_report);
        return _report;
    }

    private void Train(StudyCase one, int seed, IJetSource<float> test, double deviation, CancellationToken stop)
    {
        ITrainingPart part;
        lock (_gate)
        {
            part = view.StartTraining($"{one.Title}, seed {seed}");
        }

        var images = Source(one.Order, one.Images, (ulong)seed);
        var featureImages = Source(one.FeatureCurvature > 0 ? 2 : 0, one.Images, (ulong)seed);
        var prepared = PreparedRecipe.Of(one, images, featureImages, (ulong)seed, 1, stop);
        var validation = prepared.Project(test).Materialize(threads: 1, cancellationToken: stop);
        var options = one.Training((ulong)seed, 1) with { Epochs = one.Epochs };
        StudyRun run;
        try
        {
            var result = new SobolevTrainer<float>(prepared.Network, options).Fit(prepared.Images, validation, new LockedProgress(part, _gate), stop);
            double error = result.Validation!.NormalizedRmse;
            run = new StudyRun
            {
                Case = one,
                Seed = seed,
                TestErrorPercent = 100 * error,
                TrainErrorPercent = 100 * result.Training.NormalizedRmse,
                TestVertexErrorInEdges = error * deviation,
                Seconds = result.Elapsed.TotalSeconds,
                Steps = result.Steps,
                Curve = Thin(result.History),
            };
        }
        catch (NonFiniteLossException overflow)
        {
            // A recipe that breaks training is a finding too.
            run = new StudyRun { Case = one, Seed = seed, Note = overflow.Message };
        }

        lock (_gate)
        {
            part.Done(run.Note ?? FormattableString.Invariant($"test {run.TestErrorPercent:0.000} %"));
            _report = _report with { Runs = [.. _report.Runs, run] };
            folder.Save(_report);
        }
    }

    /// <summary>Some points of a learning curve, evenly spread over the logarithm of the epochs.</summary>
    private static CurvePoint[] Thin(IReadOnlyList<EpochRecord> history) =>
    [
        .. Enumerable.Range(0, CurvePoints)
            .Select(k => (int)Math.Round(Math.Pow(history.Count, (k + 1.0) / CurvePoints)) - 1)
            .Distinct()
            .Select(k => new CurvePoint(history[k].Epoch, history[k].Seconds, 100 * history[k].ValidationError)),
    ];

    private CubeSource<float> Source(int order, int count, ulong poses) => new(_renderer, order, count, new RandomStream(poses, 2).NextBits());
}
