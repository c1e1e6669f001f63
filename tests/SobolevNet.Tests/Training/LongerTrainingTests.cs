namespace SobolevNet.Tests.Training;

public class LongerTrainingTests
{
    private const int Steps = 4;

    private static readonly SobolevTrainingOptions Options = new()
    {
        Epochs = 10, Schedule = LearningRateSchedule.Exponential(0.01), EarlyStopping = new EarlyStopping { AnnealingEpochs = 8 },
    };

    [Fact]
    public void Progress_NeverStretched_IsThePartOfTheEpochsThatIsDone()
    {
        var state = State(epoch: 3, step: 1);
        var course = new TrainingCourse<double>(state, Options, Steps);
        course.Progress.Should().Be(3.25 / 10);
        course.IsOver.Should().BeFalse();
        course.Epochs.Should().Be(10);
        course.RateFactor([]).Should().BeApproximately(Math.Pow(0.01, 0.325), 1e-15);
        state.Epoch = 10;
        state.Step = 0;
        (course.Progress, course.IsOver).Should().Be((1, true));
    }

    [Fact]
    public void Stretch_MoreEpochs_GoesOnFromTheProgressToTheNewEnd()
    {
        var state = State(epoch: 2, step: 2);
        var longer = new TrainingCourse<double>(state, Options with { Epochs = 30 }, Steps);
        longer.IsLongerThan(Options).Should().BeTrue();
        longer.IsLongerThan(Options with { Epochs = 30 }).Should().BeFalse();
        longer.Stretch(Options).Should().Be(0.25);
        longer.Progress.Should().Be(0.25, "the learning rate does not jump");
        (state.Epoch, state.Step) = (13, 3);
        longer.Progress.Should().BeApproximately(0.25 + (0.75 * ((13.75 - 2.5) / (30 - 2.5))), 1e-15);

        // Stretched once more.
        double before = longer.Progress;
        var longest = new TrainingCourse<double>(state, Options with { Epochs = 50 }, Steps);
        longest.Stretch(Options with { Epochs = 30 }).Should().Be(before);
        longest.Progress.Should().Be(before);
        (state.Epoch, state.Step) = (49, 3);
        longest.Progress.Should().BeInRange(0.98, 1).And.BeLessThan(1);
        longest.IsOver.Should().BeFalse();
        (state.Epoch, state.Step) = (50, 0);
        (longest.Progress, longest.IsOver).Should().Be((1, true));
    }

    [Fact]
    public void Stretch_MoreTime_GoesOnFromTheProgressToTheNewEnd()
    {
        var state = State(epoch: 5, step: 0);
        state.Seconds = 60;
        SobolevTrainingOptions Limited(int minutes) => new() { TimeBudget = TimeSpan.FromMinutes(minutes) };
        var longer = new TrainingCourse<double>(state, Limited(10), Steps);
        longer.Stretch(Limited(2)).Should().Be(0.5);
        longer.Progress.Should().Be(0.5);
        state.Seconds = 330;
        state.Epoch = 25;
        longer.Progress.Should().BeApproximately(0.75, 1e-15, "half of the nine minutes that were left");
        longer.Epochs.Should().Be(45, "twenty more in the other half");
        state.Seconds = 600;
        longer.IsOver.Should().BeTrue();
    }

    [Fact]
    public void Stretch_WhileAnnealing_StretchesTheAnnealing()
    {
        var state = State(epoch: 4, step: 0);
        var course = new TrainingCourse<double>(state, Options, Steps);
        course.Anneal();
        course.Progress.Should().Be(0.4);
        course.RateFactor([]).Should().Be(0.5);
        (course.AnnealingEpochs, course.Epochs).Should().Be((6, 10), "the epochs limit the annealing");
        state.Epoch = 7;
        course.Progress.Should().BeApproximately(0.7, 1e-15);
        double rate = course.RateFactor([]);
        rate.Should().BeApproximately(0.5 * (1e-3 + (0.999 * 0.5)), 1e-15);

        var longer = new TrainingCourse<double>(state, Options with { Epochs = 20 }, Steps);
        longer.Stretch(Options).Should().Be(course.Progress);
        longer.RateFactor([]).Should().Be(rate, "the learning rate does not jump");
        longer.Epochs.Should().Be(12, "no more than eight epochs of annealing are wanted");
        state.Epoch = 11;
        longer.Progress.Should().BeApproximately(0.7 + (0.3 * 0.8), 1e-15);
        longer.RateFactor([]).Should().BeApproximately(0.5 * (1e-3 + (0.999 * 0.5 * (1 + Math.Cos(Math.PI * 0.9)))), 1e-15);
        state.Epoch = 12;
        longer.IsOver.Should().BeTrue();
    }

    [Fact]
    public void Stretch_TrainingThatHadEnded_GoesOnWhereTheLongerOneWouldBe()
    {
        var state = State(epoch: 10, step: 0);
        var longer = new TrainingCourse<double>(state, Options with { Epochs = 40 }, Steps);
        longer.Stretch(Options).Should().Be(1);
        longer.Progress.Should().Be(0.25);
        state.Start.Should().Be(default(CourseStart));
    }

    /// <summary>The state of a training of which nothing counts but where it is.</summary>
    private static TrainingState<double> State(int epoch, int step)
    {
        var network = Mlp<double>.Create(1, [2], 1, seed: 1);
        var layout = JetLayout.Full(1, 0);
        var state = new TrainingState<double>(
            network, SobolevLoss.Empty(layout, 1), Optimizer.Adam().CreateState<double>(network.Architecture), new OrderBalance(null, 0), 0)
        { Epoch = epoch, Step = step };
        state.History.AddRange(Enumerable.Range(1, epoch).Select(k => TrainingParts.Epoch(k, seconds: k, rateFactor: 0.5, validationError: 1)));
        return state;
    }
}
