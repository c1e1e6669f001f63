using SobolevNet.Experiments.Cubes;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Experiments;

public sealed class CubeExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Experiment_InterruptedAndResumed_GivesTheSameBits(int interruptedOrder, bool fresh)
    {
        var settings = CubePresets.Named(CubePresets.Quick) with
        {
            Orders = [0, 2],
            Hidden = [7],
            TrainingImages = 20,
            ValidationImages = 6,
            TestImages = 6,
            BatchSize = 5,
            Epochs = 4,
            ImageSize = 11,
            Sigma = 0.12,
            FreshImages = fresh,
        };
        var whole = new CubeFolder(_folder.File("whole"));
        whole.Create(Begun(settings));
        new CubeExperiment<float>(whole, Begun(settings), new InterruptingView(-1, null), CancellationToken.None).Run();

        using var interrupt = new CancellationTokenSource();
        var parts = new CubeFolder(_folder.File("parts"));
        parts.Create(Begun(settings));
        var interrupted = () => new CubeExperiment<float>(
            parts, Begun(settings), new InterruptingView(interruptedOrder, interrupt), interrupt.Token).Run();
        interrupted.Should().Throw<OperationCanceledException>();
        File.Exists(parts.Checkpoint(interruptedOrder)).Should().BeTrue();

        var report = parts.Read();
        report.Runs.Should().HaveCount(interruptedOrder == 0 ? 0 : 1);
        report = new CubeExperiment<float>(parts, report with { Settings = report.Settings with { Threads = 1 } }, new InterruptingView(-1, null), CancellationToken.None).Run();

        report.Complete.Should().BeTrue();
        foreach (int order in settings.Orders)
        {
            File.ReadAllBytes(parts.Network(order)).Should().Equal(File.ReadAllBytes(whole.Network(order)));
            File.Exists(parts.Checkpoint(order)).Should().BeFalse();
        }
    }

    [Fact]
    public void Settings_WrittenAndRead_AreTheSame()
    {
        var folder = new CubeFolder(_folder.File("settings"));
        var report = Begun(CubePresets.Named(CubePresets.Paper) with { Seed = ulong.MaxValue, LearningRate = 0.1 / 3 });
        folder.Create(report);

        folder.Read().Should().BeEquivalentTo(report, options => options.ComparingByMembers<CubeReport>().ComparingByMembers<CubeSettings>());
    }

    [Fact]
    public void Report_Damaged_IsNamedInTheError()
    {
        var folder = new CubeFolder(_folder.File("damaged"));
        folder.Create(Begun(CubePresets.Named(CubePresets.Quick)));
        File.WriteAllText(folder.Json, "{ \"settings\": 3 ");

        FluentActions.Invoking(folder.Read).Should().Throw<InvalidDataException>().WithMessage("*report.json*");
    }

    private static CubeReport Begun(CubeSettings settings) => new()
    {
        Complete = false,
        Started = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Machine = MachineReport.Current(),
        Settings = settings,
        Command = settings.ToCommand(),
        Runs = [],
    };

    /// <summary>Cancels at the second epoch of an order.</summary>
    private sealed class InterruptingView(int order, CancellationTokenSource? interrupt) : IProgressView
    {
        public IProgressPart Start(string name) => new Part(null);

        public IWorkPart StartWork(string name) => throw new NotSupportedException();

        public ITrainingPart StartTraining(string name) => new Part(name == $"order {order}" ? interrupt : null);

        private sealed class Part(CancellationTokenSource? interrupt) : ITrainingPart
        {
            public void Done(string outcome)
            {
            }

            public void Report(TrainingProgress value)
            {
                if (value.Epoch == 2)
                {
                    interrupt?.Cancel();
                }
            }
        }
    }
}
