using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

/// <summary>What samplers, manifolds and statistics of attacks refuse, and what they say of nothing.</summary>
public class RobustGuardTests
{
    [Fact]
    public void Samplers_ThatNeedANetworkOrTangents_AreRefusedWhereThereAreNone()
    {
        var steepest = DirectionSampler.Steepest(4, 2);
        FluentActions.Invoking(() => DirectionSampler.OrthogonalToManifold(steepest, 1)).Should().Throw<ArgumentException>().WithMessage("*network*").WithParameterName("inner");
        FluentActions.Invoking(() => steepest.Draw(0, 0, 0, new double[4])).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => DirectionSampler.AlongManifold(4, 2).Draw(0, 0, 0, new double[4])).Should().Throw<ArgumentException>().WithMessage("*has 0 tangents*").WithParameterName("frame");
        foreach (int length in new[] { 3, 5 })
        {
            FluentActions.Invoking(() => DirectionSampler.White(4).Draw(0, 0, 0, new double[length])).Should().Throw<ArgumentException>().WithParameterName("direction");
        }
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 1, 1, 0)]
    [InlineData(2, 2, 1, 1)]
    public void Manifold_OfSizesThatContradict_IsRefused(int freedom, int point, int inputs, int outputs)
    {
        var manifold = new Sized(freedom, point, inputs, outputs);
        FluentActions.Invoking(() => new NearestPointOracle(manifold)).Should().Throw<ArgumentException>().WithMessage("*Sized*as many inputs as degrees of freedom*");
        FluentActions.Invoking(() => new Sized(1, 1, 1, 1).DrawPoints(1, 0)).Should().NotThrow();
    }

    [Fact]
    public void Evaluate_ViewsOfDifferentLayouts_AreRefused()
    {
        var manifold = TestManifolds.Circle();
        var (n, m) = (manifold.InputFeatures, manifold.OutputFeatures);
        double[] point = manifold.DrawPoints(1, 1)[0];
        FluentActions.Invoking(() => manifold.Evaluate<double>(point, new JetBatch<double>(JetLayout.Full(1, 1), 1, n), new JetBatch<double>(JetLayout.Full(1, 2), 1, m)))
            .Should().Throw<ArgumentException>().WithMessage("*both views have one layout*").WithParameterName("input");
        FluentActions.Invoking(() => manifold.Evaluate<double>(point, new JetBatch<double>(JetLayout.Full(1, 1), 1, n + 1), new JetBatch<double>(JetLayout.Full(1, 1), 1, m)))
            .Should().Throw<ArgumentException>().WithParameterName("input");
        FluentActions.Invoking(() => manifold.Evaluate<double>(point, new JetBatch<double>(JetLayout.Full(1, 1), 1, n), new JetBatch<double>(JetLayout.Full(1, 1), 2, m)))
            .Should().Throw<ArgumentException>().WithParameterName("target");
    }

    [Fact]
    public void PoseOf_APointWithoutAnAxis_IsThePoseWithoutRotationIfItHasNoAngle()
    {
        var pose = CubeManifold.PoseOf([0, 0, 0, 0, 0.1, 0.2, 0.3]);
        (pose.Angle, pose.Axis.Length, pose.Translation).Should().Be((0, 1, new Vector3D(0.1, 0.2, 0.3)));
        CubeManifold.PoseOf([0, 1, 0, 0, 0, 0, 0]).Axis.Should().Be(new Vector3D(0, 1, 0));
        FluentActions.Invoking(() => CubeManifold.PoseOf([0, 0, 0, 0.1, 0, 0, 0])).Should().Throw<ArgumentException>();
        foreach (int length in new[] { 6, 8 })
        {
            FluentActions.Invoking(() => CubeManifold.PoseOf(new double[length])).Should().Throw<ArgumentException>().WithParameterName("point");
        }
    }

    [Fact]
    public void Cube_AsNearToTheCameraAsItReaches_IsOutside()
    {
        var manifold = TestManifolds.Cube;
        var options = manifold.Renderer.Options;
        double nearest = options.CameraDistance - (Math.Sqrt(3) * options.HalfEdge);
        double[] point = [0, 0, 1, 0, 0, 0, Math.BitDecrement(nearest)];
        manifold.Contains(point).Should().BeTrue();
        point[6] = nearest;
        manifold.Contains(point).Should().BeFalse();
    }

    [Fact]
    public void VulnerabilityPoint_WithoutAnInput_HasNoFigures()
    {
        var none = new VulnerabilityPoint(0.1, [null, new AttackOutcome(double.NaN, 1, true, AttackStart.None, 3)]);
        (none.Max, none.Mean, none.Failures, none.OracleFailures).Should().Be((double.NaN, double.NaN, 2, 3));
        var one = new VulnerabilityPoint(0.1, [null, new AttackOutcome(4, 1, true, AttackStart.RandomDirection, 0)]);
        (one.Max, one.Mean, one.Failures, one.MaskedShare, one.RandomStartShare).Should().Be((4, 4, 1, 1, 1));
    }

    [Fact]
    public void Trades_BeforeTheFirstMiniBatch_GivesEveryCleanSampleTwice()
    {
        var clean = TestManifolds.Circle().DrawJets<double>(0, 5, 1);
        var source = clean.Trades(1, new AdversarialOptions(0.1) { Shuffle = false });
        var ordered = new EndlessJetSource<double>(clean, false, 0, "clean");
        var run = ((IAdaptiveJetSource<double>)source).BeginRun();
        foreach (var one in new[] { source, run })
        {
            long[] samples = [9, 0, 1, 4];
            var (input, target) = (new JetBatch<double>(JetLayout.Value, 4, clean.InputFeatures), new JetBatch<double>(JetLayout.Value, 4, clean.OutputFeatures));
            one.Fill(samples, input, target);
            for (int k = 0; k < samples.Length; k++)
            {
                var (x, y) = (new JetBatch<double>(JetLayout.Value, 1, clean.InputFeatures), new JetBatch<double>(JetLayout.Value, 1, clean.OutputFeatures));
                ordered.Fill([samples[k] / 2], x, y);
                input.Row(0, k).ToArray().Should().Equal(x.Row(0, 0).ToArray());
                target.Row(0, k).ToArray().Should().Equal(y.Row(0, 0).ToArray());
            }
        }
    }

    private sealed class Sized(int freedom, int point, int inputs, int outputs) : IDataManifold
    {
        public int DegreesOfFreedom => freedom;

        public int PointLength => point;

        public int InputFeatures => inputs;

        public int OutputFeatures => outputs;

        public void Draw(ref RandomStream random, Span<double> point) => point.Clear();

        public void Evaluate<T>(ReadOnlySpan<double> point, JetSpan<T> input, JetSpan<T> target)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            input.Clear();
            target.Clear();
        }

        public void Retract(ReadOnlySpan<double> point, ReadOnlySpan<double> delta, Span<double> result) => point.CopyTo(result);
    }
}
