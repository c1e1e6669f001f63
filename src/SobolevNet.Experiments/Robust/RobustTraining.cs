using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Robust;

/// <summary>Trains networks by every method, strength and width on the same clean images, and measures how robust each is.</summary>
/// <remarks>
/// Small networks do not keep several cores busy, so several are trained at a time, each by one thread. The report is saved after every
/// network, and a checkpoint from time to time during its training. A resumed experiment reaches the same figures as one without interruption.
/// </remarks>
internal sealed class RobustTraining(ExperimentRun<RobustReport> run)
{
    private readonly RobustSettings _settings = run.Report.Settings;

    /// <summary>Trains and measures the networks that are not in the report yet.</summary>
    public void Train()
    {
        Directory.CreateDirectory(run.Folder.File(PlannedRun.Folder));
        var order = _settings.Plan().Select((planned, k) => (planned.Network, k)).ToDictionary();
        var missing = _settings.Plan().Where(planned => run.Report.Runs.All(done => done.Network != planned.Network));
        var test = _settings.Measure.TestImagesSource().Materialize(cancellationToken: run.CancellationToken);

        // The longest first, so that no core is idle while the last one is trained.
        var queue = missing.OrderByDescending(planned => planned.Method.Order).ThenByDescending(planned => planned.Width);
        ParallelRuns.Do(
            queue, _settings.Threads,
            (planned, stop) =>
            {
                var trained = run.Train(planned.Row(), part => Train(planned, test, part, stop));
                run.Update(report =>
                {
                    RobustRun[] runs = [.. report.Runs.Append(trained).OrderBy(done => order[done.Network])];
                    return report with { Runs = runs, Claims = RobustClaims.Of(runs) };
                });
                File.Delete(run.Folder.File(planned.Checkpoint));
            },
            run.CancellationToken);
    }

    private (RobustRun Row, string Outcome) Train(PlannedRun planned, IJetSource<float> test, IProgressPart part, CancellationToken stop)
    {
        var source = planned.Method.Source(_settings.Clean(planned.Method.Order), planned.Strength ?? 0, _settings);
        var network = Mlp<float>.Create(
            source.InputFeatures, _settings.Hidden(planned.Width), source.OutputFeatures, _settings.ActivationKind(), _settings.Seed);
        string checkpoint = run.Folder.File(planned.Checkpoint);
        var trainer = new SobolevTrainer<float>(network, _settings.Training(planned, checkpoint));
        if (File.Exists(checkpoint))
        {
            trainer.ResumeFrom(checkpoint);
        }

        var result = trainer.Fit(source, progress: part, cancellationToken: stop);
        var measured = NetworkMeasurement.Of(network, _settings.Measure, test, 1, null, stop);
        network.Save(run.Folder.File(planned.Network));
        var trained = planned.Row() with
        {
            Architecture = network.Architecture.ToString(),
            Seconds = result.Elapsed.TotalSeconds,
            Epochs = result.Epochs,
            TestErrorPercent = measured.TestErrorPercent,
            TestErrors = measured.TestErrors,
            FirstOrderVulnerability = measured.FirstOrder.Universal,
            FirstOrder = measured.FirstOrder,
            Attack = measured.Attack,
            Noise = measured.Noise,
        };
        return (trained, measured.Outcome());
    }
}
