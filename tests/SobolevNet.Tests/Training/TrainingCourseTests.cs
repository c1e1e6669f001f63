using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Progress, epochs and learning rate of a training whose clock stands still: all from the state and the options.</summary>
public class TrainingCourseTests
{
    private const int Steps = 4;

    private static readonly FunctionSource<double> Source = new(0, 16, 1);

    [Theory]
    [InlineData(0, 0, 0, 0.0)]
    [InlineData(0, 1, 0, 0.025)]
    [InlineData(5, 2, 0, 0.55)]
    [InlineData(5, 0, 9, 0.9)]
    [InlineData(10, 0, 0, 1.0)]
    [InlineData(3, 0, 11, 1.0)]
    public void Progress_EpochsAndTime_IsTheLargerPart(int epoch, int step, double seconds, double progress)
    {
        var options = new SobolevTrainingOptions { Epochs = 10, TimeBudget = TimeSpan.FromSeconds(10), Schedule = LearningRateSchedule.Cosine() };
        var course = Course(options, epoch, step, seconds);
        course.Progress.Should().BeApproximately(progress, 1e-12);
        course.IsOver.Should().Be(progress >= 1);
        course.Epochs.Should().Be(10);
        course.RateFactor([]).Should().BeApproximately(LearningRateSchedule.Cosine().At(new SchedulePosition(progress, epoch, [])), 1e-12);
    }

    [Fact]
    public void Epochs_TimeAlone_AreExtrapolated() =>
        Course(new SobolevTrainingOptions { Epochs = null, TimeBudget = TimeSpan.FromSeconds(10) }, epoch: 3, step: 2, seconds: 2.5).Epochs.Should().Be(14);

    [Fact]
    public void Remaining_BeforeAnythingIsDone_IsZero() =>
        Course(new SobolevTrainingOptions { Epochs = 10 }, epoch: 0, step: 0, seconds: 5).Remaining.Should().Be(TimeSpan.Zero);

    [Theory]
    [InlineData(null, 12, 1000)]
    [InlineData(5, 5, 1000)]
    [InlineData(null, 4, 10)]
    public void Anneal_AfterSixEpochs_GoesOnForTheEpochsAskedOrLeft(int? asked, int epochs, int planned)
    {
        var options = new SobolevTrainingOptions { Epochs = planned, EarlyStopping = new EarlyStopping { AnnealingEpochs = asked } };
        var state = State(epoch: 6, step: 0, seconds: 0);
        for (int epoch = 1; epoch <= 6; epoch++)
        {
            state.History.Add(TrainingParts.Epoch(epoch, rateFactor: 0.5));
        }

        var course = new TrainingCourse<double>(state, options, Steps);
        double before = course.Progress;
        course.Anneal();

        (course.IsAnnealing, course.AnnealingEpochs, course.Epochs).Should().Be((true, epochs, 6 + epochs));
        course.Progress.Should().Be(before);
        course.RateFactor([]).Should().BeApproximately(0.5, 1e-12, "annealing begins where the schedule was");
        state.Step = Steps / 2;
        double part = 0.5 / epochs;
        course.Progress.Should().BeApproximately(before + ((1 - before) * part), 1e-12);
        course.RateFactor([]).Should().BeApproximately(0.5 * (1e-3 + (0.999 * 0.5 * (1 + Math.Cos(Math.PI * part)))), 1e-12);
        (state.Epoch, state.Step) = (6 + epochs, 0);
        course.IsOver.Should().BeTrue();
        course.RateFactor([]).Should().BeApproximately(0.5e-3, 1e-12);
    }

    [Fact]
    public void Progress_AnnealingUnderATimeBudget_ReachesItsEndWithTheTime()
    {
        var options = new SobolevTrainingOptions { Epochs = 1000, TimeBudget = TimeSpan.FromSeconds(100), EarlyStopping = new EarlyStopping() };
        var state = State(epoch: 2, step: 0, seconds: 40);
        state.History.AddRange([TrainingParts.Epoch(1, 20), TrainingParts.Epoch(2, 40)]);
        var course = new TrainingCourse<double>(state, options, Steps);
        course.Anneal();
        course.Progress.Should().BeApproximately(0.4, 1e-12);
        state.Seconds = 70;
        course.Progress.Should().BeApproximately(0.7, 1e-12, "half of the time that was left");
        state.Seconds = 100;
        course.IsOver.Should().BeTrue();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.1)]
    [InlineData(double.PositiveInfinity)]
    public void RateFactor_OfAScheduleThatGivesNoFactor_IsRefused(double factor) =>
        FluentActions.Invoking(() => Course(new SobolevTrainingOptions { Epochs = 10, Schedule = new Fixed(factor) }, 3, 0, 0).RateFactor([]))
            .Should().Throw<InvalidOperationException>().WithMessage("*factor*epoch 4*");

    private static TrainingState<double> State(int epoch, int step, double seconds)
    {
        var state = TrainingParts.State(Source, 0);
        (state.Epoch, state.Step, state.Seconds) = (epoch, step, seconds);
        return state;
    }

    private static TrainingCourse<double> Course(SobolevTrainingOptions options, int epoch, int step, double seconds) =>
        new(State(epoch, step, seconds), options, Steps);

    private sealed class Fixed(double factor) : LearningRateSchedule
    {
        public override double At(SchedulePosition position) => factor;
    }
}
