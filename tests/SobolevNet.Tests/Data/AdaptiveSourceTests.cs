using CsCheck;
using SobolevNet.Robustness;
using SobolevNet.Tests.Robustness;

namespace SobolevNet.Tests.Data;

/// <summary>What a run of training changes belongs to the run: a source that was used before gives what a fresh one gives.</summary>
public class AdaptiveSourceTests
{
    private static readonly IJetSource<double> Clean = new ManifoldSource<double>(TestManifolds.Blobs(), 2, 12, seed: 2).Materialize();

    private static readonly Dictionary<string, Func<IJetSource<double>>> Kinds = new()
    {
        ["pgd"] = () => new AdversarialSource<double>(Clean.Truncate(0), new AdversarialOptions(0.3) { Steps = 2 }),
        ["trades"] = () => new TradesSource<double>(Clean, 1, new AdversarialOptions(0.3, PerturbationNorm.LInfinity) { Steps = 2 }),
        ["steepest"] = () => new RobustSource<double>(
            Clean, new RobustSourceOptions { Directions = [new(DirectionSampler.Steepest(Clean.InputFeatures, Clean.OutputFeatures))], ManifoldOrder = 0 }),
        ["displaced"] = () => Clean.Displaced(1),
        ["subset of noise"] = () => new GaussianNoiseSource<double>(new AdversarialSource<double>(Clean, new AdversarialOptions(0.3) { Steps = 2 }), 0.1)
            .Truncate(1).Subset([1, 2, 5, 7, 30]),
    };

    private static readonly Dictionary<string, double[]> Fresh = Kinds.Keys.ToDictionary(kind => kind, kind => Train(Kinds[kind](), seed: 1));

    private enum Use
    {
        Fit,
        OtherNetwork,
        Canceled,
        Failed,
        Concurrent,
        Materialized,
    }

    [Fact]
    public void Fit_AnyUsesOfTheSourceBefore_GivesTheBitsOfAFreshSource() =>
        Gen.Select(Gen.Int[0, Kinds.Count - 1].Select(k => Kinds.Keys.ElementAt(k)), Gen.Enum<Use>().Array[1, 3])
            .Sample(
                (kind, uses) =>
                {
                    var source = Kinds[kind]();
                    foreach (var use in uses)
                    {
                        Apply(use, kind, source);
                    }

                    return Train(source, seed: 1).AsSpan().SequenceEqual(Fresh[kind]);
                },
                iter: 30,
                threads: 1);

    [Fact]
    public void Runs_InterleavedOnOneSource_FollowTheirOwnNetworks()
    {
        foreach (var make in Kinds.Values)
        {
            var source = make();
            var (first, firstRun) = AdaptiveSources.BeginRun(source);
            var (second, secondRun) = AdaptiveSources.BeginRun(source);
            firstRun.Single().BeginStep(Network(1), 0, 0.1);
            double[] alone = Input(first);
            secondRun.Single().BeginStep(Network(5), 0, 0.7);
            double[] other = Input(second);
            Input(first).Should().Equal(alone);
            Input(second).Should().Equal(other).And.NotEqual(alone);
            Input(source).Should().Equal(Input(make()));
        }
    }

    [Fact]
    public void BeginRun_OfAPlainSource_IsTheSource()
    {
        var subset = Clean.Truncate(1).Subset([1, 2]);
        var (view, runs) = AdaptiveSources.BeginRun(subset);
        view.Should().BeSameAs(subset);
        runs.Should().BeEmpty();
    }

    [Fact]
    public void BeginRun_GivesAnotherShapeOrIsARun_Throws()
    {
        var network = Network(1);
        var options = new SobolevTrainingOptions { Epochs = 1 };
        var source = new BadSource(new AdversarialSource<double>(Clean.Truncate(0), new AdversarialOptions(1)));
        ((Action)(() => new SobolevTrainer<double>(network, options).Fit(source))).Should().Throw<InvalidOperationException>().WithMessage("BadSource.BeginRun gave null*");
        source.Result = ((IAdaptiveJetSource<double>)Clean.Displaced(1)).BeginRun();
        ((Action)(() => new SobolevTrainer<double>(network, options).Fit(source))).Should().Throw<InvalidOperationException>().WithMessage("*another shape*");
        var run = ((IAdaptiveJetSource<double>)Clean.Displaced(0)).BeginRun();
        ((Action)(() => new SobolevTrainer<double>(network, options).Fit(run))).Should().Throw<ArgumentException>().WithMessage("*one run*");
    }

    [Theory]
    [InlineData(1, 2, 1, 3, true)]
    [InlineData(0, 3, 1, 3, true)]
    [InlineData(0, 2, 2, 3, true)]
    [InlineData(0, 2, 1, 4, true)]
    [InlineData(0, 2, 1, 3, false)]
    public void BeginRun_GivesARunThatDiffersInOneNumber_Throws(int order, int inputs, int outputs, int count, bool isEndless)
    {
        var source = new Shaped(JetLayout.Full(2, 0), 2, 1, 3, true);
        source.Result = new Shaped(JetLayout.Full(2, 0), 2, 1, 3, true);
        FluentActions.Invoking(() => AdaptiveSources.BeginRun<double>(source)).Should().NotThrow();
        source.Result = new Shaped(JetLayout.Full(2, order), inputs, outputs, count, isEndless);
        FluentActions.Invoking(() => AdaptiveSources.BeginRun<double>(source)).Should().Throw<InvalidOperationException>().WithMessage("*another shape*");
    }

    [Fact]
    public void BeginRun_GivesARunWithOtherDeclarations_Throws()
    {
        var source = new Shaped(JetLayout.Full(2, 1), 2, 1, 3, true);
        source.Result = new Shaped(JetLayout.Full(2, 1), 2, 1, 3, true) { InputOrder = 1 };
        FluentActions.Invoking(() => AdaptiveSources.BeginRun<double>(source)).Should().NotThrow("components of second order there are none");
        source.Result = new Shaped(JetLayout.Full(2, 1), 2, 1, 3, true) { InputOrder = 0 };
        FluentActions.Invoking(() => AdaptiveSources.BeginRun<double>(source)).Should().Throw<InvalidOperationException>()
            .WithMessage("Shaped.BeginRun gave a run whose InputOrder is 0*expected those of its source, 2 and*");
        source.Result = new Shaped(JetLayout.Full(2, 1), 2, 1, 3, true) { Inputs = [1, 0] };
        FluentActions.Invoking(() => AdaptiveSources.BeginRun<double>(source)).Should().Throw<InvalidOperationException>().WithMessage("*TangentInputs are [1, 0]; expected*[].");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_OfAnAdaptiveSourceOverAnother_FollowsBoth(bool overTheOwner)
    {
        var adversarial = new AdversarialSource<double>(Clean, new AdversarialOptions(0.3) { Steps = 2 });
        var outer = new Fading(adversarial.Truncate(1), overTheOwner);
        var (view, runs) = AdaptiveSources.BeginRun(outer.Truncate(1).Subset([0, 1, 2, 3]));
        var (inner, innerRuns) = AdaptiveSources.BeginRun<double>(adversarial);
        runs.Should().HaveCount(2);
        runs[^1].Should().BeOfType<Fading.Run>("inner runs are stepped first");

        var network = Network(1);
        foreach (var run in runs.Concat(innerRuns))
        {
            run.BeginStep(network, 0, 0.25);
        }

        Input(view).Should().Equal(Input(inner).Select(x => 0.75 * x)).And.NotEqual(Input(adversarial).Select(x => 0.75 * x));
        Input(AdaptiveSources.BeginRun<double>(outer).View).Should().Equal(Input(adversarial), "another run has had no step");
        Train(new Fading(adversarial, overTheOwner), seed: 1).Should().NotEqual(Train(new Fading(Clean, overTheOwner), seed: 1));
    }

    [Fact]
    public void Run_ThatBeginsTheInnerRunItself_IsLeftToDoSo()
    {
        var adversarial = new AdversarialSource<double>(Clean, new AdversarialOptions(0.3) { Steps = 2 });
        var (view, runs) = AdaptiveSources.BeginRun<double>(new StepsItself(adversarial));
        var (inner, innerRuns) = AdaptiveSources.BeginRun<double>(adversarial);
        foreach (var run in (IJetSourceRun<double>[])[runs.Should().ContainSingle().Subject, .. innerRuns])
        {
            run.BeginStep(Network(1), 0, 0);
        }

        Input(view).Should().Equal(Input(inner)).And.NotEqual(Input(adversarial));
    }

    [Fact]
    public void BeginRun_GivesARunThatIsNotMadeOfTheAdaptiveSourceBehindIt_Throws()
    {
        var adversarial = new AdversarialSource<double>(Clean, new AdversarialOptions(0.3) { Steps = 2 });
        FluentActions.Invoking(() => Train(new Frozen(adversarial.Truncate(0)), seed: 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("Frozen.BeginRun gave a Run that is not made of the source's own source (TruncatedJetSource*), which changes during training.*JetSourceTransform*");
        FluentActions.Invoking(() => Train(new Frozen(Clean), seed: 1)).Should().NotThrow();
    }

    [Fact]
    public void BeginRun_OfATransformOfARun_Throws() =>
        FluentActions.Invoking(() => AdaptiveSources.BeginRun(((IAdaptiveJetSource<double>)Clean.Displaced(0)).BeginRun().Subset([0])))
            .Should().Throw<ArgumentException>().WithMessage("*one run*");

    private static void Apply(Use use, string kind, IJetSource<double> source)
    {
        switch (use)
        {
            case Use.Fit:
                Train(source, seed: 1).Should().Equal(Fresh[kind]);
                break;
            case Use.OtherNetwork:
                Train(source, seed: 9).Should().NotEqual(Fresh[kind]);
                break;
            case Use.Canceled:
                using (var stop = new CancellationTokenSource())
                {
                    ((Action)(() => Train(source, seed: 9, new Reporting(stop.Cancel), stop.Token))).Should().Throw<OperationCanceledException>();
                }

                break;
            case Use.Failed:
                ((Action)(() => Train(source, seed: 9, new Reporting(() => throw new TimeoutException())))).Should().Throw<TimeoutException>();
                break;
            case Use.Concurrent:
                double[][] results = new double[2][];
                Parallel.For(0, 2, k => results[k] = Train(source, seed: k == 0 ? 1UL : 9));
                results[0].Should().Equal(Fresh[kind]);
                break;
            default:
                source.Materialize(5).Input.Data.ToArray().Should().Equal(Kinds[kind]().Materialize(5).Input.Data.ToArray());
                break;
        }
    }

    private static Mlp<double> Network(ulong seed) => Mlp<double>.Create(Clean.InputFeatures, [4], Clean.OutputFeatures, seed: seed);

    private static double[] Train(IJetSource<double> source, ulong seed, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default)
    {
        var network = Network(seed);
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 5, Threads = 1 };
        new SobolevTrainer<double>(network, options).Fit(source, source, progress, stop);
        return network.Parameters.ToArray();
    }

    private static double[] Input(IJetSource<double> source) => source.Batch(source.Layout.Truncate(1), [0, 3]).Input.Data.ToArray();

    private sealed class Reporting(Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act();
    }

    private sealed class BadSource(IAdaptiveJetSource<double> inner) : IAdaptiveJetSource<double>
    {
        public IJetSourceRun<double>? Result { get; set; }

        public JetLayout Layout => inner.Layout;

        public int InputFeatures => inner.InputFeatures;

        public int OutputFeatures => inner.OutputFeatures;

        public int Count => inner.Count;

        public bool IsEndless => inner.IsEndless;

        public IJetSourceRun<double> BeginRun() => Result!;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) => inner.Fill(samples, input, target);
    }

    private sealed class Shaped(JetLayout layout, int inputs, int outputs, int count, bool isEndless) : IAdaptiveJetSource<double>, IJetSourceRun<double>
    {
        public Shaped? Result { get; set; }

        public int InputOrder { get; init; } = 2;

        public int[] Inputs { get; init; } = [];

        public ReadOnlySpan<int> TangentInputs => Inputs;

        public JetLayout Layout => layout;

        public int InputFeatures => inputs;

        public int OutputFeatures => outputs;

        public int Count => count;

        public bool IsEndless => isEndless;

        public IJetSourceRun<double> BeginRun() => Result!;

        public void BeginStep(Mlp<double> network, long step, double progress)
        {
        }

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
        }
    }

    /// <summary>Inputs that fade with the progress of the training: an adaptive source as a user writes it.</summary>
    private class Fading(IJetSource<double> source, bool overTheOwner) : JetSourceTransform<double>(source), IAdaptiveJetSource<double>
    {
        public virtual IJetSourceRun<double> BeginRun() => new Run(overTheOwner ? this : Source);

        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) =>
            source.Fill(samples, input, target);

        internal sealed class Run(IJetSource<double> source) : JetSourceTransform<double>(source), IJetSourceRun<double>
        {
            private double _factor = 1;

            public void BeginStep(Mlp<double> network, long step, double progress) => _factor = 1 - progress;

            protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
            {
                source.Fill(samples, input, target);
                foreach (ref double x in input.Data)
                {
                    x *= _factor;
                }
            }
        }
    }

    /// <summary>An adaptive source whose run fills from the source itself, whatever a run of the source gives.</summary>
    private sealed class Frozen(IJetSource<double> source) : Fading(source, false)
    {
        public override IJetSourceRun<double> BeginRun() => new Run(this);

        private new sealed class Run(Frozen owner) : IJetSourceRun<double>
        {
            public JetLayout Layout => owner.Layout;

            public int InputFeatures => owner.InputFeatures;

            public int OutputFeatures => owner.OutputFeatures;

            public int Count => owner.Count;

            public bool IsEndless => owner.IsEndless;

            public void BeginStep(Mlp<double> network, long step, double progress)
            {
            }

            public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) => owner.Fill(samples, input, target);
        }
    }

    /// <summary>An adaptive source that begins the run of the other one and passes the steps on.</summary>
    private sealed class StepsItself(AdversarialSource<double> source) : Fading(source, false)
    {
        public override IJetSourceRun<double> BeginRun() => new Run(source.BeginRun());

        private new sealed class Run(IJetSourceRun<double> inner) : JetSourceTransform<double>(inner), IJetSourceRun<double>
        {
            public void BeginStep(Mlp<double> network, long step, double progress) => inner.BeginStep(network, step, progress);

            protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) =>
                source.Fill(samples, input, target);
        }
    }
}
