using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class TrainingStepTests
{
    private static readonly SobolevTrainingOptions Short = new() { Epochs = 3, BatchSize = 10, Threads = 1, OrderWeights = [1, 1, 1] };

    public static TheoryData<string, int> Steps => new()
    {
        { "soap", 0 }, { "soap", 2 }, { "adam", 0 }, { "adam", 2 }, { "sgd", 1 }, { "rprop", 1 }, { "clipped", 1 }, { "plateau", 1 },
    };

    private static Mlp<float> Network() => Mlp<float>.Create(2, [19, 33], 1, seed: 3);

    [Theory]
    [MemberData(nameof(Steps))]
    public void Fit_StepOfAWarmEpoch_AllocatesNothing(string kind, int order)
    {
        const int StepsOfEpoch = 10;
        const int Epochs = 6;
        var allocated = new long[(StepsOfEpoch * Epochs) + 1];
        LearningRateSchedule schedule = kind == "plateau" ? LearningRateSchedule.Plateau(1).WithWarmUp() : LearningRateSchedule.Cosine().WithWarmUp();
        var watch = new StepWatch(schedule, step => allocated[step] = GC.GetAllocatedBytesForCurrentThread());
        var options = Short with
        {
            Epochs = Epochs,
            Schedule = watch,
            GradientClipNorm = kind == "clipped" ? 1e-3 : null,
            Optimizer = kind switch { "adam" => Optimizer.Adam(), "sgd" => Optimizer.Sgd(), "rprop" => Optimizer.RProp(), _ => Optimizer.Soap(refreshEvery: 3) },
        };
        new SobolevTrainer<float>(Network(), options).Fit(new StoredSource(order, StepsOfEpoch * options.BatchSize));

        // From the second epoch on, and not over the ends of epochs, where records are made.
        var perStep = Enumerable.Range(StepsOfEpoch + 1, (Epochs - 1) * StepsOfEpoch - 1).Where(step => step % StepsOfEpoch != 0)
            .Select(step => allocated[step + 1] - allocated[step]);
        perStep.Count(bytes => bytes != 0).Should().BeLessThanOrEqualTo(2, "the runtime may do something once, but no step may");
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("soap")]
    public void Fit_LossThatOverflows_LeavesTheParametersOfTheStepBefore(string name)
    {
        var network = Mlp<float>.Create(2, [8], 1, Activation.Softplus, seed: 1);
        float[] before = [];
        int steps = 0;
        var options = Short with
        {
            Optimizer = name switch
            {
                "sgd" => Optimizer.Sgd(learningRate: 1e25, momentum: 0),
                "adam" => Optimizer.Adam(learningRate: 1e25),
                _ => Optimizer.Soap(learningRate: 1e25),
            },
            Schedule = new StepWatch(LearningRateSchedule.Constant, step => (steps, before) = (step, network.Parameters.ToArray())),
        };
        var broken = FluentActions.Invoking(() => new SobolevTrainer<float>(network, options).Fit(new FunctionSource<float>(2, 100, 1)))
            .Should().Throw<NonFiniteLossException>().Which;
        broken.Step.Should().Be(steps).And.BeGreaterThan(1);
        network.Parameters.ToArray().Should().Equal(before);
        (double.IsFinite(broken.Magnitude) && broken.Magnitude < 1e15).Should().BeFalse("the largest error is what overflowed, or its square did");
        double.IsNaN(broken.Magnitude).Should().BeFalse();
    }

    [Fact]
    public void Magnitude_OfALabelTooLarge_IsThatOfItsError()
    {
        var source = new OneHugeLabel();
        var options = Short with { Standardize = false, BalanceOutputs = false, OrderWeights = [1], Shuffle = false };
        var network = Mlp<double>.Create(1, [4], 1, seed: 1);
        var trainer = new SobolevTrainer<double>(network, options with { Epochs = 2 });
        var broken = trainer.Invoking(t => t.Fit(source)).Should().Throw<NonFiniteLossException>().Which;
        (broken.Epoch, broken.Step, broken.Order, broken.Component).Should().Be((2, 2, 0, "value"));
        broken.Magnitude.Should().BeApproximately(OneHugeLabel.Value, 1e-6 * OneHugeLabel.Value);
    }

    [Theory]
    [InlineData(0, 1, 1e200)]
    [InlineData(0, 1, double.NaN)]
    [InlineData(1, 0, 1e200)]
    [InlineData(2, 1, 1e200)]
    [InlineData(2, 1, double.NaN)]
    [InlineData(2, 0, double.PositiveInfinity)]
    public void Exception_OfOneBrokenLabel_NamesItsComponentAndError(int component, int output, double value)
    {
        // The first, one in the middle and the last sample of a mini-batch.
        foreach (long sample in (long[])[50, 57, 59])
        {
            var source = new OneBrokenLabel(sample, component, output, value);
            var options = Short with { Epochs = 2, Threads = 2, Standardize = false, BalanceOutputs = false, OrderWeights = [1, 1], Shuffle = false };
            var trainer = new SobolevTrainer<double>(Mlp<double>.Create(2, [4], 2, seed: 1), options);
            var broken = trainer.Invoking(t => t.Fit(source)).Should().Throw<NonFiniteLossException>().Which;
            (broken.Epoch, broken.Step).Should().Be((2, 2));
            (broken.Order, broken.Component).Should().Be((component == 0 ? 0 : 1, source.Layout.NameOf(component)));
            (double.IsFinite(value) ? Math.Abs(broken.Magnitude / value) : broken.Magnitude).Should().Be(double.IsFinite(value) ? 1 : value);
            broken.Message.Should().Contain("epoch 2, step 2").And.Contain(broken.Component);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_Shuffle_DecidesTheOrderOfSamples(bool shuffle)
    {
        var source = new SampleRecorder(new FunctionSource<float>(0, 60, 1));
        bool isTraining = false;
        var options = Short with
        {
            OrderWeights = [1],
            Shuffle = shuffle,
            Schedule = new StepWatch(LearningRateSchedule.Constant, step => source.IsRecording = isTraining = step <= 12),
        };
        new SobolevTrainer<float>(Network(), options with { Epochs = 2 }).Fit(source);
        isTraining.Should().BeTrue();
        long[] inOrder = [.. Enumerable.Range(0, 60).Select(k => (long)k)];
        long[][] epochs = [.. source.Samples.Take(120).Chunk(60)];
        epochs.Should().OnlyContain(epoch => epoch.Order().SequenceEqual(inOrder), "every epoch has each sample once");
        epochs[0].SequenceEqual(inOrder).Should().Be(!shuffle);
        epochs[1].SequenceEqual(epochs[0]).Should().Be(!shuffle);
    }

    /// <summary>Jets computed once, so that allocations seen are the trainer's.</summary>
    private sealed class StoredSource : IJetSource<float>
    {
        private readonly JetBatch<float> _input;
        private readonly JetBatch<float> _target;

        public StoredSource(int order, int count)
        {
            var source = new FunctionSource<float>(order, count, 1);
            (Layout, Count) = (source.Layout, count);
            _input = new JetBatch<float>(Layout, count, 2);
            _target = new JetBatch<float>(Layout, count, 1);
            source.Fill([.. Enumerable.Range(0, count).Select(k => (long)k)], _input, _target);
        }

        public JetLayout Layout { get; }

        public int InputFeatures => 2;

        public int OutputFeatures => 1;

        public int Count { get; }

        public void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
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

    /// <summary>An endless source of zeros and ones with one label, in the second epoch, whose square is too large.</summary>
    private sealed class OneHugeLabel : IJetSource<double>
    {
        public const double Value = 1e200;

        public JetLayout Layout => JetLayout.Value;

        public int InputFeatures => 1;

        public int OutputFeatures => 1;

        public int Count => 40;

        public bool IsEndless => true;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                input[0, s, 0] = samples[s] % 2;
                target[0, s, 0] = samples[s] == 40 + 13 ? Value : samples[s] % 2;
            }
        }
    }

    [Fact]
    public void Run_MiniBatch_TakesTheStepOfItsGradientAndCountsItsSamples()
    {
        var source = new FunctionSource<double>(1, 20, 1);
        var state = TrainingParts.State(source, order: 1, Optimizer.Sgd(learningRate: 0.1, momentum: 0));
        state.RateFactor = 0.5;
        var network = state.Network;
        double[] before = network.Parameters.ToArray();
        double[] gradient = new double[before.Length];
        double[] losses = new double[3];
        long[] samples = [.. Enumerable.Range(0, 20).Select(k => (long)k)];
        using var team = new WorkerTeam(1);
        new TrainingPass<double>(network, new PackedNetwork<double>(network), gradient, source, 1, state.Loss, 8, team)
            .Run(samples, 4, 6, state.Weights, losses);

        new TrainingStep<double>(state, source, order: 1, batch: 8, clipNorm: null, team).Run(samples, 4, 6);

        network.Parameters.ToArray().Should().Equal(before.Zip(gradient, (was, slope) => was - (0.05 * slope)), (a, b) => Math.Abs(a - b) < 1e-14);
        (state.Step, state.TotalSteps, state.SamplesOfEpoch).Should().Be((1, 1, 6));
        state.LossSums.Should().Equal(6 * losses[0], 6 * losses[1]);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(null)]
    public void Run_WithOrWithoutALimit_MovesAtMostAsFarAsTheLimitAllows(double? limit)
    {
        var source = new FunctionSource<double>(1, 20, 1);
        var state = TrainingParts.State(source, order: 1, Optimizer.Sgd(learningRate: 1, momentum: 0));
        double[] before = state.Network.Parameters.ToArray();
        using var team = new WorkerTeam(1);
        new TrainingStep<double>(state, source, order: 1, batch: 8, limit, team).Run([.. Enumerable.Range(0, 20).Select(k => (long)k)], 0, 8);
        double moved = Math.Sqrt(state.Network.Parameters.ToArray().Zip(before, (now, was) => (now - was) * (now - was)).Sum());
        (Math.Abs(moved - 1e-3) < 1e-9).Should().Be(limit is not null);
    }

    [Fact]
    public void Run_HighestOrderWithoutWeight_LeavesItOut()
    {
        var source = new FunctionSource<double>(2, 20, 1);
        var state = TrainingParts.State(source, order: 2);
        (state.Weights[1], state.Weights[2]) = (0.5, 0);
        using var team = new WorkerTeam(1);
        new TrainingStep<double>(state, source, order: 2, batch: 8, clipNorm: null, team).Run([.. Enumerable.Range(0, 20).Select(k => (long)k)], 0, 8);
        state.LossSums[..2].Should().OnlyContain(sum => sum > 0);
        state.LossSums[2].Should().Be(double.NaN);
    }

    /// <summary>An endless source in whose second epoch one sample of the second batch has a label that no loss can hold.</summary>
    private sealed class OneBrokenLabel(long sample, int component, int output, double value) : IJetSource<double>
    {
        public JetLayout Layout { get; } = JetLayout.Full(2, 1);

        public int InputFeatures => 2;

        public int OutputFeatures => 2;

        public int Count => 40;

        public bool IsEndless => true;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            input.Clear();
            for (int s = 0; s < samples.Length; s++)
            {
                (input[0, s, 0], input[0, s, 1]) = (samples[s] % 2, samples[s] % 3);
                (input[1, s, 0], input[2, s, 1]) = (1, 1);
                for (int c = 0; c < 3; c++)
                {
                    (target[c, s, 0], target[c, s, 1]) = (samples[s] % 5, 7 - (samples[s] % 4));
                }

                if (samples[s] == sample)
                {
                    target[component, s, output] = value;
                }
            }
        }
    }

    private sealed class SampleRecorder(IJetSource<float> inner) : JetSourceTransform<float>(inner)
    {
        public List<long> Samples { get; } = [];

        public bool IsRecording { get; set; }

        protected override void Fill(IJetSource<float> source, ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target)
        {
            source.Fill(samples, input, target);
            if (IsRecording)
            {
                Samples.AddRange(samples);
            }
        }
    }
}
