using System.Diagnostics;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Frontier;

/// <summary>Trains every recipe for every time, rendering included, and measures each on fresh images.</summary>
internal sealed class FrontierTraining(ExperimentRun<FrontierReport> run)
{
    private const int FeatureImages = 1000;

    /// <summary>Numbers of training images kept in memory: 6 GB.</summary>
    private const long MostNumbers = 1_500_000_000;
    private const ulong TestPoses = ulong.MaxValue;

    private readonly FrontierSettings _settings = run.Report.Settings;
    private readonly CubeRenderer _renderer = new();

    /// <summary>Does the trainings that are not in the report yet.</summary>
    public void Train()
    {
        var test = Source(0, _settings.TestImages, TestPoses).Materialize(threads: _settings.Threads, cancellationToken: run.CancellationToken);
        var missing =
            from seconds in _settings.Seconds
            from seed in _settings.Seeds
            from recipe in run.Report.Recipes
            where !run.Report.Runs.Any(done => done.Recipe == recipe.Name && done.Seconds == seconds && done.Seed == seed)
            select (recipe, seconds, seed);
        foreach (var (recipe, seconds, seed) in missing.ToList())
        {
            var planned = new FrontierRun
            {
                Recipe = recipe.Name, Seconds = seconds, Seed = seed, Network = FormattableString.Invariant($"{recipe.Name}-{seconds}s-seed{seed}.safetensors"),
            };
            var trained = run.Train(planned, part => Train(planned, recipe, test, part));
            run.Update(report => report with { Runs = [.. report.Runs, trained] });
        }
    }

    private (FrontierRun Row, string Outcome) Train(FrontierRun planned, FrontierRecipe recipe, IJetSource<float> test, IProgressPart part)
    {
        var (seconds, seed) = (planned.Seconds, planned.Seed);
        var clock = Stopwatch.StartNew();
        int width = recipe.Features == 0 ? _renderer.Pixels : recipe.Features;
        int images = (int)Math.Clamp(recipe.ImagesPerSecond * seconds, 100, MostNumbers / (JetLayout.Full(6, recipe.Order).Count * (long)width));
        var poses = new PoseRange(PoseRange.Default.MaximalAngle * recipe.AngleFactor) { AngleExponent = recipe.AngleExponent };
        IJetSource<float> training = Source(recipe.Order, images, (ulong)seed, poses);
        var featureImages = Source(recipe.FeatureCurvature > 0 ? 2 : 0, FeatureImages, ~(ulong)seed);
        var prepared = PreparedRecipe.Of(recipe, training, featureImages, (ulong)seed, _settings.Threads, run.CancellationToken);
        double preparation = clock.Elapsed.TotalSeconds;

        // A machine that is too slow to render so many images trains for a fifth of the time all the same; the report shows the excess.
        double left = Math.Max(seconds - preparation, 0.2 * seconds);
        var options = recipe.Training((ulong)seed, _settings.Threads) with { TimeBudget = TimeSpan.FromSeconds(left) };
        var result = new SobolevTrainer<float>(prepared.Network, options).Fit(prepared.Images, null, part, run.CancellationToken);
        double total = clock.Elapsed.TotalSeconds;
        var network = prepared.Folded();
        var evaluation = Evaluation.Of(network, test, 0, threads: _settings.Threads, balanced: false, cancellationToken: run.CancellationToken);
        var trained = planned with
        {
            TestErrorPercent = 100 * evaluation.NormalizedRmse,
            TrainErrorPercent = 100 * result.Training.NormalizedRmse,
            TestVertexErrorInEdges = evaluation.NormalizedRmse * CubeTargets.VertexDeviation(test, run.CancellationToken) / (2 * _renderer.Options.HalfEdge),
            TestErrors = ErrorTable.Of(evaluation),
            Images = images,
            Steps = result.Steps,
            PreparationSeconds = preparation,
            TotalSeconds = total,
        };
        network.Save(run.Folder.File(trained.Network));
        return (trained, FormattableString.Invariant($"test {trained.TestErrorPercent:0.000} %"));
    }

    private CubeSource<float> Source(int order, int count, ulong seed, PoseRange? range = null) =>
        new(_renderer, order, count, new RandomStream(seed, 1).NextBits(), range: range);
}
