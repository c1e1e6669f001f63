using SobolevNet.Robustness;
using SobolevNet.Tests.Data;
using SobolevNet.Tests.Training;
using static SobolevNet.Tests.Robustness.NearestPointOracleTests;

namespace SobolevNet.Tests.Robustness;

public class InvarianceSourceTests
{
    private static readonly IDataManifold Blobs = TestManifolds.Blobs();

    [Fact]
    public void GaussianNoise_Fill_AddsNoiseToTheInputAlone()
    {
        var clean = new ManifoldSource<double>(Blobs, 1, 4, seed: 2);
        var source = new GaussianNoiseSource<double>(clean, 0.3, seed: 6);
        var (input, target) = source.Sample(9);
        long sample = new EndlessJetSource<double>(clean, shuffle: true, 6, nameof(clean)).NumberInSource(9);
        var (cleanInput, cleanTarget) = clean.Sample(sample);
        target.Data.ToArray().Should().Equal(cleanTarget.Data.ToArray());
        input.Row(2, 0).ToArray().Should().Equal(cleanInput.Row(2, 0).ToArray());
        double[] noise = [.. input.Row(0, 0).ToArray().Zip(cleanInput.Row(0, 0).ToArray(), (a, b) => a - b)];
        Math.Sqrt(noise.Average(x => x * x)).Should().BeApproximately(0.3, 0.05);
        source.Sample(9 + 4).Input.Row(0, 0).ToArray().Should().NotEqual(input.Row(0, 0).ToArray());
        source.IsEndless.Should().BeTrue();
    }

    [Theory]
    [InlineData(PerturbationNorm.L2, 0.7)]
    [InlineData(PerturbationNorm.LInfinity, 0.05)]
    public void Adversarial_Fill_StaysInTheBallAndIsWorse(PerturbationNorm norm, double radius)
    {
        var clean = new ManifoldSource<double>(Blobs, 1, 40, seed: 2);
        var source = new AdversarialSource<double>(clean, new AdversarialOptions(radius, norm) { Shuffle = false });
        var network = Mlp<double>.Create(256, [24], 3, seed: 3);
        long[] numbers = [.. Enumerable.Range(0, 40).Select(k => (long)k)];
        var (cleanInput, cleanTarget) = clean.Batch(clean.Layout, numbers);

        source.Batch(source.Layout, numbers).Input.Data.ToArray().Should().Equal(cleanInput.Data.ToArray(), "there is no network yet");
        var run = source.BeginRun();
        run.Batch(source.Layout, numbers).Input.Data.ToArray().Should().Equal(cleanInput.Data.ToArray(), "the run has not begun a step");
        run.BeginStep(network, 0, 0);
        var (input, target) = run.Batch(source.Layout, numbers);

        target.Data.ToArray().Should().Equal(cleanTarget.Data.ToArray());
        input.Component(1).ToArray().Should().Equal(cleanInput.Component(1).ToArray());
        double[] before = network.Evaluate(cleanInput.Component(0));
        double[] after = network.Evaluate(input.Component(0));
        for (int s = 0; s < 40; s++)
        {
            double[] delta = [.. input.Row(0, s).ToArray().Zip(cleanInput.Row(0, s).ToArray(), (a, b) => a - b)];
            double size = norm == PerturbationNorm.L2 ? Norm(delta) : delta.Max(Math.Abs);
            size.Should().BeApproximately(radius, 1e-9);
            Distance(after.AsSpan(3 * s, 3), target.Row(0, s)).Should().BeGreaterThan(Distance(before.AsSpan(3 * s, 3), target.Row(0, s)));
        }
    }

    [Fact]
    public void Adversarial_ParametersChangeAfterBeginStep_SnapshotStays()
    {
        var source = new AdversarialSource<float>(new ManifoldSource<float>(Blobs, 0, 4, seed: 2), new AdversarialOptions(0.5));
        var network = Mlp<float>.Create(256, [8], 3, seed: 3);
        var run = source.BeginRun();
        run.BeginStep(network, 0, 0);
        float[] first = run.Sample(1).Input.Data.ToArray();
        network.Initialize(99);
        run.Sample(1).Input.Data.ToArray().Should().Equal(first);
        run.BeginStep(network, 1, 0);
        run.Sample(1).Input.Data.ToArray().Should().NotEqual(first);
    }

    [Fact]
    public void Trades_GradientOfSquaredError_IsThatOfTheTradesLoss()
    {
        const double Beta = 2.5;
        const int Count = 5;
        var clean = new ManifoldSource<double>(Blobs, 0, Count, seed: 2);
        var source = new TradesSource<double>(clean, Beta, new AdversarialOptions(0.4) { Seed = 8 });
        var network = Mlp<double>.Create(256, [12], 3, seed: 3);
        var run = source.BeginRun();
        run.BeginStep(network, 0, 0);
        long[] numbers = [.. Enumerable.Range(0, 2 * Count).Select(k => (long)k)];
        var (input, target) = run.Batch(source.Layout, numbers);

        double[] gradient = Gradient(network, input, (s, output) => [.. output[s].Zip(target.Row(0, s).ToArray(), (n, t) => 2 * (n - t))]);
        double[] expected = Gradient(network, input, (s, output) =>
        {
            // d/dN(I) and d/dN(I + δ) of ‖N(I) − y‖² + β‖N(I + δ) − N(I)‖²
            int pair = s / 2;
            double[] y = clean.Sample(new EndlessJetSource<double>(clean, shuffle: true, 8, nameof(clean)).NumberInSource(pair)).Target.Data.ToArray();
            double[] difference = [.. output[(2 * pair) + 1].Zip(output[2 * pair], (a, b) => a - b)];
            return s % 2 == 0
                ? [.. Enumerable.Range(0, 3).Select(f => (2 * (output[s][f] - y[f])) - (2 * Beta * difference[f]))]
                : [.. difference.Select(d => 2 * Beta * d)];
        });

        Norm(expected).Should().BeGreaterThan(0.1);
        Distance(gradient, expected).Should().BeLessThan(1e-12 * Norm(expected));
        for (int k = 0; k < Count; k++)
        {
            Distance(input.Row(0, 2 * k), input.Row(0, (2 * k) + 1)).Should().BeApproximately(0.4, 1e-9);
        }

        // A pair cut in two by a group, or samples in any order, give the same.
        long[] scattered = [7, 2, 3, 6];
        var (some, someTargets) = run.Batch(source.Layout, scattered);
        for (int k = 0; k < 4; k++)
        {
            some.Row(0, k).ToArray().Should().Equal(input.Row(0, (int)scattered[k]).ToArray());
            someTargets.Row(0, k).ToArray().Should().Equal(target.Row(0, (int)scattered[k]).ToArray());
        }
    }

    [Fact]
    public void Trades_BeforeTheFirstStep_IsClean()
    {
        var clean = new ManifoldSource<float>(Blobs, 1, 3, seed: 2);
        var source = new TradesSource<float>(clean, 1, new AdversarialOptions(0.4) { Shuffle = false });
        source.Count.Should().Be(6);
        source.Sample(5).Input.Data.ToArray().Should().Equal(clean.Sample(2).Input.Row(0, 0).ToArray());
        source.Sample(5).Target.Data.ToArray().Should().Equal(clean.Sample(2).Target.Row(0, 0).ToArray());
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("pgd")]
    [InlineData("trades")]
    [InlineData("jacobian")]
    [InlineData("universal")]
    [InlineData("steepest")]
    public void Training_AnyThreadsInterruptedOrNot_SameBits(string kind)
    {
        IJetSource<float> clean = new ManifoldSource<float>(Blobs, 2, 48, seed: 2).Materialize();
        IJetSource<float> Source() => kind switch
        {
            "noise" => new GaussianNoiseSource<float>(clean.Truncate(1), 0.05),
            "pgd" => new AdversarialSource<float>(clean.Truncate(0), new AdversarialOptions(0.2) { Steps = 3 }),
            "trades" => new TradesSource<float>(clean.Truncate(0), 1, new AdversarialOptions(0.2) { Steps = 3 }),
            "jacobian" => new RobustSource<float>(clean, new RobustSourceOptions { Target = DirectionTarget.Zero, ManifoldOrder = 0 }),
            "steepest" => new RobustSource<float>(clean, new RobustSourceOptions { Directions = [new(DirectionSampler.Steepest(256, 3), 2)] }),
            _ => new RobustSource<float>(clean, new RobustSourceOptions { SecondDerivatives = true, MixedDerivatives = true }),
        };
        SameBits.Check(() => Mlp<float>.Create(256, [16, 16], 3, seed: 3), Source, batchSize: 16);
    }

    [Fact]
    public void BeginStep_WhileTraining_ComesBeforeEveryMiniBatchAndTheEnd()
    {
        var source = new StepRecorder(new ManifoldSource<float>(Blobs, 0, 20, seed: 2));
        new SobolevTrainer<float>(Mlp<float>.Create(256, [8], 3, seed: 3), new SobolevTrainingOptions { Epochs = 2, BatchSize = 8 }).Fit(source);
        source.Steps.Should().Equal(0, 1, 2, 3, 4, 5, 6);
        source.Progress.Should().Equal([0, 1 / 6.0, 2 / 6.0, 0.5, 4 / 6.0, 5 / 6.0, 1], (a, b) => Math.Abs(a - b) < 1e-12);
        source.Parameters.Distinct().Should().HaveCount(7, "the parameters told are those of the moment");
    }

    [Fact]
    public void BeginStep_OfTheSourceOfAnOwnTerm_ComesBeforeEveryMiniBatchAndTheEnd()
    {
        var source = new StepRecorder(new ManifoldSource<float>(Blobs, 0, 20, seed: 2));
        var term = new LossTerm<float>(source, sample =>
        {
            sample.Adjoint[0, 0, 0] = 2 * sample.Output[0, 0, 0];
            return sample.Output[0, 0, 0] * sample.Output[0, 0, 0];
        });
        var labels = new LossTerm<float>(new ManifoldSource<float>(Blobs, 0, 20, seed: 3));
        new SobolevTrainer<float>(Mlp<float>.Create(256, [8], 3, seed: 3), new SobolevTrainingOptions { Epochs = 2, BatchSize = 8 }).Fit([labels, term]);
        source.Steps.Distinct().Should().Equal(0, 1, 2, 3, 4, 5, 6);
        source.Progress[^1].Should().Be(1, "the mean loss of a result is that at the end");
        source.Parameters[^1].Should().NotBe(source.Parameters[^2]);
    }

    [Theory]
    [InlineData("subset")]
    [InlineData("split")]
    [InlineData("truncated")]
    [InlineData("noise")]
    public void BeginStep_SourceMadeOfAnAdaptiveOne_ReachesIt(string kind)
    {
        var source = new StepRecorder(new ManifoldSource<float>(Blobs, 1, 20, seed: 2));
        IJetSource<float> made = kind switch
        {
            "subset" => source.Subset([0, 3, 4, 5, 7, 8, 11, 12]),
            "split" => source.Truncate(0).Split(0.6, seed: 1).Training,
            "truncated" => source.Truncate(0).Subset([1, 3, 4, 5, 7, 8, 11, 12]),
            _ => new GaussianNoiseSource<float>(source.Subset([1, 3, 4, 5, 7, 8, 11, 12]), 0.1),
        };
        new SobolevTrainer<float>(Mlp<float>.Create(256, [8], 3, seed: 3), new SobolevTrainingOptions { Epochs = 2, BatchSize = 8 }).Fit(made);
        source.Steps.Should().Equal(0, 1, 2);
        ((Action)(() => made.AlongRandomDirections(1, 1))).Should().Throw<ArgumentException>().WithMessage("*change during training*");
        ((Action)(() => _ = new AdversarialSource<float>(made, new AdversarialOptions(0.1)))).Should().Throw<ArgumentException>().WithMessage("*clean*");
        ((Action)(() => _ = new TradesSource<float>(made, 1, new AdversarialOptions(0.1)))).Should().Throw<ArgumentException>().WithMessage("*clean*");
        ((Action)(() => _ = new RobustSource<float>(made))).Should().Throw<ArgumentException>().WithMessage("*clean*");
    }

    [Fact]
    public void BeginStep_OtherNetwork_Throws()
    {
        var source = new AdversarialSource<float>(new ManifoldSource<float>(Blobs, 0, 4, seed: 2), new AdversarialOptions(0.5));
        ((Action)(() => source.BeginRun().BeginStep(Mlp<float>.Create(255, [8], 3), 0, 0))).Should().Throw<ArgumentException>().WithMessage("*256 inputs*255*");
    }

    [Fact]
    public void Options_OutOfRange_Throw()
    {
        var clean = new ManifoldSource<float>(Blobs, 0, 4, seed: 2);
        ((Action)(() => _ = new AdversarialOptions(-1))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new AdversarialOptions(1) { Steps = 0 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new AdversarialOptions(1) { StepSize = 0 })).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new GaussianNoiseSource<float>(clean, double.NaN))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new TradesSource<float>(clean, -1, new AdversarialOptions(1)))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Trades_OfACleanSourceTooLargeToBeDoubled_IsRefused()
    {
        IJetSource<double> Clean(int count) => new Reference.FunctionSource<double>(0, count, 1);
        new TradesSource<double>(Clean(int.MaxValue / 2), 1, new AdversarialOptions(1)).Count.Should().Be(int.MaxValue - 1);
        FluentActions.Invoking(() => new TradesSource<double>(Clean((int.MaxValue / 2) + 1), 1, new AdversarialOptions(1)))
            .Should().Throw<ArgumentException>().WithParameterName("clean").WithMessage("*at most 1073741823*");
    }

    private static double[] Gradient(Mlp<double> network, JetBatch<double> input, Func<int, double[][], double[]> adjointOf)
    {
        var pass = new JetPass<double>(network, input.Layout, input.Samples);
        var output = new JetBatch<double>(input.Layout, input.Samples, 3);
        pass.Forward(input, output);
        double[][] rows = [.. Enumerable.Range(0, input.Samples).Select(s => output.Row(0, s).ToArray())];
        var adjoint = new JetBatch<double>(input.Layout, input.Samples, 3);
        for (int s = 0; s < input.Samples; s++)
        {
            adjointOf(s, rows).CopyTo(adjoint.Row(0, s));
        }

        double[] gradient = new double[network.Parameters.Length];
        pass.Reverse(adjoint, gradient);
        return gradient;
    }

    private sealed class StepRecorder(IJetSource<float> inner) : IAdaptiveJetSource<float>
    {
        public List<long> Steps { get; } = [];

        public List<double> Progress { get; } = [];

        public List<float> Parameters { get; } = [];

        public JetLayout Layout => inner.Layout;

        public int InputFeatures => inner.InputFeatures;

        public int OutputFeatures => inner.OutputFeatures;

        public int Count => inner.Count;

        public IJetSourceRun<float> BeginRun() => new Recording(this);

        public void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target) => inner.Fill(samples, input, target);

        private sealed class Recording(StepRecorder owner) : JetSourceTransform<float>(owner), IJetSourceRun<float>
        {
            public void BeginStep(Mlp<float> network, long step, double progress)
            {
                owner.Steps.Add(step);
                owner.Progress.Add(progress);
                owner.Parameters.Add(network.Parameters[0]);
            }

            protected override void Fill(IJetSource<float> source, ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target) =>
                source.Fill(samples, input, target);
        }
    }
}
