using SobolevNet.Experiments.Cube;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Experiments;

public sealed class CubeExperimentTests : IDisposable
{
    private static readonly CubeExperiment Experiment = new();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Experiment_InterruptedAndResumed_GivesTheSameBits(int interruptedOrder, bool fresh)
    {
        var settings = CubePresets.All["quick"] with
        {
            Orders = [0, 2],
            Hidden = [7],
            Features = 0,
            TrainingImages = 20,
            ValidationImages = 6,
            TestImages = 6,
            BatchSize = 5,
            Epochs = 4,
            ImageSize = 11,
            Sigma = 0.12,
            FreshImages = fresh,
        };
        var whole = Experiment.Folder(_folder.File("whole"));
        whole.Create(Experiment.Begin(settings));
        Experiment.Do(whole, Experiment.Begin(settings), new InterruptingView("", null), CancellationToken.None);

        using var interrupt = new CancellationTokenSource();
        var parts = Experiment.Folder(_folder.File("parts"));
        parts.Create(Experiment.Begin(settings));
        var interrupted = () => Experiment.Do(parts, Experiment.Begin(settings), new InterruptingView($"order {interruptedOrder}", interrupt), interrupt.Token);
        interrupted.Should().Throw<OperationCanceledException>();
        File.Exists(parts.File(CubeFiles.Checkpoint(interruptedOrder))).Should().BeTrue();

        var report = parts.Read();
        report.Runs.Should().HaveCount(interruptedOrder == 0 ? 0 : 1);
        report = Experiment.Do(parts, report with { Settings = report.Settings with { Threads = 1 } }, new InterruptingView("", null), CancellationToken.None);

        report.Complete.Should().BeTrue();
        report.Runs.Should().OnlyContain(run => run.TestErrors.Count == 9 && run.TestErrors.All(row => row.WorstSample < 6 && row.Max >= row.Rms));
        report.Runs.Should().OnlyContain(run => run.TestErrorsByPlace.Count == (fresh ? 5 : 9));
        foreach (int order in settings.Orders)
        {
            File.ReadAllBytes(parts.File(CubeFiles.Network(order))).Should().Equal(File.ReadAllBytes(whole.File(CubeFiles.Network(order))));
            File.Exists(parts.File(CubeFiles.Checkpoint(order))).Should().BeFalse();
        }
    }

    [Fact]
    public async Task Cube_TrainingsThatBreak_AreReportedAndTheOthersKept()
    {
        // Gradients of this weight overflow.
        string path = _folder.File("broken");
        var run = await ConsoleProgram.Run(
            "cube", "--orders", "1,0", "--weights1", "1,1e300", "--hidden", "7", "--features", "0", "--train", "20", "--validation", "6", "--test", "6", "--batch", "5", "--epochs", "3", "--out", path);

        run.Code.Should().Be(1);
        run.Errors.Should().BeEmpty();
        run.Output.Should().Contain("order 1: broke: ").And.Contain("(!) order 1: the training broke");
        var folder = Experiment.Folder(path);
        folder.Read().Runs.Select(one => (one.Order, one.Note is null)).Should().Equal((0, true), (1, false));
        folder.Read().Runs[0].TimesBetterThanOrder0.Should().Be(1);
        folder.Read().Runs[1].TimesBetterThanOrder0.Should().BeNull();
        File.ReadAllText(folder.Markdown).Should().Contain("| distance to | from | to | images | order 0 |").And.Contain("| 1 | – | – | – | – | – |").And.Contain("* (!) order 1: ").And.Contain("The networks are [order0");
        File.Exists(folder.File(CubeFiles.Curves)).Should().BeTrue();
        File.Exists(folder.File(CubeFiles.Grid)).Should().BeTrue();
    }

    [Fact]
    public void Settings_WrittenAndRead_AreTheSame()
    {
        var folder = Experiment.Folder(_folder.File("settings"));
        var report = Experiment.Begin(CubePresets.All["paper"] with { Seed = ulong.MaxValue, LearningRate = 0.1 / 3 });
        folder.Create(report);

        folder.Read().Should().BeEquivalentTo(report, options => options.ComparingByMembers<CubeReport>().ComparingByMembers<CubeSettings>());
    }

    [Fact]
    public void Report_Damaged_IsNamedInTheError()
    {
        var folder = Experiment.Folder(_folder.File("damaged"));
        folder.Create(Experiment.Begin(CubePresets.All["quick"]));
        File.WriteAllText(folder.Json, "{ \"settings\": 3 ");

        FluentActions.Invoking(folder.Read).Should().Throw<InvalidDataException>().WithMessage("*report.json*");
    }
}
