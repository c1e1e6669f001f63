using System.Numerics;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Cube;

/// <summary>The runs of the cube experiment: one for each order, from the same initial network and on the same images.</summary>
/// <remarks>
/// The report is saved after every order, and a checkpoint from time to time during the training. A resumed experiment reaches the
/// same bits as one without interruption.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CubeTraining<T>(ExperimentRun<CubeReport> run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CubeSettings _settings = run.Report.Settings;

    /// <summary>Trains the orders that have not been trained yet.</summary>
    public void Train()
    {
        int[] missing = [.. _settings.Orders.Except(run.Report.Runs.Select(done => done.Order))];
        if (missing.Length == 0)
        {
            return;
        }

        var data = CubeData<T>.Render(_settings, missing.Max(), run.View, run.CancellationToken);
        foreach (int order in missing)
        {
            var planned = new CubeRun { Order = order, OrderWeights = _settings.WeightsOf(order), Network = CubeFiles.Network(order) };
            var trained = run.Train(planned, part => Train(planned, data, part));
            run.Update(report => report with { Runs = Compare([.. report.Runs.Append(trained).OrderBy(done => done.Order)]) });
            File.Delete(run.Folder.File(CubeFiles.Checkpoint(order)));
        }
    }

    private (CubeRun Row, string Outcome) Train(CubeRun planned, CubeData<T> data, IProgressPart part)
    {
        int order = planned.Order;
        var training = data.Training.Truncate(order);
        var frontEnd = _settings.Features == 0 ? null : FindFeatures(training);
        var network = Mlp<T>.Create(
            frontEnd?.Features ?? training.InputFeatures, _settings.Hidden, training.OutputFeatures, _settings.ActivationKind(), _settings.Seed);
        string checkpoint = run.Folder.File(CubeFiles.Checkpoint(order));
        var trainer = new SobolevTrainer<T>(network, _settings.Training(order, checkpoint));
        if (File.Exists(checkpoint))
        {
            trainer.ResumeFrom(checkpoint);
        }

        var result = trainer.Fit(Projected(training), data.Validation is null ? null : Projected(data.Validation), part, run.CancellationToken);
        network = frontEnd?.Fold(network) ?? network;
        var test = Evaluation.Of(network, data.Test, data.Test.Layout.Order, threads: _settings.Threads, balanced: false, cancellationToken: run.CancellationToken);
        double[] vertexErrors = CubeTargets.VertexErrors(network, data.Test, run.CancellationToken);
        network.Save(run.Folder.File(planned.Network));
        var trained = planned with
        {
            TestErrorPercent = 100 * test.NormalizedRmse,
            TrainErrorPercent = 100 * result.Training.NormalizedRmse,
            Epochs = result.Epochs,
            Seconds = result.Elapsed.TotalSeconds,
            TestVertexErrorInEdges = test.NormalizedRmse * data.TestDeviation / (2 * data.HalfEdge),
            TestDerivativeErrorsPercent = [.. test.OrderErrors.Skip(1).Select(error => 100 * error)],
            TestErrors = ErrorTable.Of(test),
            TestErrorsByPlace = data.Places.Rows([.. vertexErrors.Select(error => 100 * error / data.TestDeviation)]),
            Architecture = network.Architecture.ToString(),
            Parameters = network.Parameters.Length,
            History = RunHistory.From(result.History),
        };
        return (trained, FormattableString.Invariant($"test {trained.TestErrorPercent:0.00} %"));

        IJetSource<T> Projected(IJetSource<T> images)
        {
            var projected = frontEnd?.Project(images) ?? images;
            return frontEnd is null || images.IsEndless
                ? projected
                : projected.Materialize(threads: _settings.Threads, cancellationToken: run.CancellationToken);
        }
    }

    private LinearFrontEnd<T> FindFeatures(IJetSource<T> training)
    {
        var options = new LinearFrontEndOptions { SecondOrderWeight = _settings.FeatureCurvature, Threads = _settings.Threads };
        return LinearFrontEnd<T>.Fit(training, _settings.Features, options, run.CancellationToken);
    }

    private static CubeRun[] Compare(CubeRun[] runs)
    {
        var plain = runs.FirstOrDefault(one => one.Order == 0 && one.Note is null);
        return plain is null
            ? runs
            : [.. runs.Select(one => one.Note is not null ? one : one with { TimesBetterThanOrder0 = plain.TestErrorPercent / one.TestErrorPercent })];
    }
}
