using System.Diagnostics.Metrics;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>What a result says of its training: not validated, a validation error that rose, an error that still falls.</summary>
public class TrainingFindingTests
{
    [Theory]
    [InlineData(new double[] { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0.5 }, true)]
    [InlineData(new double[] { 9, 8, 7, 6, 5, 1, 9, 9, 9, 0.91 }, false)]
    [InlineData(new double[] { 9, 8, 7, 6, 5, 1, 9, 9, 9, 0.89 }, true)]
    [InlineData(new double[] { 3, 2, 1, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93 }, false)]
    [InlineData(new double[] { 9, 1 }, false)]
    [InlineData(new double[] { 9, 9, 1 }, true)]
    [InlineData(new double[] { 9 }, false)]
    [InlineData(new double[] { 9, double.NaN, double.NaN }, false)]
    public void StillFalling_IsALastTenthThatIsATenthBelowTheSixth(double[] errors, bool falls)
    {
        EpochRecord[] validated = [.. errors.Select((error, epoch) => Record(epoch, training: 0.1, validation: error))];
        Of(validated, validation: errors[^1]).Contains(TrainingFinding.StillFalling).Should().Be(falls);
        EpochRecord[] trained = [.. errors.Select((error, epoch) => Record(epoch, training: error, validation: double.NaN))];
        Of(trained, validation: null).Contains(TrainingFinding.StillFalling).Should().Be(falls, "without validation the loss counts");
        Of(trained, validation: null, end: TrainingEnd.EarlyStopped).Should().NotContain(TrainingFinding.StillFalling, "more epochs do not help where patience ended");
    }

    [Fact]
    public void StillFalling_CountsTheOrdersByTheWeightsOfTheEnd()
    {
        EpochRecord[] Records(double weight) => [.. Enumerable.Range(0, 20).Select(epoch => new EpochRecord
        {
            Epoch = epoch + 1, OrderLosses = [1, 20 - epoch, double.NaN], OrderWeights = [1, epoch < 19 ? 1 : weight, 0], ValidationError = double.NaN,
        })];
        Of(Records(1), null).Should().Contain(TrainingFinding.StillFalling);
        Of(Records(0), null).Should().NotContain(TrainingFinding.StillFalling);
    }

    [Theory]
    [InlineData(1.11, true)]
    [InlineData(1.09, false)]
    [InlineData(0.5, false)]
    public void ValidationRose_IsAnEndATenthAboveTheLeastError(double last, bool rose)
    {
        EpochRecord[] history = [Record(0, 1, 3), Record(1, 1, double.NaN), Record(2, 1, 1), Record(3, 1, 2), Record(4, 1, last)];
        Of(history, last).Contains(TrainingFinding.ValidationRose).Should().Be(rose);
    }

    [Fact]
    public void NotValidated_IsAFiniteSourceAlone()
    {
        EpochRecord[] history = [Record(0, 1, double.NaN)];
        Of(history, null).Should().Equal(TrainingFinding.NotValidated);
        Of(history, null, isEndless: true).Should().BeEmpty();
        Of(history, 1).Should().BeEmpty();
    }

    /// <summary>Labels that are noise around a plane: a network without derivatives learns the noise by heart, and only a validation shows it.</summary>
    [Fact]
    public void Fit_OfNoisyLabels_SaysThatItIsNotValidatedOrThatValidationRose()
    {
        var random = new Random(1);
        var (x, y) = (new double[60, 4], new double[60]);
        for (int s = 0; s < 60; s++)
        {
            for (int i = 0; i < 4; i++)
            {
                x[s, i] = random.NextDouble();
            }

            y[s] = x[s, 0] + ((random.Next(2) - 0.5) * 2);
        }

        var options = new SobolevTrainingOptions { Epochs = 2000, Threads = 1 };
        var blind = Fit(options);
        blind.Findings.Should().Contain(TrainingFinding.NotValidated).And.NotContain(TrainingFinding.ValidationRose);
        blind.Training.NormalizedRmse.Should().BeLessThan(0.2, "it learns noise by heart");
        var seen = Fit(options with { ValidationPart = 0.2 });
        seen.Findings.Should().Equal(TrainingFinding.ValidationRose);
        var stopped = Fit(options with { ValidationPart = 0.2, EarlyStopping = new EarlyStopping { Patience = 10, AnnealingEpochs = 20 } });
        stopped.Findings.Should().BeEmpty("the best parameters are kept");

        TrainingResult Fit(SobolevTrainingOptions options) =>
            new SobolevTrainer<double>(Mlp<double>.Create(4, [24, 24], 1, seed: 2), options).Fit(JetData.FromValues(x, y));
    }

    [Fact]
    public void Fit_ThatIsFarTooShort_SaysThatTheErrorStillFellInResultMeterAndLog()
    {
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument is { Name: "sobolevnet.training.findings", Meter.Name: "SobolevNet" })
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        int thread = Environment.CurrentManagedThreadId;
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
            {
                counted.AddRange(Enumerable.Repeat((string)tags[0].Value!, (int)count));
            }
        });
        listener.Start();

        var options = new SobolevTrainingOptions { Epochs = 60, BatchSize = 32, Threads = 1, Schedule = LearningRateSchedule.Constant };
        var source = new FunctionSource<double>(1, 200, 1);
        var result = new SobolevTrainer<double>(Mlp<double>.Create(2, [16], 1, seed: 2), options).Fit(source);
        result.Findings.Should().Equal(TrainingFinding.NotValidated, TrainingFinding.StillFalling);
        counted.Should().Equal("NotValidated", "StillFalling");
        result.ToString().Should().EndWith(TrainingFindings.Text(TrainingFinding.StillFalling));

        // A network at rest has nothing to gain.
        var resting = options with { Optimizer = Optimizer.Sgd(learningRate: 1e-300, momentum: 0) };
        new SobolevTrainer<double>(Mlp<double>.Create(2, [16], 1, seed: 2), resting).Fit(source, new FunctionSource<double>(0, 50, 2)).Findings.Should().BeEmpty();
    }

    private static EpochRecord Record(int epoch, double training, double validation) => new()
    {
        Epoch = epoch + 1, OrderLosses = [training * training], OrderWeights = [1], TrainingError = training, ValidationError = validation,
    };

    private static IReadOnlyList<TrainingFinding> Of(
        EpochRecord[] history, double? validation, TrainingEnd end = TrainingEnd.Completed, bool isEndless = false) =>
        TrainingFindings.Of(history, end, validation, isEndless);
}
