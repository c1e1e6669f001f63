using System.Diagnostics;
using System.Globalization;
using SobolevNet.Experiments.Cubes;
using SobolevNet.Experiments.Recipes;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Frontiers;

/// <summary>
/// Trains every recipe for every time, rendering included, and measures each on fresh images: what accuracy a given time buys.
/// </summary>
/// <remarks>A run that is done is in the report, so an interrupted frontier goes on with the next run.</remarks>
internal sealed class FrontierExperiment(FrontierFolder folder, FrontierReport begun, IProgressView view, CancellationToken cancellationToken)
{
    private const int FeatureImages = 1000;

    /// <summary>Numbers of training images kept in memory: 6 GB.</summary>
    private const long MostNumbers = 1_500_000_000;
    private const ulong TestPoses = ulong.MaxValue;

    private readonly FrontierSettings _settings = begun.Settings;
    private readonly CubeRenderer _renderer = new();

    /// <summary>Does what is not done yet.</summary>
    /// <returns>The complete report, saved with its networks.</returns>
    public FrontierReport Run()
    {
        var report = begun;
        var test = Source(0, _settings.TestImages, TestPoses).Materialize(threads: _settings.Threads, cancellationToken: cancellationToken);
        foreach (int seconds in _settings.Seconds)
        {
            foreach (int seed in _settings.Seeds)
            {
                foreach (var recipe in report.Recipes)
                {
                    if (report.Runs.Any(run => run.Recipe == recipe.Name && run.Seconds == seconds && run.Seed == seed))
                    {
                        continue;
                    }

                    report = report with { Runs = [.. report.Runs, Train(recipe, seconds, seed, test)] };
                    folder.Save(report);
                }
            }
        }

        report = report with { Complete = true };
        folder.Save(report);
        return report;
    }

    private FrontierRun Train(FrontierRecipe recipe, int seconds, int seed, IJetSource<float> test)
    {
        var part = view.StartTraining(string.Create(CultureInfo.InvariantCulture, $"{recipe.Name}, {seconds} s, seed {seed}"));
        var clock = Stopwatch.StartNew();
        int width = recipe.Features == 0 ? _renderer.Pixels : recipe.Features;
        int images = (int)Math.Clamp(recipe.ImagesPerSecond * seconds, 100, MostNumbers / (JetLayout.Full(6, recipe.Order).Count * (long)width));
        var poses = new PoseRange(PoseRange.Default.MaximalAngle * recipe.AngleFactor) { AngleExponent = recipe.AngleExponent };
        IJetSource<float> training = Source(recipe.Order, images, (ulong)seed, poses);
        var featureImages = Source(recipe.FeatureCurvature > 0 ? 2 : 0, FeatureImages, ~(ulong)seed);
        var prepared = PreparedRecipe.Of(recipe, training, featureImages, (ulong)seed, _settings.Threads, cancellationToken);
        double preparation = clock.Elapsed.TotalSeconds;

        // A machine that is too slow to render so much goes over the time, which the report shows, rather than not train at all.
        double left = Math.Max(seconds - preparation, 0.2 * seconds);
        var options = recipe.Training((ulong)seed, _settings.Threads) with { TimeBudget = TimeSpan.FromSeconds(left) };
        var result = new SobolevTrainer<float>(prepared.Network, options).Fit(prepared.Images, null, part, cancellationToken);
        double total = clock.Elapsed.TotalSeconds;
        var network = prepared.Folded();
        var evaluation = Evaluation.Of(network, test, 0, threads: _settings.Threads, balanced: false, cancellationToken: cancellationToken);
        var run = new FrontierRun
        {
            Recipe = recipe.Name,
            Seconds = seconds,
            Seed = seed,
            TestErrorPercent = 100 * evaluation.NormalizedRmse,
            TrainErrorPercent = 100 * result.Training.NormalizedRmse,
            TestVertexErrorInEdges = evaluation.NormalizedRmse * CubeData<float>.VertexDeviation(test, cancellationToken) / (2 * _renderer.Options.HalfEdge),
            Images = images,
            Steps = result.Steps,
            PreparationSeconds = preparation,
            TotalSeconds = total,
        };
        run = run with { Network = FrontierFolder.NetworkName(run) };
        network.Save(folder.Network(run));
        part.Done(FormattableString.Invariant($"test {run.TestErrorPercent:0.000} %"));
        return run;
    }

    private CubeSource<float> Source(int order, int count, ulong seed, PoseRange? range = null) =>
        new(_renderer, order, count, new RandomStream(seed, 1).NextBits(), range: range);
}
