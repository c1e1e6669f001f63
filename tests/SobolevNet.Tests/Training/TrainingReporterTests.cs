using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class TrainingReporterTests
{
    private const int Steps = 5;

    private readonly List<TrainingProgress> _reports = [];
    private readonly TrainingState<double> _state = TrainingParts.State(new FunctionSource<double>(1, 20, 1), order: 1);
    private readonly TrainingCourse<double> _course;
    private readonly TrainingReporter<double> _reporter;

    public TrainingReporterTests()
    {
        _course = new TrainingCourse<double>(_state, new SobolevTrainingOptions { Epochs = 2 }, Steps);
        _course.Begin();
        _reporter = new TrainingReporter<double>(new SynchronousProgress(_reports.Add), _state, _course, order: 1, Steps);
    }

    [Fact]
    public void AfterStep_MoreOftenThanTheInterval_ReportsAtMostOncePerInterval()
    {
        for (int k = 0; k < 1000; k++)
        {
            _reporter.AfterStep(4);
        }

        _reports.Count.Should().BeLessThanOrEqualTo(1 + (int)(_course.Elapsed / TrainingReporter<double>.Interval));
    }

    [Fact]
    public void AfterStep_LaterThanTheInterval_ReportsMeansOverTheSamplesDone()
    {
        (_state.Step, _state.SamplesOfEpoch) = (3, 12);
        (_state.LossSums[0], _state.LossSums[1]) = (3, 24);
        (_state.Weights[0], _state.Weights[1]) = (2, 0.5);
        _state.History.Add(TrainingParts.Epoch(1, validationError: 0.125));
        Thread.Sleep(TrainingReporter<double>.Interval);
        _reporter.AfterStep(12);

        var report = _reports.Should().ContainSingle().Which;
        report.OrderLosses.Should().Equal(0.25, 2);
        report.OrderWeights.Should().Equal(2, 0.5);
        (report.Loss, report.TrainingError, report.ValidationError).Should().Be((1.5, 0.5, 0.125));
        (report.Epoch, report.Epochs, report.Step, report.StepsPerEpoch, report.IsEndOfEpoch).Should().Be((1, 2, 3, Steps, false));
        report.Fraction.Should().BeApproximately(0.3, 1e-12);
        (report.SamplesPerSecond * report.Elapsed.TotalSeconds).Should().BeInRange(6, 12.001);
    }

    [Fact]
    public void AfterStep_LastOfAnEpoch_LeavesTheReportToTheEpoch()
    {
        _state.Step = Steps;
        Thread.Sleep(TrainingReporter<double>.Interval);
        _reporter.AfterStep(4);
        _reports.Should().BeEmpty();

        var report = _reporter.DescribeEndOfEpoch();
        _reports.Should().BeEmpty("the state is not complete before it is sent");
        _reporter.Send(report);
        _reports.Should().ContainSingle().Which.IsEndOfEpoch.Should().BeTrue();
    }

    [Fact]
    public void Reports_WithoutAReceiver_AreNotMade()
    {
        var silent = new TrainingReporter<double>(null, _state, _course, order: 1, Steps);
        Thread.Sleep(TrainingReporter<double>.Interval);
        silent.AfterStep(4);
        silent.DescribeEndOfEpoch().Should().BeNull();
        silent.Send(null);
    }
}
