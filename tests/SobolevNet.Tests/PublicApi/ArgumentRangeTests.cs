using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.PublicApi;

/// <summary>Numbers among the arguments of methods and constructors: the outermost ones that are taken, and the nearest ones that are refused by name.</summary>
public class ArgumentRangeTests
{
    private const double Tiny = double.Epsilon;

    private const double Infinite = double.PositiveInfinity;

    private static readonly double AboveOne = Math.BitIncrement(1.0);

    private static readonly double BelowOne = Math.BitDecrement(1.0);

    private static readonly JetLayout Layout = JetLayout.Full(3, 2);

    private static readonly Mlp<double> Network = Mlp<double>.Create(1, [1], 2);

    private static readonly IJetSource<double> Source = JetSource.Generate<double>(Layout, 3, 2, 4, Fill);

    private static readonly IDataManifold Manifold = DataManifold.Create([0], [1], 1, 1, (_, input, target) =>
    {
        input.Clear();
        target.Clear();
        input.Component(0)[0] = 1;
        input.Component(1)[0] = 1;
    });

    private static readonly VulnerabilityPoint Point = new(1, [new AttackOutcome(3, 1, false, AttackStart.FirstOrder, 0)]);

    private static readonly Row[] Rows =
    [
        new("MlpArchitecture", "inputs", n => new MlpArchitecture((int)n, [1], 1, Activation.Tanh), [1], [0]),
        new("MlpArchitecture", "hidden", n => new MlpArchitecture(1, [(int)n], 1, Activation.Tanh), [1], [0]),
        new("MlpArchitecture", "outputs", n => new MlpArchitecture(1, [1], (int)n, Activation.Tanh), [1], [0]),
        new("CheckOrder", "order", n => Void(() => Network.Architecture.CheckOrder((int)n)), [0, 2], [-1, 3]),
        new("Layer", "layer", n => Network.Layer((int)n).Outputs, [0, 1], [-1, 2]),
        new("Derivatives", "order", n => Network.Derivatives([1.0], [1.0], (int)n), [1, 2], [0, 3]),
        new("JetPass", "capacity", n => new JetPass<double>(Network, JetLayout.Value, (int)n), [1], [0]),
        new("AdjointPass", "tangents", n => new AdjointPass<double>(Network, (int)n, 1), [0, 1], [-1]),
        new("AdjointPass", "capacity", n => new AdjointPass<double>(Network, 0, (int)n), [1], [0]),
        new("AdjointPass", "seeds", n => new AdjointPass<double>(Network, 0, 1, (int)n), [1, 3], [0]),
        new("JetLayout.Full", "order", n => JetLayout.Full(2, (int)n), [0, 2], [-1, 3]),
        new("JetLayout.Full", "tangents", n => JetLayout.Full((int)n, 1), [1], [-1]),
        new("JetLayout.Create", "tangents", n => JetLayout.Create((int)n, []), [0], [-1]),
        new("JetLayout.Truncate", "order", n => Layout.Truncate((int)n), [0, 2], [-1, 3]),
        new("JetLayout.First", "tangent", n => Layout.First((int)n), [0, 2], [-1, 3]),
        new("JetLayout.NameOf", "component", n => Layout.NameOf((int)n), [0, 9], [-1, 10]),
        new("JetLayout.OrderOf", "component", n => Layout.OrderOf((int)n), [0, 9], [-1, 10]),
        new("JetBatch", "samples", n => new JetBatch<double>(Layout, (int)n, 1), [0], [-1]),
        new("JetBatch", "features", n => new JetBatch<double>(Layout, 1, (int)n), [1], [0]),
        new("JetSpan", "samples", n => new JetSpan<double>(new double[10], Layout, (int)n, 1).Samples, [0, 1], [-1]),
        new("JetSpan", "features", n => new JetSpan<double>(new double[10], Layout, 1, (int)n).Features, [1], [0]),
        new("JetSpan.Slice", "start", n => new JetBatch<double>(Layout, 3, 1).AsSpan().Slice((int)n, 0).Samples, [0, 3], [-1]),
        new("JetSpan.Slice", "count", n => new JetBatch<double>(Layout, 3, 1).AsSpan().Slice(1, (int)n).Samples, [0, 2], [-1, 3]),
        new("Generate", "inputFeatures", n => JetSource.Generate<double>(JetLayout.Value, (int)n, 1, 1, Fill), [1], [0]),
        new("Generate", "outputFeatures", n => JetSource.Generate<double>(JetLayout.Value, 1, (int)n, 1, Fill), [1], [0]),
        new("Generate", "count", n => JetSource.Generate<double>(JetLayout.Value, 1, 1, (int)n, Fill), [1], [0]),
        new("Generate, values", "inputOrder", n => JetSource.Generate<double>(JetLayout.Value, 1, 1, 1, Fill, inputOrder: (int)n), [0, 2], [-1, 3]),
        new("Generate, derivatives", "inputOrder", n => JetSource.Generate<double>(Layout, 3, 1, 1, Fill, inputOrder: (int)n), [1, 2], [0, 3]),
        new("Truncate", "order", n => Source.Truncate((int)n), [0, 2], [-1, 3]),
        new("Subset", "samples", n => Source.Subset([(long)n]), [0, 3], [-1, 4]),
        new("Split", "validationFraction", n => Source.Split(n), [Tiny, BelowOne], [0, 1, double.NaN]),
        new("Materialize", "count", n => Source.Materialize((int)n), [1, 4], [0, 5]),
        new("Materialize", "first", n => Source.Materialize(1, (long)n), [0, 3], [-1]),
        new("Materialize", "threads", n => Source.Materialize(1, 0, (int)n), [0, 1], [-1]),
        new("AlongRandomDirections", "directions", n => Source.AlongRandomDirections((int)n, 1), [1, 3], [0, 4]),
        new("AlongRandomDirections", "order", n => Source.AlongRandomDirections(1, (int)n), [1, 2], [0, 3]),
        new("WithHessianVectorProducts", "directions", n => Source.WithHessianVectorProducts((int)n), [1, 2], [0, 3]),
        new("WithHessianVectorProducts of one tangent", "directions", n => JetSource.Generate<double>(JetLayout.Full(1, 2), 1, 1, 1, Fill).WithHessianVectorProducts((int)n), [1], [0, 2]),
        new("Displaced", "order", n => Source.Displaced((int)n), [0, 1], [-1, 2]),
        new("Displaced", "radius", n => Source.Displaced(0, n), [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("Source.TangentScale", "tangent", n => Source.TangentScale((int)n), [0, 2], [-1, 3]),
        new("Cosine", "final", n => LearningRateSchedule.Cosine(n), [0, 1], [-Tiny, AboveOne, double.NaN]),
        new("Step", "epochs", n => LearningRateSchedule.Step((int)n), [1], [0]),
        new("Step", "factor", n => LearningRateSchedule.Step(1, n), [Tiny, 1], [0, AboveOne, double.NaN]),
        new("Exponential", "final", n => LearningRateSchedule.Exponential(n), [Tiny, 1], [0, AboveOne, double.NaN]),
        new("Plateau", "patience", n => LearningRateSchedule.Plateau((int)n), [1], [0]),
        new("Plateau", "factor", n => LearningRateSchedule.Plateau(1, n), [Tiny, BelowOne], [0, 1, double.NaN]),
        new("Plateau", "improvement", n => LearningRateSchedule.Plateau(1, 0.5, n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("WithWarmUp", "part", n => LearningRateSchedule.Constant.WithWarmUp(n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("OrderWeight.Constant", "weight", n => OrderWeight.Constant(n), [0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new("Geometric", "from", n => OrderWeight.Geometric(n, 1), [Tiny, double.MaxValue], [0, -1, Infinite, double.NaN]),
        new("Geometric", "to", n => OrderWeight.Geometric(1, n), [Tiny, double.MaxValue], [0, -1, Infinite, double.NaN]),
        new("Geometric", "end", n => OrderWeight.Geometric(1, 1, n), [Tiny, 1], [0, AboveOne, double.NaN]),
        new("Until", "end", n => OrderWeight.Until(1, n), [Tiny, 1], [0, AboveOne, double.NaN]),
        new("Evaluation.Of", "order", n => Evaluation.Of(Net(3, 2), Source, (int)n), [0, int.MaxValue], [-1]),
        new("Evaluation.Of", "maxSamples", n => Evaluation.Of(Net(3, 2), Source, 0, (int)n), [1], [0]),
        new("Evaluation.Of", "threads", n => Evaluation.Of(Net(3, 2), Source, 0, 1, (int)n), [0, 1], [-1]),
        new("SobolevTrainingOptions", "Epochs", n => new SobolevTrainingOptions { Epochs = (int)n }, [1, int.MaxValue], [0]),
        new("SobolevTrainingOptions", "TimeBudget", n => new SobolevTrainingOptions { TimeBudget = TimeSpan.FromTicks((long)n) }, [1], [0, -1]),
        new("SobolevTrainingOptions", "BatchSize", n => new SobolevTrainingOptions { BatchSize = (int)n }, [1, int.MaxValue], [0]),
        new("SobolevTrainingOptions", "Order", n => new SobolevTrainingOptions { Order = (int)n }, [0, 2], [-1, 3]),
        new("SobolevTrainingOptions", "InputScaling", n => new SobolevTrainingOptions { InputScaling = (InputScalingKind)(int)n }, [0, 2], [-1, 3]),
        new("SobolevTrainingOptions", "Propagation", n => new SobolevTrainingOptions { Propagation = (DerivativePropagation)(int)n }, [0, 2], [-1, 3]),
        new("SobolevTrainingOptions", "GradientClipNorm", n => new SobolevTrainingOptions { GradientClipNorm = n }, [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("SobolevTrainingOptions", "ValidationPart", n => new SobolevTrainingOptions { ValidationPart = n }, [Tiny, BelowOne], [0, 1, double.NaN]),
        new("SobolevTrainingOptions", "Threads", n => new SobolevTrainingOptions { Threads = (int)n }, [0, int.MaxValue], [-1]),
        new("EarlyStopping", "Patience", n => new EarlyStopping { Patience = (int)n }, [1, int.MaxValue], [0]),
        new("EarlyStopping", "Improvement", n => new EarlyStopping { Improvement = n }, [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("EarlyStopping", "AnnealingEpochs", n => new EarlyStopping { AnnealingEpochs = (int)n }, [0, int.MaxValue], [-1]),
        new("CheckpointOptions", "Every", n => new CheckpointOptions("x") { Every = TimeSpan.FromTicks((long)n) }, [0, 1], [-1]),
        new("Adam", "learningRate", n => Optimizer.Adam(n), [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("Adam", "beta1", n => Optimizer.Adam(beta1: n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("Adam", "beta2", n => Optimizer.Adam(beta2: n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("Adam", "epsilon", n => Optimizer.Adam(epsilon: n), [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("Adam", "weightDecay", n => Optimizer.Adam(weightDecay: n), [0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new("Sgd", "learningRate", n => Optimizer.Sgd(n), [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("Sgd", "momentum", n => Optimizer.Sgd(momentum: n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("Sgd", "weightDecay", n => Optimizer.Sgd(weightDecay: n), [0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new("Soap", "learningRate", n => Optimizer.Soap(n), [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("Soap", "beta1", n => Optimizer.Soap(beta1: n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("Soap", "beta2", n => Optimizer.Soap(beta2: n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("Soap", "covarianceBeta", n => Optimizer.Soap(covarianceBeta: n), [0, BelowOne], [-Tiny, 1, double.NaN]),
        new("Soap", "epsilon", n => Optimizer.Soap(epsilon: n), [Tiny, double.MaxValue], [0, Infinite, double.NaN]),
        new("Soap", "weightDecay", n => Optimizer.Soap(weightDecay: n), [0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new("Soap", "refreshEvery", n => Optimizer.Soap(refreshEvery: (int)n), [1, int.MaxValue], [0]),
        new("Soap", "maxSide", n => Optimizer.Soap(maxSide: (int)n), [0, int.MaxValue], [-1]),
        new("RProp", "initialStep", n => Optimizer.RProp(n), [1e-9, 1], [Math.BitDecrement(1e-9), AboveOne, double.NaN]),
        new("RProp", "increase", n => Optimizer.RProp(increase: n), [1, double.MaxValue], [BelowOne, Infinite, double.NaN]),
        new("RProp", "decrease", n => Optimizer.RProp(decrease: n), [Tiny, BelowOne], [0, 1, double.NaN]),
        new("RProp", "minStep", n => Optimizer.RProp(1, minStep: n), [Tiny, 1], [0, AboveOne, double.NaN]),
        new("RProp", "maxStep", n => Optimizer.RProp(1e-3, maxStep: n), [1e-3, double.MaxValue], [0, Infinite, double.NaN]),
        new("NextInteger", "bound", n => new RandomStream(1).NextInteger((int)n), [1, int.MaxValue], [0]),
        new("PolygonScene", "vertexCount", n => new PolygonScene((int)n, [[0, 1, 2]], [1.0]), [3], [2]),
        new("GaussianPolygonRenderer", "sigma", n => new GaussianPolygonRenderer(new PixelGrid(3, 3), n), [1e-3, 1e160], [Math.BitDecrement(1e-3), Math.BitIncrement(1e160), double.NaN]),
        new("GaussianPolygonRenderer", "background", n => new GaussianPolygonRenderer(new PixelGrid(3, 3), 1, n), [double.MinValue, double.MaxValue], [Infinite, double.NaN]),
        new("CubeSource", "count", n => new CubeSource<float>(new CubeRenderer(), 1, (int)n, 0), [1], [0]),
        new("CubeSource", "order", n => new CubeSource<float>(new CubeRenderer(), (int)n, 1, 0), [0, 2], [-1, 3]),
        new("CubeSource.TangentScale", "tangent", n => new CubeSource<float>(new CubeRenderer(), 1, 1, 0).TangentScale((int)n), [0, 5], [-1, 6]),
        new("Bands", "rows", n => DirectionGroup.Bands((int)n, 41), [20], [0, 4097]),
        new("Bands", "columns", n => DirectionGroup.Bands(41, (int)n), [20], [0, 4097]),
        new("Bands", "lowEdge", n => DirectionGroup.Bands(41, 41, 1, n), [0.1], [0, -Tiny, Infinite, double.NaN]),
        new("Bands", "highEdge", n => DirectionGroup.Bands(41, 41, 1, 0.15, n), [0.3], [0.15, double.NaN]),
        new("White", "features", n => DirectionSampler.White((int)n), [1], [0]),
        new("Band", "rows", n => DirectionSampler.Band((int)n, 9, new FrequencyBand(0, 0.01)), [1, 4096], [0, 4097]),
        new("Band", "columns", n => DirectionSampler.Band(9, (int)n, new FrequencyBand(0, 0.01)), [1, 4096], [0, 4097]),
        new("AlongManifold", "degreesOfFreedom", n => DirectionSampler.AlongManifold(3, (int)n), [1, 3], [0]),
        new("AlongManifold", "features", n => DirectionSampler.AlongManifold((int)n, 2), [2], [1]),
        new("OrthogonalToManifold", "degreesOfFreedom", n => DirectionSampler.OrthogonalToManifold(DirectionSampler.White(3), (int)n), [1, 2], [0, 3]),
        new("Steepest", "inputFeatures", n => DirectionSampler.Steepest((int)n, 2), [1], [0]),
        new("Steepest", "outputFeatures", n => DirectionSampler.Steepest(2, (int)n), [1], [0]),
        new("Steepest", "sketch", n => DirectionSampler.Steepest(2, 3, (int)n), [1, 3], [0, 4]),
        new("DirectionSampler.Create", "features", n => DirectionSampler.Create((int)n, 1, Draw), [1], [0]),
        new("DirectionSampler.Create", "dimensions", n => DirectionSampler.Create(3, (int)n, Draw), [1, 3], [0, 4]),
        new("DataManifold.Create", "inputFeatures", n => DataManifold.Create([0, 0], [1, 1], (int)n, 1, Manifolds), [2], [1]),
        new("DataManifold.Create", "outputFeatures", n => DataManifold.Create([0], [1], 1, (int)n, Manifolds), [1], [0]),
        new("DrawPoints", "count", n => Manifold.DrawPoints((int)n, 0), [1], [0]),
        new("DrawJets", "count", n => Manifold.DrawJets<double>(0, (int)n, 0), [1], [0]),
        new("DrawJets", "order", n => Manifold.DrawJets<double>((int)n, 1, 0), [0, 2], [-1, 3]),
        new("DrawJets.TangentScale", "tangent", n => Manifold.DrawJets<double>(1, 1, 0).TangentScale((int)n), [0], [-1, 1]),
        new("Trades", "beta", n => Source.Trades(n, new AdversarialOptions(1)), [0, double.MaxValue], [-Tiny, Infinite, double.NaN]),
        new("WithGaussianNoise", "deviation", n => Source.WithGaussianNoise(n), [0, 1e307], [-Tiny, double.MaxValue, double.NaN]),
        new("VulnerabilityEvaluator", "threads", n => new VulnerabilityEvaluator<double>(Net(1, 1), Manifold, threads: (int)n), [0, 1], [-1]),
        new("Quantile", "part", n => Point.Quantile(n), [0, 1], [-Tiny, AboveOne, double.NaN]),
    ];

    public static TheoryData<string, string> Names
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (var row in Rows)
            {
                names.Add(row.Member, row.Argument);
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Argument_AtTheEndsOfItsRange_IsTakenAndNothingBeyond(string member, string argument)
    {
        var row = Rows.Single(row => row.Member == member && row.Argument == argument);
        foreach (double value in row.Taken)
        {
            FluentActions.Invoking(() => row.Call(value)).Should().NotThrow($"{value} is in the range");
        }

        foreach (double value in row.Refused)
        {
            FluentActions.Invoking(() => row.Call(value)).Should().Throw<ArgumentOutOfRangeException>($"{value} is out of range").Which.ParamName.Should().StartWith(argument);
        }
    }

    [Fact]
    public void Quantile_OfOneOrNoInput_IsThatOneOrNone()
    {
        Point.Quantile(0).Should().Be(3);
        Point.Quantile(0.7).Should().Be(3);
        var none = new VulnerabilityPoint(1, [new AttackOutcome(double.NaN, 1, false, AttackStart.None, 0)]);
        none.Quantile(0).Should().Be(double.NaN);
        none.Quantile(1).Should().Be(double.NaN);
    }

    private static Mlp<double> Net(int inputs, int outputs) => Mlp<double>.Create(inputs, [2], outputs);

    private static object Void(Action action)
    {
        action();
        return action;
    }

    /// <summary>A straight path with curved targets.</summary>
    private static void Fill(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
    {
        for (int i = 0; i < input.Layout.Tangents && input.Layout.Order > 0; i++)
        {
            input.Row(1 + i, 0)[i % input.Features] = 1;
            target.Row(1 + i, 0).Fill(1);
        }

        for (int c = 1 + input.Layout.Tangents; c < target.Layout.Count; c++)
        {
            target.Row(c, 0).Fill(random.NextUniform());
        }
    }

    private static void Manifolds(ReadOnlySpan<double> point, JetSpan<double> input, JetSpan<double> target)
    {
        input.Clear();
        target.Clear();
    }

    private static void Draw(ref RandomStream random, Span<double> direction) => direction.Fill(1);

    private sealed record Row(string Member, string Argument, Func<double, object> Call, double[] Taken, double[] Refused);
}
