using SobolevNet.Experiments.Surrogate;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Tests.Files;
using static SobolevNet.Tests.Experiments.ConsoleProgram;

namespace SobolevNet.Tests.Experiments;

public sealed class SurrogateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Cases => [.. SurrogateCase.All.Select(known => known.Name)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Surrogate_SmallComparison_ReportsEveryMethodInTheSameTime()
    {
        string path = _folder.File("surrogate");
        string[] command = ["surrogate", "--cases", "call,surface", "--samples", "256", "--seeds", "4", "--test", "200", "--threads", "1", "--out", path];
        (await Run(command)).Errors.Should().BeEmpty();
        var folder = new SurrogateExperiment().Folder(path);
        var report = folder.Read();
        report.Complete.Should().BeTrue();
        foreach (var known in report.Cases.Select(SurrogateCase.Named))
        {
            double time = report.Of(known.Name, 256, SurrogateMethod.Published).Single().Seconds;
            foreach (var method in SurrogateMethod.Of(known))
            {
                var run = report.Of(known.Name, 256, method.Name).Should().ContainSingle().Subject;
                run.Fresh.Values.Should().BeInRange(1e-3, 300, run.Method);
                run.Fresh.Greeks.Should().BeInRange(1e-3, 300, run.Method);
                (run.Notebook is null).Should().Be(known.Name == "surface");
                run.Epochs.Should().BePositive();
                if (method.SameTime)
                {
                    run.Seconds.Should().BeGreaterThanOrEqualTo(time, run.Method);
                }
                else
                {
                    run.Epochs.Should().Be(PublishedRecipe.Epochs);
                }
            }
        }

        File.Exists(Path.Combine(path, "surrogates.png")).Should().BeTrue();
        File.ReadAllText(Path.Combine(path, "report.md")).Should().Contain("| call | 256 | defaults |").And.Contain("defaults-order2");
        (await Run(command)).Errors.Should().Contain("holds a report already");

        folder.Save(report with { Complete = false, Runs = report.Of("call", 256) });
        (await Run("surrogate", "--resume", path)).Errors.Should().BeEmpty();
        var resumed = folder.Read();
        resumed.Complete.Should().BeTrue();
        resumed.Runs.Select(run => (run.Case, run.Method)).Should().Equal(report.Runs.Select(run => (run.Case, run.Method)));
        resumed.Of("call", 256).Should().Equal(report.Of("call", 256), "what was done is kept");
    }

    [Fact]
    public async Task Surrogate_TrainingsThatBreak_AreReportedAndTheOthersKept()
    {
        var experiment = new SurrogateExperiment();
        var folder = experiment.Folder(_folder.File("broken"));
        var begun = experiment.Begin(SurrogateSettings.Presets["quick"] with { Cases = ["surface"], Samples = [64], Seeds = [1], TestPoints = 50 });
        folder.Create(begun);
        var known = SurrogateCase.Named("surface") with { Surface = _ => new NearlyInfinite() };

        var rows = new SurrogateTraining(new ExperimentRun<SurrogateReport>(folder, begun, new InterruptingView("", null), CancellationToken.None)).Compare(known, 64, 1);

        rows.Select(row => row.Method).Should().Equal(SurrogateMethod.Of(known).Select(method => method.Name));
        rows[0].Note.Should().NotBeNull("labels are next to the largest number");
        rows.Skip(1).Where(row => row.Method != "defaults-epochs").Should().OnlyContain(row => row.Note!.StartsWith("The published recipe broke"));

        // The others are reported beside it.
        var sound = rows[^1] with { Note = null, Fresh = new SurrogateErrors(1, 2, 3), Seconds = 1, Epochs = 100 };
        folder.Save(begun with { Runs = [.. rows.SkipLast(1), sound] });
        var run = await Run("surrogate", "--resume", folder.Path);
        run.Code.Should().Be(1);
        run.Output.Should().Contain("(!) surface, 64 points, seed 1: published: the training broke");
        File.ReadAllText(folder.Markdown).Should().Contain("| surface | 64 | published | – | – | – | – | – | – | – |")
            .And.Contain("| surface | 64 | defaults-epochs | 1.00 % | 2.00 % | 3.00 % | – | – | 1.00 s | 100 |");
    }

    [Theory]
    [InlineData("--cases", "basket,magic")]
    [InlineData("--samples", "1")]
    [InlineData("--seeds", "-1")]
    [InlineData("--preset", "slow")]
    public async Task Surrogate_ImpossibleOption_IsRefusedWithItsName(string option, string value)
    {
        var run = await Run("surrogate", option, value, "--out", _folder.File("unused"));
        run.Code.Should().Be(2);
        run.Errors.Should().Contain(option).And.Contain(value);
        Directory.Exists(_folder.File("unused")).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Derivatives_OfEveryCase_AreThoseOfItsValues(string name)
    {
        var surface = SurrogateCase.Named(name).Surface(3);
        int n = surface.Inputs;
        const double Step = 1e-4;
        double[] state = new double[n];
        var (gradient, hessian) = (new double[n], new double[n * n]);
        var (above, below, unused) = (new double[n], new double[n], new double[n * n]);
        for (ulong sample = 0; sample < 5; sample++)
        {
            var random = new RandomStream(8, sample);
            surface.DrawState(ref random, state);
            surface.Evaluate(state, gradient, hessian);
            for (int i = 0; i < n; i++)
            {
                double middle = state[i];
                state[i] = middle + Step;
                double up = surface.Evaluate(state, above, unused);
                state[i] = middle - Step;
                double down = surface.Evaluate(state, below, unused);
                state[i] = middle;
                gradient[i].Should().BeApproximately((up - down) / (2 * Step), 1e-6);
                for (int j = 0; j < n; j++)
                {
                    hessian[(i * n) + j].Should().BeApproximately((above[j] - below[j]) / (2 * Step), 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData("basket")]
    [InlineData("call")]
    public void Payoffs_OnAverage_AreTheExactPriceAndGreeks(string name)
    {
        const int Paths = 40_000;
        var model = (IPathwiseModel)SurrogateCase.Named(name).Surface(5);
        int n = model.Inputs;
        double[] state = new double[n];
        var random = new RandomStream(2);
        model.DrawState(ref random, state);
        var (gradient, mean, exact) = (new double[n], new double[n], new double[n]);
        double price = model.Evaluate(state, exact, new double[n * n]);
        double meanPayoff = 0;
        for (int path = 0; path < Paths; path++)
        {
            meanPayoff += model.DrawPayoff(ref random, state, gradient) / Paths;
            for (int i = 0; i < n; i++)
            {
                mean[i] += gradient[i] / Paths;
            }
        }

        // The deviation of a payoff is below 0.2, that of its derivative below 0.6 times the largest weight of 1.
        meanPayoff.Should().BeApproximately(price, 5 * 0.2 / Math.Sqrt(Paths));
        for (int i = 0; i < n; i++)
        {
            mean[i].Should().BeApproximately(exact[i], 5 * 0.6 / Math.Sqrt(Paths));
        }
    }

    [Fact]
    public void PublishedRecipe_Rates_GoThroughThePublishedPoints()
    {
        var options = PublishedRecipe.Training(7, 8192, 1);
        options.BatchSize.Should().Be(512);
        options.OrderWeights!.Select(weight => weight.At(0)).Should().Equal(0.125, 0.875);
        var adam = options.Optimizer.Should().BeOfType<Adam>().Subject;
        foreach (var (epoch, rate) in new[] { (0, 1e-8), (10, 0.05), (20, 0.1), (40, 0.055), (60, 0.01), (90, 1e-6), (95, 5.05e-7) })
        {
            double factor = options.Schedule.At(new SchedulePosition(0, epoch, []));
            (adam.LearningRate * factor).Should().BeApproximately(rate, 1e-6 * rate + 1e-9, $"of epoch {epoch}");
        }
    }

    /// <summary>Values that float barely holds: a network that exceeds them overflows.</summary>
    private sealed class NearlyInfinite : ISurface
    {
        public int Inputs => 1;

        public void DrawState(ref RandomStream random, Span<double> state) => state[0] = random.NextUniform(-1, 1);

        public double Evaluate(ReadOnlySpan<double> state, Span<double> gradient, Span<double> hessian)
        {
            gradient[0] = 1;
            hessian[0] = 0;
            return state[0] > -0.7 ? 3.4028e38 : 3.35e38;
        }
    }
}
