using SobolevNet.Tests.Networks;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class SobolevTrainerTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 4, BatchSize = 24, Seed = 5, Threads = 1 };

    private static Mlp<float> Network(Activation activation = Activation.Tanh) => Mlp<float>.Create(2, [19, 33], 1, activation, seed: 3);

    [Fact]
    public void Fit_HigherOrders_LowerTheErrorOnFreshSamples()
    {
        var errors = new double[3];
        for (int order = 0; order < 3; order++)
        {
            var network = Mlp<float>.Create(2, [48, 48], 1, seed: 1);
            var options = new SobolevTrainingOptions
            {
                Epochs = 400, BatchSize = 32, Optimizer = Optimizer.Adam(learningRate: 1e-2), OrderWeights = [1, 1, 1],
            };
            var result = new SobolevTrainer<float>(network, options).Fit(
                new FunctionSource<float>(order, 192, 1), new FunctionSource<float>(0, 500, 2));
            errors[order] = result.Validation!.NormalizedRmse;
        }

        errors[1].Should().BeLessThan(errors[0] / 2);
        errors[2].Should().BeLessThan(errors[1] / 2);
        errors[2].Should().BeLessThan(0.01);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits(int order)
    {
        float[] Train(int threads)
        {
            var network = Network(Activation.Silu);
            new SobolevTrainer<float>(network, Short with { Threads = threads, GradientClipNorm = 0.5 }).Fit(
                new FunctionSource<float>(order, 203, 1), new FunctionSource<float>(0, 50, 2));
            return network.Parameters.ToArray();
        }

        float[] expected = Train(1);
        Train(2).Should().Equal(expected);
        Train(3).Should().Equal(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_CanceledAnywhereAndResumed_GivesTheSameBits(bool endless)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
        var options = Short with
        {
            Checkpoint = new CheckpointOptions(path) { Every = TimeSpan.FromHours(1) },
            Schedule = LearningRateSchedule.Plateau(patience: 1).WithWarmUp(0.1),
        };
        var source = new FunctionSource<float>(2, 100, 1, endless);
        var validation = new FunctionSource<float>(0, 50, 2);
        var whole = Network();
        using var never = new CancellationTokenSource();
        var all = new CountingSource(source, int.MaxValue, never);
        var expected = new SobolevTrainer<float>(whole, options).Fit(all, validation);
        int setup = SetupSamples(all, options);
        foreach (int steps in new[] { 1, 5, 7, 13 })
        {
            var network = Network();
            using var cancellation = new CancellationTokenSource();
            var counted = new CountingSource(source, setup + (steps * Short.BatchSize), cancellation);
            Assert.Throws<TrainingCanceledException>(
                () => new SobolevTrainer<float>(network, options).Fit(counted, validation, null, cancellation.Token));
            var resumed = Network(Activation.Tanh);
            var trainer = new SobolevTrainer<float>(resumed, options);
            trainer.ResumeFrom(path);
            var result = trainer.Fit(source, validation);
            resumed.Parameters.ToArray().Should().Equal(whole.Parameters.ToArray());
            result.Validation!.NormalizedRmse.Should().Be(expected.Validation!.NormalizedRmse);
            result.History.Should().HaveCount(Short.Epochs!.Value);
            result.History[^1].OrderLosses.Should().Equal(expected.History[^1].OrderLosses);
        }
    }

    [Fact]
    public void ResumeFrom_CheckpointOfAnotherTraining_IsRefusedAndChangesNothing()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
        var options = Short with { Checkpoint = new CheckpointOptions(path) };
        new SobolevTrainer<float>(Network(), options).Fit(new FunctionSource<float>(1, 50, 1));
        var network = Network();
        float[] before = network.Parameters.ToArray();
        var trainer = new SobolevTrainer<float>(network, options with { BatchSize = 25 });
        trainer.ResumeFrom(path);
        trainer.Invoking(t => t.Fit(new FunctionSource<float>(1, 50, 1))).Should().Throw<InvalidDataException>().WithMessage("*belongs to another training*");
        network.Parameters.ToArray().Should().Equal(before);
        trainer.Invoking(t => t.ResumeFrom(path + ".missing")).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Fit_Canceled_StopsWithinOneBatch()
    {
        using var never = new CancellationTokenSource();
        var all = new CountingSource(new FunctionSource<float>(1, 240, 1), int.MaxValue, never);
        new SobolevTrainer<float>(Network(), Short).Fit(all);
        int setup = SetupSamples(all, Short);
        using var cancellation = new CancellationTokenSource();
        var source = new CountingSource(new FunctionSource<float>(1, 240, 1), setup + 60, cancellation);
        var canceled = Assert.Throws<TrainingCanceledException>(() => new SobolevTrainer<float>(Network(), Short).Fit(source, null, null, cancellation.Token));
        source.Samples.Should().BeLessThan(setup + 60 + Short.BatchSize);
        canceled.Steps.Should().Be((60 + Short.BatchSize - 1) / Short.BatchSize);
    }

    [Fact]
    public void Fit_CanceledWhileDataAreMeasured_SaysThatNothingWasTrainedAndChangesNothing()
    {
        var network = Network();
        float[] before = network.Parameters.ToArray();
        using var cancellation = new CancellationTokenSource();
        var source = new CountingSource(new FunctionSource<float>(1, 240, 1), 60, cancellation);
        var canceled = Assert.Throws<TrainingCanceledException>(() => new SobolevTrainer<float>(network, Short).Fit(source, null, null, cancellation.Token));
        (canceled.Steps, canceled.Epochs, canceled.Checkpoint).Should().Be((0, 0, null));
        canceled.History.Should().BeEmpty();
        canceled.CancellationToken.Should().Be(cancellation.Token);
        network.Parameters.ToArray().Should().Equal(before);
        network.InputScaling.Should().BeNull();
    }

    [Fact]
    public void Fit_LossThatOverflows_SaysWhereAndKeepsTheParameters()
    {
        var network = Mlp<float>.Create(2, [8], 1, Activation.Softplus, seed: 1);
        var options = Short with { Optimizer = Optimizer.Sgd(learningRate: 1e25, momentum: 0), Schedule = LearningRateSchedule.Constant, OrderWeights = [1, 1, 1] };
        var trainer = new SobolevTrainer<float>(network, options);
        var thrown = Assert.Throws<NonFiniteLossException>(() => trainer.Fit(new FunctionSource<float>(2, 100, 1)));
        thrown.Epoch.Should().Be(1);
        thrown.Step.Should().BeInRange(2, 3);
        thrown.Component.Should().NotBeEmpty();
        thrown.Message.Should().Contain("epoch 1").And.Contain($"step {thrown.Step}").And.Contain($"order {thrown.Order}").And.Contain(thrown.Component);
        network.Parameters.ToArray().Should().OnlyContain(parameter => float.IsFinite(parameter));
    }

    [Fact]
    public void Fit_LastStepThatOverflows_IsNotSilent()
    {
        var network = Mlp<float>.Create(2, [8], 1, Activation.Softplus, seed: 1);
        var options = Short with
        {
            Epochs = 1,
            BatchSize = 100,
            Optimizer = Optimizer.Sgd(learningRate: double.MaxValue, momentum: 0),
            Schedule = LearningRateSchedule.Constant,
            OrderWeights = [1],
        };
        Assert.Throws<NonFiniteLossException>(() => new SobolevTrainer<float>(network, options).Fit(new FunctionSource<float>(0, 100, 1)))
            .Epoch.Should().Be(2, "the step that would be next finds the network broken");
    }

    [Fact]
    public void Fit_BadArguments_AreRefusedBeforeAnyWork()
    {
        var source = new FunctionSource<float>(1, 50, 1);
        var network = Network();
        float[] before = network.Parameters.ToArray();
        void Refused<TException>(Action action, string message)
            where TException : Exception => Assert.Throws<TException>(action).Message.Should().MatchEquivalentOf(message);
        Refused<ArgumentException>(() => new SobolevTrainer<float>(network, Short with { Order = 2 }).Fit(source), "*order 2*up to order 1*");
        Refused<ArgumentException>(() => new SobolevTrainer<float>(network, Short with { OrderWeights = [1] }).Fit(source), "*expected 2*");
        Refused<ArgumentException>(() => new SobolevTrainer<float>(network, Short with { EarlyStopping = new() }).Fit(source), "*validation*");
        Refused<ArgumentException>(() => new SobolevTrainer<float>(Mlp<float>.Create(3, [4], 1), Short).Fit(source), "*2 inputs*3*");
        Refused<ArgumentException>(() => new SobolevTrainer<float>(network, Short).Fit(new FunctionSource<float>(1, 0, 1)), "*0 samples*");
        Refused<ArgumentException>(() => new SobolevTrainer<float>(network, Short).Fit(new BrokenSource()), "*NaN*∂1*feature 0*sample 3*");
        Refused<NotSupportedException>(() => new SobolevTrainer<float>(Network(Activation.Relu), Short).Fit(new FunctionSource<float>(2, 9, 1)), "*Relu*");
        Refused<ArgumentOutOfRangeException>(() => _ = Short with { Epochs = 0 }, "*Epochs*at least 1*");
        Refused<ArgumentOutOfRangeException>(() => _ = Optimizer.Adam(learningRate: double.NaN), "*LearningRate*");
        Refused<ArgumentOutOfRangeException>(() => _ = Optimizer.Adam(beta1: 1), "*Beta1*");
        network.Parameters.ToArray().Should().Equal(before);
    }

    [Fact]
    public void Fit_EarlyStopping_EndsAndKeepsTheBestParameters()
    {
        var network = Mlp<float>.Create(2, [32, 32], 1, seed: 1);
        var options = new SobolevTrainingOptions
        {
            Epochs = 2000, BatchSize = 8, EarlyStopping = new() { Patience = 15 }, Optimizer = Optimizer.Adam(learningRate: 1e-2),
        };
        var validation = new FunctionSource<float>(0, 200, 2);
        var result = new SobolevTrainer<float>(network, options).Fit(new FunctionSource<float>(0, 16, 1), validation);
        result.End.Should().Be(TrainingEnd.EarlyStopped);
        result.Epochs.Should().BeLessThan(2000);
        double best = result.History.Min(epoch => epoch.ValidationError);
        result.Validation!.NormalizedRmse.Should().BeInRange(best, best * 1.001);
    }

    [Fact]
    public void Fit_TimeBudget_FitsTheSchedulesAndEndsWhenSpent()
    {
        var reports = new List<TrainingProgress>();
        var options = new SobolevTrainingOptions { TimeBudget = TimeSpan.FromSeconds(1), BatchSize = 8, OrderWeights = [1, OrderWeight.Until(1, 0.5)] };
        var result = new SobolevTrainer<float>(Network(), options).Fit(new FunctionSource<float>(1, 50, 1), null, new SynchronousProgress(reports.Add));
        result.End.Should().Be(TrainingEnd.TimeSpent);
        result.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        result.Steps.Should().BeInRange(7L * (result.Epochs - 1), 7L * result.Epochs);
        result.History[^1].LearningRateFactor.Should().BeLessThan(0.5, "even if the machine did something else during the last half of the time");
        result.History[^1].OrderWeights.Should().Equal(1, 0);
        result.History[^1].OrderLosses[0].Should().BePositive();
        reports[^1].Fraction.Should().Be(1);
        reports[^1].Remaining.Should().Be(TimeSpan.Zero);
        reports.Should().OnlyContain(report => report.Epoch <= report.Epochs);
    }

    [Fact]
    public void Fit_TimeBudgetAndEpochs_EndsWithTheFirstAndNeedsNoMoreWhenSpent()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
        var source = new FunctionSource<float>(0, 50, 1);
        var long1 = Short with { TimeBudget = TimeSpan.FromHours(1), Checkpoint = new CheckpointOptions(path) };
        new SobolevTrainer<float>(Network(), long1).Fit(source).End.Should().Be(TrainingEnd.Completed);

        var network = Network();
        var spent = new SobolevTrainingOptions { TimeBudget = TimeSpan.FromMilliseconds(20), Checkpoint = new CheckpointOptions(path) };
        var first = new SobolevTrainer<float>(network, spent).Fit(source);
        var again = new SobolevTrainer<float>(Network(), spent);
        again.ResumeFrom(path);
        var second = again.Fit(source);
        second.End.Should().Be(TrainingEnd.TimeSpent);
        second.Steps.Should().Be(first.Steps);
        again.Network.Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
        FluentActions.Invoking(() => new SobolevTrainingOptions { TimeBudget = TimeSpan.Zero })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*TimeBudget*");
    }

    [Fact]
    public void Fit_OrderOfWeightZero_IsNotPropagated()
    {
        var layouts = new List<int>();
        var source = new LayoutRecorder(new FunctionSource<float>(2, 48, 1), layouts);
        var weights = new OrderWeight[] { 1, OrderWeight.Until(1, 0.75), OrderWeight.Until(1, 0.5) };
        var result = new SobolevTrainer<float>(Network(), Short with { OrderWeights = weights }).Fit(source);
        layouts.Distinct().Should().BeEquivalentTo([6, 3, 1]);
        result.History[1].OrderLosses.Should().OnlyContain(loss => double.IsFinite(loss));
        double.IsNaN(result.History[2].OrderLosses[2]).Should().BeTrue();
        double.IsNaN(result.History[3].OrderLosses[1]).Should().BeTrue();
    }

    [Fact]
    public void Fit_HighestOrdersOfConstantWeightZero_AreAsIfTheSourceHadNone()
    {
        var validation = new FunctionSource<float>(2, 20, 2);
        (float[] Parameters, TrainingResult Result, int[] Components) Train(SobolevTrainingOptions options)
        {
            var components = new List<int>();
            var network = Network();
            var result = new SobolevTrainer<float>(network, options).Fit(new LayoutRecorder(new FunctionSource<float>(2, 48, 1), components), validation);
            return (network.Parameters.ToArray(), result, [.. components.Distinct().Order()]);
        }

        foreach (int order in (int[])[0, 1])
        {
            OrderWeight[] weights = [1, 1, 1];
            var lower = Train(Short with { Order = order, OrderWeights = weights });
            foreach (OrderWeight zero in (OrderWeight[])[0, -0.0, OrderWeight.Until(0, 0.5)])
            {
                weights.AsSpan(order + 1).Fill(zero);
                foreach (int? asked in (int?[])[null, 2])
                {
                    var same = Train(Short with { Order = asked, OrderWeights = weights });
                    same.Parameters.Should().Equal(lower.Parameters);
                    same.Components.Should().Equal([order == 0 ? 1 : 3], "neither statistics nor steps nor errors ask for more");
                    same.Result.Training.OrderErrors.Should().Equal(lower.Result.Training.OrderErrors).And.HaveCount(order + 1);
                    same.Result.Validation!.OrderErrors.Should().Equal(lower.Result.Validation!.OrderErrors);
                    same.Result.History[0].OrderLosses.Should().HaveCount(order + 1);
                }
            }
        }
    }

    [Fact]
    public void Fit_OrderOfConstantWeightZero_NeedsNoSmootherActivation()
    {
        var options = Short with { Order = 2, OrderWeights = [1, 1, 0] };
        new SobolevTrainer<float>(Network(Activation.Relu), options).Fit(new FunctionSource<float>(2, 24, 1)).Epochs.Should().Be(4);
        FluentActions.Invoking(() => new SobolevTrainer<float>(Network(Activation.Relu), Short with { Order = 2, OrderWeights = [1, 1, 1e-9] }))
            .Should().Throw<NotSupportedException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Fit_AfterWarmUp_AllocatesNothingPerStep(int order)
    {
        long Allocated(int epochs)
        {
            var network = Network();
            var trainer = new SobolevTrainer<float>(network, Short with { Epochs = epochs, BatchSize = 10, OrderWeights = [1, 1, 1] });
            long before = GC.GetAllocatedBytesForCurrentThread();
            trainer.Fit(new AllocationFreeSource(order));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(2);
        long few = Allocated(2);
        long many = Allocated(202);

        // 200 epochs of 10 steps; what an epoch's record and report take is about a kilobyte.
        ((many - few) / 2000.0).Should().BeLessThan(150);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adamw")]
    [InlineData("rprop")]
    [InlineData("soap")]
    public void Fit_EveryOptimizer_LowersTheLoss(string name)
    {
        var options = new SobolevTrainingOptions
        {
            Epochs = 150, BatchSize = name == "rprop" ? 64 : 16, OrderWeights = [1, 1],
            Optimizer = name switch
            {
                "sgd" => Optimizer.Sgd(learningRate: 0.02),
                "nesterov" => Optimizer.Sgd(learningRate: 0.02, nesterov: true, weightDecay: 1e-5),
                "adamw" => Optimizer.Adam(learningRate: 3e-3, weightDecay: 0.01),
                "soap" => Optimizer.Soap(weightDecay: 1e-4),
                _ => Optimizer.RProp(),
            },
        };
        var network = Mlp<double>.Create(2, [24, 24], 1, seed: 1);
        var result = new SobolevTrainer<double>(network, options).Fit(new FunctionSource<double>(1, 64, 1));
        result.Training.NormalizedRmse.Should().BeLessThan(0.2);
        result.History[0].TrainingError.Should().BeGreaterThan(0.5);
    }

    [Fact]
    public void Fit_Reports_ProgressToTheEnd()
    {
        var reports = new List<TrainingProgress>();
        new SobolevTrainer<float>(Network(), Short).Fit(
            new FunctionSource<float>(1, 50, 1), new FunctionSource<float>(0, 20, 2), new SynchronousProgress(reports.Add));
        var ends = reports.Where(report => report.IsEndOfEpoch).ToList();
        ends.Select(report => report.Epoch).Should().Equal(1, 2, 3, 4);
        ends[^1].Fraction.Should().Be(1);
        ends[^1].OrderLosses.Should().HaveCount(2).And.OnlyContain(loss => loss > 0);
        ends[^1].ValidationError.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Gradient_OfTheWholeLoss_AgreesWithFiniteDifferences()
    {
        // What the trainer computes: the loss with normalizers and weights, through a pass, against differences of the loss.
        foreach (var activation in Enum.GetValues<Activation>().Where(activation => activation != Activation.Relu))
        {
            var network = JetPassTests.RandomNetwork<double>(activation, [2, 7, 5, 1], 3);
            var source = new FunctionSource<double>(2, 6, 4);
            var loss = SobolevLoss.Measure(source);
            double[] weights = [1, 0.3, 0.02];
            long[] samples = [0, 1, 2, 3, 4, 5];
            var input = new JetBatch<double>(source.Layout, 6, 2);
            var target = new JetBatch<double>(source.Layout, 6, 1);
            source.Fill(samples, input, target);
            var pass = new JetPass<double>(network, source.Layout, 6);
            var output = new JetBatch<double>(source.Layout, 6, 1);
            var losses = new double[18];
            double Loss()
            {
                pass.Refresh();
                pass.Forward(input, output);
                loss.Evaluate<double>(output, target, weights, 1.0 / 6, losses);
                return losses.Select((value, k) => weights[k % 3] * value / 6).Sum();
            }

            Loss();
            var gradient = new double[network.Parameters.Length];
            pass.Reverse(output, gradient);
            double scale = Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length);
            for (int k = 0; k < gradient.Length; k++)
            {
                double numeric = Differences.Derivative(network.Parameters, k, Loss);
                Math.Abs(numeric - gradient[k]).Should().BeLessThan(
                    Tolerances.DoubleAgainstDifferences * Math.Max(scale, Math.Abs(numeric)), "{0}, parameter {1}", activation, k);
            }
        }
    }

    private abstract class Wrapper(IJetSource<float> inner) : IJetSource<float>
    {
        public JetLayout Layout => inner.Layout;

        public int InputFeatures => inner.InputFeatures;

        public int OutputFeatures => inner.OutputFeatures;

        public int Count => inner.Count;

        public bool IsEndless => inner.IsEndless;

        public int InputOrder => inner.InputOrder;

        public virtual void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target) => inner.Fill(samples, input, target);
    }

    /// <summary>Cancels once training (after the pass over the data that measures statistics) has asked for so many samples.</summary>
    /// <summary>The samples that a whole training looked at before its first step: all but those of its epochs and of its last evaluation.</summary>
    private static int SetupSamples(CountingSource source, SobolevTrainingOptions options) => source.Samples - ((options.Epochs!.Value + 1) * source.Count);

    private sealed class CountingSource(IJetSource<float> inner, int limit, CancellationTokenSource cancellation) : Wrapper(inner)
    {
        private int _samples;

        public int Samples => _samples;

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
        {
            base.Fill(samples, input, target);
            if (Interlocked.Add(ref _samples, samples.Length) >= limit)
            {
                cancellation.Cancel();
            }
        }
    }

    private sealed class LayoutRecorder(IJetSource<float> inner, List<int> components) : Wrapper(inner)
    {
        public override void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
        {
            components.Add(input.Layout.Count);
            base.Fill(samples, input, target);
        }
    }

    private sealed class BrokenSource() : Wrapper(new FunctionSource<float>(1, 8, 1))
    {
        public override void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
        {
            base.Fill(samples, input, target);
            if (samples.IndexOf(3) is >= 0 and var s)
            {
                target[2, s, 0] = float.NaN;
            }
        }
    }

    /// <summary>100 samples computed once, so that allocations seen are the trainer's.</summary>
    private sealed class AllocationFreeSource : Wrapper
    {
        private readonly JetBatch<float> _input;
        private readonly JetBatch<float> _target;

        public AllocationFreeSource(int order)
            : base(new FunctionSource<float>(order, 100, 1))
        {
            _input = new JetBatch<float>(Layout, 100, 2);
            _target = new JetBatch<float>(Layout, 100, 1);
            base.Fill([.. Enumerable.Range(0, 100).Select(k => (long)k)], _input, _target);
        }

        public override void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                for (int c = 0; c < input.Layout.Count; c++)
                {
                    _input.Row(c, (int)samples[s]).CopyTo(input.Row(c, s));
                    _target.Row(c, (int)samples[s]).CopyTo(target.Row(c, s));
                }
            }
        }
    }
}
