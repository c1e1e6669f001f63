using System.Numerics.Tensors;
using SobolevNet.Experiments.Recipes;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Robust;

/// <summary>Trains networks by every method, strength and width on the same clean images, and measures how robust each is.</summary>
/// <remarks>
/// Small networks do not keep several cores busy, so several are trained at a time, each by one thread. The report is written
/// after every network, and while one is trained a checkpoint now and then: an experiment that was interrupted goes on to the same
/// figures.
/// </remarks>
internal sealed class RobustExperiment(RobustFolder folder, RobustReport begun, IProgressView view, CancellationToken cancellationToken)
{
    private readonly RobustSettings _settings = begun.Settings;
    private readonly Lock _gate = new();
    private RobustReport _report = begun;

    /// <summary>Trains and measures what has not been yet.</summary>
    /// <returns>The complete report, saved with its networks.</returns>
    public RobustReport Run()
    {
        var plan = _settings.Plan();
        var missing = plan.Where(run => _report.Runs.All(done => done.Network != RobustFolder.NetworkName(run))).ToArray();
        var test = _settings.Measure.TestImagesSource().Materialize(cancellationToken: cancellationToken);

        // The longest first, so that none is left over for one core at the end.
        var queue = missing.OrderByDescending(run => run.Method.Order).ThenByDescending(run => run.Width);
        ParallelRuns.Do(queue, _settings.Threads, (next, stop) => Work(plan, next, test, stop), cancellationToken);
        _report = _report with { Complete = true };
        folder.Save(_report);
        return _report;
    }

    private void Work(IReadOnlyList<PlannedRun> plan, PlannedRun next, IJetSource<float> test, CancellationToken stop)
    {
        ITrainingPart part;
        lock (_gate)
        {
            part = view.StartTraining(next.Title);
        }

        var run = Train(next, test, part, stop);
        lock (_gate)
        {
            part.Done(ProgressText.Outcome(run.TestErrorPercent, run.FirstOrderVulnerability));
            Add(plan, run);
        }

        File.Delete(folder.Checkpoint(next));
    }

    private void Add(IReadOnlyList<PlannedRun> plan, RobustRun run)
    {
        var order = plan.Select((planned, k) => (RobustFolder.NetworkName(planned), k)).ToDictionary();
        RobustRun[] runs = [.. _report.Runs.Append(run).OrderBy(done => order[done.Network])];
        _report = _report with { Runs = runs, Claims = RobustClaims.Of(runs) };
        folder.Save(_report);
    }

    private RobustRun Train(PlannedRun planned, IJetSource<float> test, ITrainingPart part, CancellationToken token)
    {
        var source = planned.Method.Source(_settings.Clean(planned.Method.Order), planned.Strength ?? 0, _settings);
        var network = Mlp<float>.Create(
            source.InputFeatures, _settings.Hidden(planned.Width), source.OutputFeatures, _settings.ActivationKind(), _settings.Seed);
        string checkpoint = folder.Checkpoint(planned);
        var trainer = new SobolevTrainer<float>(network, _settings.Training(planned, checkpoint));
        if (File.Exists(checkpoint))
        {
            trainer.ResumeFrom(checkpoint);
        }

        double seconds = 0;
        int epochs = 0;
        string? note = null;
        try
        {
            var result = trainer.Fit(source, progress: new LockedProgress(part, _gate), cancellationToken: token);
            (seconds, epochs) = (result.Elapsed.TotalSeconds, result.Epochs);
        }
        catch (NonFiniteLossException overflow)
        {
            // A strength that breaks training is a finding too.
            note = overflow.Message;
        }

        var measured = NetworkMeasurement.Of(network, _settings.Measure, test, 1, null, token);
        if (TensorPrimitives.IsFiniteAll<float>(network.Parameters))
        {
            network.Save(folder.File(RobustFolder.NetworkName(planned)));
        }

        return new RobustRun
        {
            Method = planned.Method.Name,
            Kind = planned.Method.Kind.ToString().ToLowerInvariant(),
            Strength = planned.Strength,
            Width = planned.Width,
            TestErrorPercent = measured.TestErrorPercent,
            FirstOrderVulnerability = measured.FirstOrder.Universal,
            Seconds = seconds,
            Epochs = epochs,
            Architecture = network.Architecture.ToString(),
            Network = RobustFolder.NetworkName(planned),
            Note = note,
            FirstOrder = measured.FirstOrder,
            Attack = measured.Attack,
            Noise = measured.Noise,
        };
    }
}
