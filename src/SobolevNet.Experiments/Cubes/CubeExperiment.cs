using System.Numerics;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Cubes;

/// <summary>
/// Trains the same network from the same start on the same images with the values alone, with first and with second
/// derivatives, and measures each on fresh images.
/// </summary>
/// <remarks>
/// After every order the report is written, and while one is trained a checkpoint now and then; an experiment that was
/// interrupted goes on to the same bits.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CubeExperiment<T>(CubeFolder folder, CubeReport begun, IProgressView view, CancellationToken cancellationToken)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CubeSettings _settings = begun.Settings;

    /// <summary>Trains what has not been trained yet.</summary>
    /// <returns>The complete report, saved with its networks.</returns>
    public CubeReport Run()
    {
        var report = begun;
        var missing = _settings.Orders.Except(report.Runs.Select(run => run.Order)).ToArray();
        if (missing.Length > 0)
        {
            var data = CubeData<T>.Render(_settings, missing.Max(), view, cancellationToken);
            foreach (int order in missing)
            {
                var run = Train(order, data);
                report = report with { Runs = Compare([.. report.Runs.Append(run).OrderBy(done => done.Order)]) };
                folder.Save(report);
                File.Delete(folder.Checkpoint(order));
            }
        }

        report = report with { Complete = true };
        folder.Save(report);
        return report;
    }

    private CubeRun Train(int order, CubeData<T> data)
    {
        var part = view.StartTraining($"order {order}");
        var training = data.Training.Truncate(order);
        var frontEnd = _settings.Features == 0 ? null : FindFeatures(training);
        var network = Mlp<T>.Create(
            frontEnd?.Features ?? training.InputFeatures, _settings.Hidden, training.OutputFeatures, _settings.ActivationKind(), _settings.Seed);
        string checkpoint = folder.Checkpoint(order);
        var trainer = new SobolevTrainer<T>(network, _settings.Training(order, checkpoint));
        if (File.Exists(checkpoint))
        {
            trainer.ResumeFrom(checkpoint);
        }

        var result = trainer.Fit(Projected(training), data.Validation is null ? null : Projected(data.Validation), part, cancellationToken);
        network = frontEnd?.Fold(network) ?? network;
        var test = Evaluation.Of(network, data.Test, data.Test.Layout.Order, threads: _settings.Threads, balanced: false, cancellationToken: cancellationToken);
        network.Save(folder.Network(order));
        part.Done(FormattableString.Invariant($"test {100 * test.NormalizedRmse:0.00} %"));
        return new CubeRun
        {
            Order = order,
            TestErrorPercent = 100 * test.NormalizedRmse,
            TrainErrorPercent = 100 * result.Training.NormalizedRmse,
            Epochs = result.Epochs,
            Seconds = result.Elapsed.TotalSeconds,
            TestVertexErrorInEdges = test.NormalizedRmse * data.TestDeviation / (2 * data.HalfEdge),
            TestDerivativeErrorsPercent = [.. test.OrderErrors.Skip(1).Select(error => 100 * error)],
            Architecture = network.Architecture.ToString(),
            Parameters = network.Parameters.Length,
            OrderWeights = _settings.WeightsOf(order),
            Network = CubeFolder.NetworkName(order),
            History = RunHistory.From(result.History),
        };

        IJetSource<T> Projected(IJetSource<T> images)
        {
            var projected = frontEnd?.Project(images) ?? images;
            return frontEnd is null || images.IsEndless
                ? projected
                : projected.Materialize(threads: _settings.Threads, cancellationToken: cancellationToken);
        }
    }

    private LinearFrontEnd<T> FindFeatures(IJetSource<T> training)
    {
        var options = new LinearFrontEndOptions { SecondOrderWeight = _settings.FeatureCurvature, Threads = _settings.Threads };
        return LinearFrontEnd<T>.Fit(training, _settings.Features, options, cancellationToken);
    }

    private static CubeRun[] Compare(CubeRun[] runs)
    {
        var plain = runs.FirstOrDefault(run => run.Order == 0);
        return plain is null
            ? runs
            : [.. runs.Select(run => run with { TimesBetterThanOrder0 = plain.TestErrorPercent / run.TestErrorPercent })];
    }
}
