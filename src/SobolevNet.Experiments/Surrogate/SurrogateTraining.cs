using SobolevNet.Experiments.Terminal;
using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>Trains surrogates by the published recipe, then by the library's defaults on the same labels in the same time.</summary>
internal sealed class SurrogateTraining(ExperimentRun<SurrogateReport> run)
{
    /// <summary>Streams of random numbers that are derived from a seed.</summary>
    private enum Draw
    {
        Surface,
        Training,
        Fresh,
        Notebook,
    }

    /// <summary>Widths of the hidden layers of the library's own networks.</summary>
    public static readonly int[] Hidden = [64, 64, 64];

    private readonly SurrogateSettings _settings = run.Report.Settings;

    /// <summary>Does the comparisons that are not in the report yet. All methods of a comparison are added together.</summary>
    public void Train()
    {
        WarmUp();
        var missing =
            from known in run.Report.Cases.Select(SurrogateCase.Named)
            from samples in _settings.Samples
            from seed in _settings.Seeds
            where !run.Report.Of(known.Name, samples).Any(done => done.Seed == seed)
            select (known, samples, seed);
        foreach (var (known, samples, seed) in missing.ToList())
        {
            var compared = Compare(known, samples, seed);
            run.Update(report => report with { Runs = [.. report.Runs, .. compared] });
        }
    }

    /// <summary>Trains by every method of a case on the same labels.</summary>
    internal List<SurrogateRun> Compare(SurrogateCase known, int samples, int seed)
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
            var planned = new SurrogateRun { Case = known.Name, Samples = samples, Seed = seed, Method = method.Name };
            runs.Add(method is { SameTime: true, IsPublished: false } && time == TimeSpan.Zero
                ? planned with { Note = "The published recipe broke, whose time this training would have been given." }
                : run.Train(planned, part => Trained(planned, method, part)));
        }

        return runs;

        (SurrogateRun Row, string Outcome) Trained(SurrogateRun planned, SurrogateMethod method, IProgressPart part)
        {
            var (network, result) = Train(method, labels, (ulong)seed, time, part);
            time = method.IsPublished ? result.Elapsed : time;
            var trained = planned with
            {
                Fresh = fresh.ErrorsOf(network, _settings.Threads, run.CancellationToken),
                Notebook = notebook?.ErrorsOf(network, _settings.Threads, run.CancellationToken),
                Seconds = result.Elapsed.TotalSeconds,
                Epochs = result.Epochs,
                Steps = result.Steps,
            };
            return (trained, FormattableString.Invariant($"values {trained.Fresh.Values:0.000} %, Greeks {trained.Fresh.Greeks:0.000} %"));
        }
    }

    private (Mlp<float> Network, TrainingResult Result) Train(
        SurrogateMethod method, IJetSource<float> labels, ulong seed, TimeSpan time, IProgress<TrainingProgress>? progress)
    {
        if (method.IsPublished)
        {
            var published = PublishedRecipe.Network<float>(labels.InputFeatures, seed);
            var recipe = PublishedRecipe.Training(labels.InputFeatures, labels.Count, _settings.Threads);
            return (published, new SobolevTrainer<float>(published, recipe).Fit(PublishedRecipe.Weighted(labels), null, progress, run.CancellationToken));
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
        return (network, new SobolevTrainer<float>(network, options).Fit(labels, null, progress, run.CancellationToken));
    }

    /// <summary>Runs all methods for a moment, so that none is compiled while it is timed.</summary>
    private void WarmUp()
    {
        var part = run.View.Start("warm up");
        foreach (var known in run.Report.Cases.Select(SurrogateCase.Named))
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
