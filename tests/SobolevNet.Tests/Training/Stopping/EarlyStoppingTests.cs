using SobolevNet.Tests.Files;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training.Stopping;

public sealed class EarlyStoppingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FunctionSource<float> _source = new(1, 96, 1);
    private readonly FunctionSource<float> _validation = new(0, 60, 2);

    public void Dispose() => _folder.Dispose();

    private static Mlp<float> Network() => Mlp<float>.Create(2, [16], 1, seed: 3);

    private SobolevTrainingOptions Options(LearningRateSchedule? schedule = null) => new()
    {
        Epochs = 1000, BatchSize = 16, Threads = 1, Optimizer = Optimizer.Adam(learningRate: 2e-2), Schedule = schedule ?? LearningRateSchedule.Constant,
        EarlyStopping = new EarlyStopping { Patience = 2, Improvement = 0.02 }, Checkpoint = new CheckpointOptions(_folder.File("run.checkpoint")),
    };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(0.99)]
    public void Fit_AnyImprovement_KeepsTheParametersWithTheLeastError(double improvement)
    {
        var options = Options() with { Epochs = 30, EarlyStopping = new EarlyStopping { Patience = 30, Improvement = improvement } };
        var network = Network();
        var result = new SobolevTrainer<float>(network, options).Fit(_source, _validation);
        result.Validation!.NormalizedRmse.Should().Be(result.History.Min(epoch => epoch.ValidationError));
        Evaluation.Of(network, _validation, 0).NormalizedRmse.Should().Be(result.Validation.NormalizedRmse);
    }

    [Fact]
    public void Observe_ErrorsThatFallSlowly_AreTheBestButEndNoWait()
    {
        var best = new BestParameters<float>();
        void Observe(double error, double bestSoFar, int waited)
        {
            best.Observe(error, [(float)error], 0.1);
            (best.Error, best.Values[0], best.Waited).Should().Be((bestSoFar, (float)bestSoFar, waited));
        }

        Observe(1, 1, 0);
        Observe(0.95, 0.95, 1);
        Observe(0.97, 0.95, 2);
        Observe(double.NaN, 0.95, 3);
        Observe(0.91, 0.91, 4);
        Observe(0.89, 0.89, 0);
        Observe(double.PositiveInfinity, 0.89, 1);
    }

    [Theory]
    [InlineData("constant")]
    [InlineData("cosine")]
    [InlineData("plateau")]
    [InlineData("step")]
    [InlineData("own")]
    public void Fit_PatienceEnds_AnnealsWhateverTheScheduleAndThenEnds(string name)
    {
        var schedule = name switch
        {
            "cosine" => LearningRateSchedule.Cosine(),
            "plateau" => LearningRateSchedule.Plateau(patience: 1, factor: 0.9),
            "step" => LearningRateSchedule.Step(3, 0.9),
            "own" => new Sawtooth(),
            _ => LearningRateSchedule.Constant,
        };
        var options = Options(schedule) with { OrderWeights = [1, OrderWeight.Until(1, 0.9)] };
        var reports = new List<TrainingProgress>();
        var result = new SobolevTrainer<float>(Network(), options).Fit(_source, _validation, new SynchronousProgress(reports.Add));
        result.End.Should().Be(TrainingEnd.EarlyStopped);
        int from = WaitEnds(result);
        result.Epochs.Should().Be(3 * from, "annealing takes twice as long as what came before");
        var factors = result.History.Select(epoch => epoch.LearningRateFactor).ToList();
        for (int epoch = from; epoch < result.Epochs; epoch++)
        {
            // The factor of an epoch's last step of six.
            double wave = 0.5 * (1 + Math.Cos(Math.PI * (epoch - from + (5.0 / 6)) / (2 * from)));
            factors[epoch].Should().BeApproximately(factors[from - 1] * (0.001 + (0.999 * wave)), 1e-9);
        }

        result.History[from - 1].OrderWeights[1].Should().Be(1);
        result.History[^1].OrderWeights[1].Should().Be(0, "the weights go to their end too");
        var fractions = reports.Where(report => report.IsEndOfEpoch).Select(report => report.Fraction).ToList();
        fractions.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        fractions[^1].Should().Be(1);
        reports.Where(report => report.Epoch > from).Should().OnlyContain(report => report.Epochs == result.Epochs);
        result.Validation!.NormalizedRmse.Should().BeLessThan(0.9 * result.History.Take(from).Min(epoch => epoch.ValidationError), "that is what annealing is for");
    }

    [Fact]
    public void Fit_EpochsOfAnnealing_AreThoseThatWereAskedFor()
    {
        TrainingResult Train(int? epochs, int most = 1000)
        {
            var options = Options();
            options = options with { Epochs = most, EarlyStopping = options.EarlyStopping! with { AnnealingEpochs = epochs } };
            return new SobolevTrainer<float>(Network(), options).Fit(_source, _validation);
        }

        var automatic = Train(null);
        int from = WaitEnds(automatic);
        Train(0).Epochs.Should().Be(from);
        Train(0).End.Should().Be(TrainingEnd.EarlyStopped);
        Train(7).Epochs.Should().Be(from + 7);
        Train(int.MaxValue, from + 5).Epochs.Should().Be(from + 5, "the epochs of the training limit it");
        Train(null, from).End.Should().Be(TrainingEnd.Completed, "patience and epochs end together");
        FluentActions.Invoking(() => Train(-1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*AnnealingEpochs*");
    }

    [Fact]
    public void Fit_TimeBudget_LimitsAnnealing()
    {
        var options = Options() with { Epochs = null, TimeBudget = TimeSpan.FromSeconds(0.7) };
        options = options with { EarlyStopping = options.EarlyStopping! with { AnnealingEpochs = int.MaxValue } };
        var result = new SobolevTrainer<float>(Network(), options).Fit(_source, _validation);
        result.End.Should().Be(TrainingEnd.EarlyStopped);
        result.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.7));
        result.History[^1].LearningRateFactor.Should().BeLessThan(0.5);
    }

    [Fact]
    public void Fit_CanceledAnywhereAndResumed_GivesTheSameBits()
    {
        var options = Options();
        var whole = Network();
        var expected = new SobolevTrainer<float>(whole, options).Fit(_source, _validation);
        int from = WaitEnds(expected);
        foreach (var (epoch, samples) in new[] { (from - 1, 0), (from - 1, 96), (from, 0), (from, 1), (from + 2, 40), (expected.Epochs - 1, 96), (expected.Epochs - 1, 80) })
        {
            var (trainer, result) = Interruption.TrainAndResume(Network, options, _source, _validation, epoch, samples);
            trainer.Network.Parameters.ToArray().Should().Equal(whole.Parameters.ToArray(), $"canceled {samples} samples after epoch {epoch}");
            Numbers(result).Should().Equal(Numbers(expected));
            result.End.Should().Be(TrainingEnd.EarlyStopped);
        }

        var (again, ended) = Interruption.Resume(Network, options, _source, _validation);
        again.Network.Parameters.ToArray().Should().Equal(whole.Parameters.ToArray(), "a training that has ended stays as it is");
        ended.Epochs.Should().Be(expected.Epochs);
    }

    private static IEnumerable<double> Numbers(TrainingResult result) =>
        result.History.SelectMany(epoch => (double[])[.. epoch.OrderLosses, .. epoch.OrderWeights, epoch.ValidationError, epoch.LearningRateFactor])
            .Append(result.Steps);

    /// <summary>The epochs after which patience has ended, counted plainly.</summary>
    private static int WaitEnds(TrainingResult result)
    {
        double bar = double.PositiveInfinity;
        int waited = 0;
        foreach (var epoch in result.History)
        {
            bool improved = epoch.ValidationError < bar * 0.98;
            (bar, waited) = improved ? (epoch.ValidationError, 0) : (bar, waited + 1);
            if (waited == 2)
            {
                return epoch.Epoch;
            }
        }

        throw new InvalidOperationException("The patience has not ended.");
    }

    private sealed class Sawtooth : LearningRateSchedule
    {
        public override double At(SchedulePosition position) => 1 - (0.1 * (position.Epoch % 3));
    }
}
