using SobolevNet.Tests.Files;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training.Checkpoints;

public sealed class CheckpointWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FunctionSource<double> _source = new(0, 20, 1);
    private readonly SobolevTrainingOptions _options = new() { Epochs = 5 };
    private readonly TrainingState<double> _state;
    private readonly TrainingCourse<double> _course;

    public CheckpointWriterTests()
    {
        _state = TrainingParts.State(_source, 0);
        _course = new TrainingCourse<double>(_state, _options, steps: 4);
        _course.Begin();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_StateThatTrainingCanGoOnFrom_WritesItsPosition()
    {
        string path = _folder.File("run.checkpoint");
        (_state.Epoch, _state.Step, _state.TotalSteps) = (2, 3, 11);
        Writer(new CheckpointOptions(path)).Write().Should().Be(path);
        long[] position = new long[5];
        SafetensorsFile.Read(path).GetTensor("position", [5]).CopyTo<long>(position);
        position.Should().Equal(2, 3, 11, 0, 0);
    }

    [Fact]
    public void Write_BrokenNetwork_KeepsTheOldFile()
    {
        string path = _folder.File("run.checkpoint");
        File.WriteAllText(path, "old");
        _state.Network.Parameters[0] = double.NaN;
        Writer(new CheckpointOptions(path)).Write().Should().BeNull();
        File.ReadAllText(path).Should().Be("old");
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1000, false)]
    public void AfterStep_BeforeOrAfterTheInterval_WritesOrWaits(int seconds, bool writes)
    {
        string path = _folder.File("run.checkpoint");
        Writer(new CheckpointOptions(path) { Every = TimeSpan.FromSeconds(seconds) }).AfterStep();
        File.Exists(path).Should().Be(writes);
    }

    [Fact]
    public void AfterStep_AfterAWrite_CountsTheIntervalFromThere()
    {
        string path = _folder.File("run.checkpoint");
        var every = TimeSpan.FromSeconds(1000);
        var writer = Writer(new CheckpointOptions(path) { Every = every });
        writer.Write();
        File.Delete(path);
        writer.AfterStep();
        File.Exists(path).Should().BeFalse();
    }

    [Fact]
    public void Writer_WithoutOptions_WritesNothing()
    {
        var writer = Writer(null);
        writer.AfterStep();
        (writer.Path, writer.Write()).Should().Be((null, null));
    }

    private CheckpointWriter<double> Writer(CheckpointOptions? options) => new(
        options, TrainingFingerprint.Of(_state.Network, _options, _source, 0, null, CancellationToken.None), _state, _course);
}
