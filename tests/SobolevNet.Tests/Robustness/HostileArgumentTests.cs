using SobolevNet.Rendering;
using SobolevNet.Robustness;
using SobolevNet.Tests.Data;

namespace SobolevNet.Tests.Robustness;

/// <summary>Whatever a caller gives, the answer is a result or an exception with the argument's name, before any sample is asked for.</summary>
public class HostileArgumentTests
{
    private static readonly IDataManifold Circle = TestManifolds.Circle();
    private static readonly IJetSource<float> Good = new ManifoldSource<float>(Circle, 2, 4, 1);
    private static readonly Mlp<float> Network = Mlp<float>.Create(2, [3], 1, seed: 1);

    /// <summary>Every public way to hand a source to these two folders.</summary>
    private static readonly Dictionary<string, (string Name, Action<IJetSource<float>> Call)> Users = new()
    {
        ["Subset"] = ("source", s => s.Subset([0])),
        ["Split"] = ("source", s => s.Split(0.5)),
        ["Truncate"] = ("source", s => s.Truncate(0)),
        ["Materialize"] = ("source", s => s.Materialize()),
        ["AlongRandomDirections"] = ("source", s => s.AlongRandomDirections(1, 1)),
        ["WithHessianVectorProducts"] = ("source", s => s.WithHessianVectorProducts()),
        ["Displaced"] = ("source", s => s.Displaced(0)),
        ["LinearFrontEnd.Fit"] = ("source", s => LinearFrontEnd<float>.Fit(s, 1)),
        ["LinearFrontEnd.Project"] = ("source", s => LinearFrontEnd<float>.Fit(Good, 1).Project(s)),
        ["AdversarialSource"] = ("clean", s => _ = new AdversarialSource<float>(s, new AdversarialOptions(1))),
        ["TradesSource"] = ("clean", s => _ = new TradesSource<float>(s, 1, new AdversarialOptions(1))),
        ["GaussianNoiseSource"] = ("clean", s => _ = new GaussianNoiseSource<float>(s, 1)),
        ["RobustSource"] = ("clean", s => _ = new RobustSource<float>(s)),
        ["OracleExpansion.At"] = ("source", s => OracleExpansion.At(s, 0)),
        ["Fit"] = ("source", s => new SobolevTrainer<float>(Network).Fit(s)),
    };

    public static TheoryData<string> UserNames => [.. Users.Keys];

    [Theory]
    [MemberData(nameof(UserNames))]
    public void Source_OfACallersOwnTypeThatContradictsItself_IsRefusedByName(string user)
    {
        var (name, call) = Users[user];
        ((Action)(() => call(null!))).Should().Throw<ArgumentNullException>(user).WithParameterName(name);
        foreach (var (bad, says) in new (IJetSource<float>, string)[]
        {
            (new OwnSource { Layout = null! }, "*no layout*"),
            (new OwnSource { Count = 0 }, "*0 samples*"),
            (new OwnSource { Count = -1 }, "*-1 samples*"),
            (new OwnSource { InputFeatures = 0 }, "*0 inputs*"),
            (new OwnSource { OutputFeatures = -3 }, "*-3 outputs*"),
            (new OwnSource { InputOrder = 3 }, "*InputOrder is 3*"),
        })
        {
            ((Action)(() => call(bad))).Should().Throw<ArgumentException>(user).WithParameterName(name).WithMessage(says);
        }
    }

    [Fact]
    public void Fill_DefaultOrMisfittingViews_IsRefusedByName()
    {
        foreach (var source in EveryKind())
        {
            string kind = source.GetType().Name;
            var (input, target) = source.Sample(0);
            Act(() => source.Fill([0], default, target)).Should().Throw<ArgumentException>(kind).WithParameterName("input").WithMessage("*default*");
            Act(() => source.Fill([0], input, default)).Should().Throw<ArgumentException>(kind).WithParameterName("target");
            Act(() => source.Fill([0, 1], input, target)).Should().Throw<ArgumentException>(kind).WithParameterName("input");
            Act(() => source.Fill([-1], input, target)).Should().Throw<ArgumentOutOfRangeException>(kind).WithParameterName("samples");
            Act(() => source.TangentScale(-1)).Should().Throw<ArgumentOutOfRangeException>(kind).WithParameterName("tangent");
            Act(() => source.TangentScale(int.MaxValue)).Should().Throw<ArgumentOutOfRangeException>(kind).WithParameterName("tangent");
        }
    }

    [Fact]
    public void Fill_ViewsOfTwoLayouts_IsRefusedByEveryKindOfSourceAlike()
    {
        foreach (var source in EveryKind().Where(source => source.Layout.Order > 0))
        {
            string kind = source.GetType().Name;
            var (input, target) = source.Sample(0);
            var (value, valueOut) = source.Batch(JetLayout.Value, 0);
            Act(() => source.Fill([0], input, valueOut)).Should().Throw<ArgumentException>(kind)
                .WithParameterName("input").WithMessage($"The input's layout ({source.Layout}) is not the target's ({JetLayout.Value}); both views have one layout.*");
            if (source.TangentInputs.IsEmpty)
            {
                Act(() => source.Fill([0], value, target)).Should().Throw<ArgumentException>(kind)
                    .WithParameterName("input").WithMessage($"The input's layout ({JetLayout.Value}) is not the target's ({source.Layout}); both views have one layout.*");
            }
            else
            {
                // Where the input's derivatives are known, they may be left out.
                value.AsSpan().Clear();
                source.Fill([0], value, target);
                value.Data.ToArray().Should().Equal(input.Row(0, 0).ToArray());
            }
        }
    }

    [Fact]
    public void Materialize_ImpossibleRanges_AreRefusedByName()
    {
        var endless = new ManifoldSource<float>(Circle, 0, 4, 1, isEndless: true);
        Act(() => endless.Materialize(2, long.MaxValue)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("first");
        Act(() => Good.Materialize(2, long.MaxValue)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        Act(() => endless.Materialize(int.MaxValue)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count").WithMessage("*one array*");
        Act(() => endless.Materialize(1, 0, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("threads");
        Act(() => Good.Subset([5])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("samples");
        Act(() => endless.Subset([-5])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("samples").WithMessage("*not negative*");
        JetGenerator<float> nothing = (long _, ref RandomStream _, JetSpan<float> _, JetSpan<float> _) => { };
        Act(() => JetSource.Generate(JetLayout.Full(2, 1), int.MaxValue, 1, 1, nothing)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("inputFeatures");
        Act(() => JetSource.Generate(JetLayout.Full(2, 1), 1, int.MaxValue, 1, nothing)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("outputFeatures");
    }

    [Fact]
    public void FromManifold_ManyTangentsAndWrongShapes_IsRefusedBeforeALayoutIsMade()
    {
        const int P = 60_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Act(() => JetData.FromManifold(new float[1, 1], new float[1, P, 1], new float[1, 1], new float[1, P, 1], new float[1, 3, 1], new float[1, 3, 1]))
            .Should().Throw<ArgumentException>().WithParameterName("d2xdr2").WithMessage("*1800030000*pairs*");
        Act(() => FlatLabels.Manifold<float>(1, new float[1], new float[P], new float[1], new float[P], new float[3], new float[3]))
            .Should().Throw<ArgumentException>().WithParameterName("d2xdr2");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(50_000_000);
    }

    [Fact]
    public void Builders_EmptyOrDefaultArrays_NameTheFirstThatIsWrong()
    {
        Act(() => JetData.FromValues(new float[2, 0], new float[2])).Should().Throw<ArgumentException>().WithParameterName("x");
        Act(() => JetData.FromValues(new float[2, 1], new float[0])).Should().Throw<ArgumentException>().WithParameterName("y");
        Act(() => JetData.FromJacobian(new float[2, 0], new float[2], new float[2, 0])).Should().Throw<ArgumentException>().WithParameterName("x");
        Act(() => JetData.FromDirections(new float[2, 0], new float[2, 1, 0], new float[2], new float[2, 1])).Should().Throw<ArgumentException>().WithParameterName("x");
        Act(() => JetData.FromManifold(new float[2, 1], new float[2, 1, 1], new float[2, 0], new float[2, 1, 0])).Should().Throw<ArgumentException>().WithParameterName("y");
        Act(() => JetData.FromValues<float>(default(System.Numerics.Tensors.ReadOnlyTensorSpan<float>), default(System.Numerics.Tensors.ReadOnlyTensorSpan<float>))).Should().Throw<ArgumentException>().WithParameterName("x");
        Act(() => JetData.FromValues(new System.Numerics.Tensors.ReadOnlyTensorSpan<float>(new float[2], [2, 1]), default(System.Numerics.Tensors.ReadOnlyTensorSpan<float>))).Should().Throw<ArgumentException>().WithParameterName("y");
        Act(() => JetData.FromValues<float>((float[,])null!, new float[2])).Should().Throw<ArgumentNullException>().WithParameterName("x");
        Act(() => JetData.FromJacobian(new float[2, 1], new float[2], (float[,])null!)).Should().Throw<ArgumentNullException>().WithParameterName("dydx");
    }

    [Fact]
    public void Manifolds_MemoryThatDoesNotFit_IsRefusedByName()
    {
        foreach (IDataManifold manifold in new[] { Circle, TestManifolds.Cube })
        {
            var random = new RandomStream(1);
            double[] point = manifold.DrawPoints(1, 1)[0];
            var input = new JetBatch<double>(JetLayout.Value, 1, manifold.InputFeatures);
            var target = new JetBatch<double>(JetLayout.Value, 1, manifold.OutputFeatures);
            Act(() => manifold.TangentScale(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("tangent");
            Act(() => manifold.TangentScale(manifold.DegreesOfFreedom)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("tangent");
            Act(() => manifold.Draw(ref random, [])).Should().Throw<ArgumentException>().WithParameterName("point");
            Act(() => manifold.Evaluate<double>([], input, target)).Should().Throw<ArgumentException>().WithParameterName("point");
            Act(() => manifold.Evaluate(point, default, target.AsSpan())).Should().Throw<ArgumentException>().WithParameterName("input");
            Act(() => manifold.Evaluate(point, input.AsSpan(), default)).Should().Throw<ArgumentException>().WithParameterName("target");
            Act(() => manifold.Evaluate<double>(point, new JetBatch<double>(JetLayout.Full(3, 1), 1, manifold.InputFeatures), target))
                .Should().Throw<ArgumentException>().WithParameterName("input");
            Act(() => manifold.Retract([], new double[manifold.DegreesOfFreedom], point)).Should().Throw<ArgumentException>().WithParameterName("point");
            Act(() => manifold.Retract(point, [], point)).Should().Throw<ArgumentException>().WithParameterName("delta");
            Act(() => manifold.Retract(point, new double[manifold.DegreesOfFreedom], [])).Should().Throw<ArgumentException>().WithParameterName("result");
        }

        Act(() => TestManifolds.Cube.Contains([])).Should().Throw<ArgumentException>().WithParameterName("point");
        foreach (var bad in new OwnManifold[] { new(0, 1, 1), new(2, 1, 1), new(1, 1, 0) })
        {
            Act(() => bad.DrawPoints(1, 1)).Should().Throw<ArgumentException>().WithParameterName("manifold").WithMessage("*OwnManifold*");
            Act(() => _ = new ManifoldSource<float>(bad, 0, 1, 1)).Should().Throw<ArgumentException>().WithParameterName("manifold");
            Act(() => _ = new NearestPointOracle(bad)).Should().Throw<ArgumentException>().WithParameterName("manifold");
            Act(() => _ = new VulnerabilityEvaluator<float>(Network, bad)).Should().Throw<ArgumentException>().WithParameterName("manifold");
        }

        Act(() => _ = new ManifoldSource<float>(Circle, 3, 1, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("order");
    }

    [Fact]
    public void OptionsAndSamplers_ImpossibleValues_AreRefusedByName()
    {
        Act(() => _ = new AttackOptions { Objective = (AttackObjective)9 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Objective");
        Act(() => _ = new AttackOptions { Norm = (PerturbationNorm)9 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Norm");
        Act(() => _ = new AdversarialOptions(1, (PerturbationNorm)9)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("norm");
        Act(() => _ = new AdversarialOptions(1) { Steps = 10_001 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Steps");
        Act(() => _ = new RobustSourceOptions { Target = (DirectionTarget)9 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Target");
        Act(() => _ = new DirectionGroup(DirectionSampler.White(2), int.MaxValue)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        Act(() => DirectionSampler.Band(int.MaxValue, 2, new FrequencyBand(0, 0.15))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("rows");
        Act(() => DirectionSampler.Band(2, 65_536, new FrequencyBand(0, 0.15))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("columns");
        Act(() => DirectionSampler.Band(2, 2, null!)).Should().Throw<ArgumentException>().WithParameterName("band");
        Act(() => DirectionGroup.Bands(9, 9, lowEdge: double.NaN)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("lowEdge");
        Act(() => DirectionGroup.Bands(9, 9, highEdge: 0.1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("highEdge");
        Act(() => DirectionGroup.Bands(1 << 20, 9)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("rows");
        Act(() => new FrequencyBand(0, 0.15).Contains(3, 0, 3, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("i");
        Act(() => new FrequencyBand(0, 0.15).Contains(0, -1, 3, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("j");
        Act(() => new FrequencyBand(0, 0.15).Contains(0, 0, 0, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("rows");
        Act(() => new FrequencyBand(0, 0.15).Contains(0, 0, 3, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("columns");
        Act(() => OracleExpansion.At(Good, 0, double.NaN)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maxConditionNumber");
        Act(() => new NearestPointOracle(Circle).Expand([0.1], 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("order");
    }

    [Fact]
    public void Evaluator_ImpossibleInputs_AreRefusedByName()
    {
        var evaluator = new VulnerabilityEvaluator<float>(Network, Circle);
        Act(() => evaluator.FirstOrder((IReadOnlyList<double[]>)null!)).Should().Throw<ArgumentNullException>().WithParameterName("points");
        Act(() => evaluator.FirstOrder([[0.1], null!])).Should().Throw<ArgumentException>().WithParameterName("points");
        Act(() => evaluator.FirstOrder([double.NaN])).Should().Throw<ArgumentException>().WithParameterName("point");
        Act(() => evaluator.Attack([0.1], double.PositiveInfinity)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("radius");
        Act(() => evaluator.Answer([0.1], [1])).Should().Throw<ArgumentException>().WithParameterName("perturbation");
        Act(() => evaluator.Curve([[0.1]], null!)).Should().Throw<ArgumentNullException>().WithParameterName("radii");
        Act(() => evaluator.Noise([[0.1]], [1])).Should().Throw<ArgumentException>().WithParameterName("points").WithMessage("One clean input*");
        Act(() => evaluator.Noise([[0.1], [0.1], [0.1]], [1])).Should().Throw<ArgumentException>().WithParameterName("points").WithMessage("*equal*");
        Act(() => evaluator.Noise([[0.1], [0.2]], [1], draws: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("draws");
        new FirstOrderSummary { Inputs = [] }.Outputs.Should().BeEmpty();
    }

    /// <summary>Every kind of source of the library, and runs of those that change during training.</summary>
    private static IEnumerable<IJetSource<float>> EveryKind()
    {
        var labels = JetData.FromJacobian(new float[2, 1], new float[2], new float[2, 1]);
        var steepest = new RobustSourceOptions { Directions = [new DirectionGroup(DirectionSampler.Steepest(Good.InputFeatures, Good.OutputFeatures))] };
        IJetSource<float>[] sources =
        [
            Good, Good.Materialize(), Good.Subset([1, 2]), Good.Truncate(1), Good.AlongRandomDirections(1, 2), Good.WithHessianVectorProducts(), Good.Displaced(1),
            new GaussianNoiseSource<float>(Good, 1), new AdversarialSource<float>(Good, new AdversarialOptions(1)),
            new TradesSource<float>(Good, 1, new AdversarialOptions(1)), new RobustSource<float>(Good, steepest),
            LinearFrontEnd<float>.Fit(Good, 1).Project(Good), new CubeSource(new CubeRenderer(), 1, 2, 1),
            JetSource.Generate<float>(JetLayout.Full(1, 1), 1, 1, 2, (long _, ref RandomStream _, JetSpan<float> _, JetSpan<float> _) => { }),
            labels, labels.Subset([1, 0]), labels.AlongRandomDirections(1, 1), new GaussianNoiseSource<float>(labels, 1),
            new GaussianNoiseSource<float>(new AdversarialSource<float>(labels, new AdversarialOptions(1)), 1),
        ];
        foreach (var source in sources)
        {
            yield return source;
            var (view, runs) = AdaptiveSources.BeginRun(source);
            foreach (var run in runs)
            {
                run.BeginStep(Mlp<float>.Create(source.InputFeatures, [2], source.OutputFeatures), 0, 0.5);
                yield return view;
            }
        }
    }

    private static Action Act(Action action) => action;

    private sealed class OwnSource : IJetSource<float>
    {
        public JetLayout Layout { get; init; } = JetLayout.Full(1, 2);

        public int InputFeatures { get; init; } = 2;

        public int OutputFeatures { get; init; } = 1;

        public int Count { get; init; } = 4;

        public int InputOrder { get; init; } = 2;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<float> input, JetSpan<float> target) => throw new NotSupportedException("No sample may be asked for.");
    }

    private sealed record OwnManifold(int DegreesOfFreedom, int InputFeatures, int OutputFeatures) : IDataManifold
    {
        public int PointLength => 1;

        public void Draw(ref RandomStream random, Span<double> point) => throw new NotSupportedException();

        public void Evaluate<T>(ReadOnlySpan<double> point, JetSpan<T> input, JetSpan<T> target)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new NotSupportedException();

        public void Retract(ReadOnlySpan<double> point, ReadOnlySpan<double> delta, Span<double> result) => throw new NotSupportedException();
    }
}
