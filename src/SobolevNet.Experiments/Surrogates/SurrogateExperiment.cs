using System.Globalization;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Surrogates;

/// <summary>Trains surrogates by the published recipe, then by the library's defaults on the same labels in the same time.</summary>
/// <remarks>Comparisons that are done are in the report, so an interrupted experiment goes on with the next one.</remarks>
internal sealed class SurrogateExperiment(SurrogateFolder folder, SurrogateReport begun, IProgressView view, CancellationToken cancellationToken)
{
    /// <summary>Streams of random numbers that a seed is turned into.</summary>
    private enum Draw
    {
        Surface,
        Training,
        Fresh,
        Notebook,
    }

    private static readonly int[] Hidden = [64, 64, 64];

    private readonly SurrogateSettings _settings = begun.Settings;

    /// <summary>Does what is not done yet.</summary>
    /// <returns>The complete report, saved.</returns>
    public SurrogateReport Run()
    {
        WarmUp();
        var report = begun;
        foreach (var known in begun.Cases.Select(SurrogateCase.Named))
        {
            foreach (int samples in _settings.Samples)
            {
                foreach (int seed in _settings.Seeds)
                {
                    if (report.Of(known.Name, samples).Any(run => run.Seed == seed))
                    {
                        continue;
                    }

                    report = report with { Runs = [.. report.Runs, .. Compare(known, samples, seed)] };
                    folder.Save(report);
                }
            }
        }

        report = report with { Complete = true };
        folder.Save(report);
        return report;
    }

    private List<SurrogateRun> Compare(SurrogateCase known, int samples, int seed)
    {
        var surface = known.Surface(SeedOf(seed, Draw.Surface));
        var labels = Labels(known, surface, samples, SeedOf(seed, Draw.Training));
        var fresh = new SurrogateTest(SurrogateLabels<float>.Exact(surface, 2, _settings.TestPoints, SeedOf(seed, Draw.Fresh)));
        var notebook = surface is IPathwiseModel model
            ? new SurrogateTest(SurrogateLabels<float>.NotebookTest(model, _settings.TestPoints, SeedOf(seed, Draw.Notebook)))
            : null;
        var runs = new List<SurrogateRun>();
        var time = TimeSpan.Zero;
        foreach (var method in SurrogateMethod.Of(known))
        {
            var part = view.StartTraining(string.Create(CultureInfo.InvariantCulture, $"{known.Name}, {samples} points, seed {seed}: {method.Name}"));
            var (network, result) = Train(method, labels, (ulong)seed, time, part);
            time = method.IsPublished ? result.Elapsed : time;
            var run = new SurrogateRun
            {
                Case = known.Name,
                Samples = samples,
                Seed = seed,
                Method = method.Name,
                Fresh = fresh.ErrorsOf(network, _settings.Threads, cancellationToken),
                Notebook = notebook?.ErrorsOf(network, _settings.Threads, cancellationToken),
                Seconds = result.Elapsed.TotalSeconds,
                Epochs = result.Epochs,
                Steps = result.Steps,
            };
            runs.Add(run);
            part.Done(FormattableString.Invariant($"values {run.Fresh.Values:0.000} %, Greeks {run.Fresh.Greeks:0.000} %"));
        }

        return runs;
    }

    private (Mlp<float> Network, TrainingResult Result) Train(
        SurrogateMethod method, IJetSource<float> labels, ulong seed, TimeSpan time, IProgress<TrainingProgress>? progress)
    {
        if (method.IsPublished)
        {
            var published = PublishedRecipe.Network<float>(labels.InputFeatures, seed);
            var recipe = PublishedRecipe.Training(labels.InputFeatures, labels.Count, _settings.Threads);
            return (published, new SobolevTrainer<float>(published, recipe).Fit(PublishedRecipe.Weighed(labels), null, progress, cancellationToken));
        }

        var network = Mlp<float>.Create(labels.InputFeatures, Hidden, 1, Activation.Softplus, seed);
        var options = new SobolevTrainingOptions
        {
            Epochs = method.SameTime ? null : PublishedRecipe.Epochs,
            TimeBudget = method.SameTime ? time : null,
            Order = method.Order,
            Seed = seed,
            Threads = _settings.Threads,
        };
        return (network, new SobolevTrainer<float>(network, options).Fit(labels, null, progress, cancellationToken));
    }

    /// <summary>Has both recipes compiled before any is timed.</summary>
    private void WarmUp()
    {
        var part = view.Start("warm up");
        foreach (var known in begun.Cases.Select(SurrogateCase.Named))
        {
            var labels = Labels(known, known.Surface(0), 1024, 0);
            foreach (var method in SurrogateMethod.Of(known).Where(method => method.SameTime))
            {
                Train(method, labels, 0, TimeSpan.FromSeconds(0.3), null);
            }
        }

        part.Done("done");
    }

    private static IJetSource<float> Labels(SurrogateCase known, ISurface surface, int samples, ulong seed) => known.IsNoisy
        ? SurrogateLabels<float>.Pathwise((IPathwiseModel)surface, samples, seed)
        : SurrogateLabels<float>.Exact(surface, known.Order, samples, seed);

    private static ulong SeedOf(int seed, Draw draw) => new RandomStream((ulong)seed, (ulong)draw).NextBits();
}
