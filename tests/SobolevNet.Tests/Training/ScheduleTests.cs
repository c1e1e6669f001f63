using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class ScheduleTests
{
    private static double At(LearningRateSchedule schedule, double progress, int epoch = 0, params double[] losses) =>
        schedule.At(new SchedulePosition(progress, epoch, losses));

    [Fact]
    public void Schedules_AtKnownPoints_HaveKnownFactors()
    {
        At(LearningRateSchedule.Constant, 0.7).Should().Be(1);
        At(LearningRateSchedule.Cosine(0.1), 0).Should().Be(1);
        At(LearningRateSchedule.Cosine(0.1), 0.5).Should().BeApproximately(0.55, 1e-15);
        At(LearningRateSchedule.Cosine(0.1), 1).Should().BeApproximately(0.1, 1e-15);
        At(LearningRateSchedule.Exponential(0.01), 0.5).Should().BeApproximately(0.1, 1e-15);
        At(LearningRateSchedule.Step(10, 0.5), 0, epoch: 25).Should().Be(0.25);
        At(LearningRateSchedule.Constant.WithWarmUp(0.2), 0.1).Should().BeApproximately(0.5, 1e-15);
        At(LearningRateSchedule.Cosine(0).WithWarmUp(0.2), 0.6).Should().BeApproximately(0.5, 1e-15);
        At(LearningRateSchedule.Cosine(0).WithWarmUp(0.2), 0).Should().BeGreaterThan(0);
    }

    [Fact]
    public void Plateau_FallsEachTimePatienceEnds()
    {
        var schedule = LearningRateSchedule.Plateau(patience: 2, factor: 0.5);
        At(schedule, 0).Should().Be(1);
        At(schedule, 0, 0, 3, 2, 2).Should().Be(1);
        At(schedule, 0, 0, 3, 2, 2, 2).Should().Be(0.5);
        At(schedule, 0, 0, 3, 2, 2, 2, 1, 1, 1, 1, 1).Should().Be(0.125);
    }

    [Fact]
    public void Plateau_WithoutLosses_IsRefusedByName() =>
        FluentActions.Invoking(() => LearningRateSchedule.Plateau().At(default)).Should().Throw<ArgumentNullException>().WithMessage("*position.Losses*");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1.0)]
    [InlineData(double.PositiveInfinity)]
    public void Fit_ScheduleOfOnesOwnThatGivesNoFactor_IsRefusedWithWhereItWas(double factor)
    {
        var network = Mlp<float>.Create(2, [4], 1, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 10, Schedule = new SecondEpoch(factor) };
        FluentActions.Invoking(() => new SobolevTrainer<float>(network, options).Fit(new FunctionSource<float>(0, 20, 1)))
            .Should().Throw<InvalidOperationException>().WithMessage("*SecondEpoch*epoch 2*finite*");
        network.Parameters.ToArray().Should().OnlyContain(parameter => float.IsFinite(parameter));
    }

    [Fact]
    public void OrderWeights_AtKnownPoints_HaveKnownValues()
    {
        OrderWeight constant = 2;
        constant.At(0.3).Should().Be(2);
        OrderWeight.Geometric(1e-2, 1e-4).At(0.5).Should().BeApproximately(1e-3, 1e-15);
        OrderWeight.Geometric(1e-2, 1e-4, end: 0.5).At(0.9).Should().BeApproximately(1e-4, 1e-15);
        OrderWeight.Until(3, 0.5).At(0.49).Should().Be(3);
        OrderWeight.Until(3, 0.5).At(0.5).Should().Be(0);
        OrderWeight.Schedule(progress => 1 - progress).At(0.25).Should().Be(0.75);
    }

    [Fact]
    public void Settings_OutOfRange_AreRefused()
    {
        Refused(() => LearningRateSchedule.Cosine(1.5));
        Refused(() => LearningRateSchedule.Step(0));
        Refused(() => LearningRateSchedule.Exponential(0));
        Refused(() => LearningRateSchedule.Plateau(0));
        Refused(() => LearningRateSchedule.Plateau(factor: 1));
        Refused(() => LearningRateSchedule.Plateau(factor: double.NaN));
        Refused(() => LearningRateSchedule.Plateau(improvement: double.NaN));
        Refused(() => LearningRateSchedule.Plateau(improvement: 1));
        Refused(() => LearningRateSchedule.Cosine(double.NaN));
        Refused(() => LearningRateSchedule.Step(5, double.NaN));
        Refused(() => LearningRateSchedule.Constant.WithWarmUp(double.NaN));
        Refused(() => OrderWeight.Geometric(double.NaN, 1));
        Refused(() => OrderWeight.Geometric(1, double.PositiveInfinity));
        Refused(() => OrderWeight.Until(1, double.NaN));
        Refused(() => new EarlyStopping { Improvement = double.NaN });
        Refused(() => new EarlyStopping { Patience = 0 });
        new EarlyStopping { Patience = 1 }.Patience.Should().Be(1);
        Refused(() => new SobolevTrainingOptions { GradientClipNorm = double.NaN });
        Refused(() => LearningRateSchedule.Constant.WithWarmUp(1));
        Refused(() => OrderWeight.Constant(-1));
        Refused(() => OrderWeight.Constant(double.NaN));
        Refused(() => OrderWeight.Geometric(0, 1));
        Refused(() => OrderWeight.Until(1, 0));
        ((Action)(() => OrderWeight.Schedule(_ => double.NaN).At(0))).Should().Throw<InvalidOperationException>();

        static void Refused(Action action) => action.Should().Throw<ArgumentOutOfRangeException>();
    }

    private sealed class SecondEpoch(double factor) : LearningRateSchedule
    {
        public override double At(SchedulePosition position) => position.Epoch == 0 ? 1 : factor;
    }
}
