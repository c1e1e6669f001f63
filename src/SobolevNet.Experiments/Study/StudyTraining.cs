using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Study;

/// <summary>Trains all cases of the study with all seeds, several at a time, and measures each on fresh images.</summary>
/// <remarks>A case that occurs in several groups is trained once.</remarks>
internal sealed class StudyTraining(ExperimentRun<StudyReport> run)
{
    private const ulong TestPoses = ulong.MaxValue;

    /// <summary>Points of a learning curve that are kept.</summary>
    private const int CurvePoints = 40;

    private readonly CubeRenderer _renderer = new();

    /// <summary>Does the trainings that are not in the report yet.</summary>
    public void Train()
    {
        var report = run.Report;
        var missing =
            from one in StudyReport.Distinct(report.Cases)
            from seed in report.Settings.Seeds
            where !report.Runs.Any(done => done.Seed == seed && done.Case.TrainsLike(one))
            orderby one.Cost descending
            select (one, seed);
        var planned = missing.ToList();
        var tests = planned.Select(next => next.one.Range).Distinct().ToDictionary(range => range, range => TestSet(range));
        ParallelRuns.Do(
            planned, report.Settings.Threads,
            (next, stop) =>
            {
                var row = new StudyRun { Case = next.one, Seed = next.seed };
                var (test, deviation) = tests[next.one.Range];
                var trained = run.Train(row, part => Train(row, test, deviation, part, stop));
                run.Update(now => now with { Runs = [.. now.Runs, trained] });
            },
            run.CancellationToken);
    }

    /// <summary>Fresh images of a range of poses, and the deviation of a vertex there in units of the cube's edge.</summary>
    private (IJetSource<float> Images, double Deviation) TestSet(double range)
    {
        var images = Source(0, run.Report.Settings.TestImages, TestPoses, range).Materialize(cancellationToken: run.CancellationToken);
        return (images, CubeTargets.VertexDeviation(images, run.CancellationToken) / (2 * _renderer.Options.HalfEdge));
    }

    private (StudyRun Row, string Outcome) Train(StudyRun planned, IJetSource<float> test, double deviation, IProgressPart part, CancellationToken stop)
    {
        var (one, seed) = (planned.Case, (ulong)planned.Seed);
        var images = Source(one.Order, one.Images, seed, one.Range);
        var featureImages = Source(one.FeatureCurvature > 0 ? one.Order : 0, one.Images, seed, one.Range);
        var prepared = PreparedRecipe.Of(one, images, featureImages, seed, 1, stop);
        var validation = prepared.Project(test).Materialize(threads: 1, cancellationToken: stop);
        var options = one.Training(seed, 1) with { Epochs = one.Epochs };
        var result = new SobolevTrainer<float>(prepared.Network, options).Fit(prepared.Images, one.HasCurve ? validation : null, part, stop);
        var measured = result.Validation ?? Evaluation.Of(prepared.Network, validation, threads: 1, cancellationToken: stop);
        double error = measured.NormalizedRmse;
        var trained = planned with
        {
            TestErrorPercent = 100 * error,
            TrainErrorPercent = 100 * result.Training.NormalizedRmse,
            TestVertexErrorInEdges = error * deviation,
            TestErrors = ErrorTable.Of(measured),
            Seconds = result.Elapsed.TotalSeconds,
            Steps = result.Steps,
            Curve = one.HasCurve ? Thin(result.History) : [],
        };
        return (trained, FormattableString.Invariant($"test {trained.TestErrorPercent:0.000} %"));
    }

    /// <summary>Some points of a learning curve, evenly spread over the logarithm of the epochs.</summary>
    private static CurvePoint[] Thin(IReadOnlyList<EpochRecord> history) =>
    [
        .. Enumerable.Range(0, CurvePoints)
            .Select(k => (int)Math.Round(Math.Pow(history.Count, (k + 1.0) / CurvePoints)) - 1)
            .Distinct()
            .Select(k => new CurvePoint(history[k].Epoch, history[k].Seconds, 100 * history[k].ValidationError)),
    ];

    private CubeSource<float> Source(int order, int count, ulong poses, double range) =>
        new(_renderer, order, count, new RandomStream(poses, 2).NextBits(), range: CubePoses.Part(range));
}
