using Microsoft.Extensions.Logging;
using SobolevNet.Tests.Files;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public sealed class CancellationTests : IDisposable
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 5, BatchSize = 20, Threads = 1 };
    private readonly TemporaryFolder _folder = new();
    private readonly FunctionSource<float> _source = new(1, 100, 1);

    public void Dispose() => _folder.Dispose();

    private static Mlp<float> Network() => Mlp<float>.Create(2, [9], 1, seed: 3);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    [InlineData(25, 25)]
    public void Fit_Canceled_EndsAfterTheStepAndSaysHowFarItCame(int step, long steps)
    {
        using var cancellation = new CancellationTokenSource();
        var schedule = new StepWatch(LearningRateSchedule.Constant, before =>
        {
            if (before == step)
            {
                cancellation.Cancel();
            }
        });
        var network = Network();
        var trainer = new SobolevTrainer<float>(network, Short with { Schedule = schedule });
        var canceled = trainer.Invoking(t => t.Fit(_source, new FunctionSource<float>(0, 9, 2), null, cancellation.Token))
            .Should().Throw<TrainingCanceledException>().Which;
        canceled.Should().BeAssignableTo<OperationCanceledException>();
        canceled.Steps.Should().Be(steps, "the step in which the token was canceled is the last");
        canceled.Epochs.Should().Be(step / 5 == 5 ? 4 : step / 5, "an epoch without its validation is not done");
        canceled.History.Select(epoch => epoch.Epoch).Should().Equal(Enumerable.Range(1, canceled.Epochs));
        canceled.Elapsed.Should().BePositive();
        canceled.CancellationToken.Should().Be(cancellation.Token);
        (canceled.Checkpoint, canceled.InnerException).Should().Be((null, null));
    }

    [Fact]
    public void Fit_CanceledWithACheckpoint_NamesIt()
    {
        string path = _folder.File("run.checkpoint");
        Canceled(path, () => { }, out var log).Checkpoint.Should().Be(path);
        File.Exists(path).Should().BeTrue();
        log.Should().Contain(line => line.Contains("for 5 epochs.")).And.Contain(line => line.Contains("was canceled in epoch 2") && line.Contains(path));
    }

    [Fact]
    public void Fit_CanceledWhereTheCheckpointCannotBeWritten_IsStillCanceled()
    {
        string folder = Directory.CreateDirectory(_folder.File("folder")).FullName;
        string path = Path.Combine(folder, "run.checkpoint");
        var canceled = Canceled(path, () => Directory.Delete(folder), out var log);
        canceled.Checkpoint.Should().BeNull();
        canceled.InnerException.Should().BeAssignableTo<IOException>();
        canceled.Message.Should().Contain(path).And.Contain("could not be written");
        canceled.Steps.Should().Be(5);
        log.Should().Contain(line => line.Contains("could not be written"));
    }

    private TrainingCanceledException Canceled(string path, Action before, out List<string> log)
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new SynchronousProgress(report =>
        {
            if (report.IsEndOfEpoch)
            {
                before();
                cancellation.Cancel();
            }
        });
        var lines = new LogLines();
        log = lines.Lines;
        var trainer = new SobolevTrainer<float>(Network(), Short with { Checkpoint = new CheckpointOptions(path) }, lines);
        return trainer.Invoking(t => t.Fit(_source, null, progress, cancellation.Token)).Should().Throw<TrainingCanceledException>().Which;
    }

    private sealed class LogLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
