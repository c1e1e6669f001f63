using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Robustness;
using SobolevNet.Tests.Data;

namespace SobolevNet.Tests.Robustness;

/// <summary>Directions that the network in training is very wrong along.</summary>
public class SteepestDirectionTests
{
    private const int Pixels = TestManifolds.BlobSide * TestManifolds.BlobSide;

    private static readonly IDataManifold Blobs = TestManifolds.Blobs();
    private static readonly Mlp<double> Network = Mlp<double>.Create(Pixels, [20, 20], 3, seed: 4);

    [Theory]
    [InlineData(DirectionTarget.Oracle, 1)]
    [InlineData(DirectionTarget.Oracle, 2)]
    [InlineData(DirectionTarget.Oracle, 3)]
    [InlineData(DirectionTarget.Zero, 1)]
    public void Fill_AfterBeginStep_DirectionsLieWhereTheNetworkIsWrong(DirectionTarget goal, int sketch)
    {
        var source = Source(goal, count: 200, sketch);
        var run = source.BeginRun();
        run.BeginStep(Network, 0, 0);
        var (input, target) = run.Sample(7);
        var (network, oracle) = Jacobians(source.CleanSample(7));
        var wrong = goal == DirectionTarget.Oracle ? network - oracle : network;
        var inside = wrong.PseudoInverse() * wrong;
        double mean = 0;
        for (int k = 0; k < 200; k++)
        {
            var direction = Vector<double>.Build.Dense(input.Row(1 + k, 0).ToArray());
            direction.L2Norm().Should().BeApproximately(1, 1e-12);
            ((inside * direction) - direction).L2Norm().Should().BeLessThan(1e-9);
            var wanted = goal == DirectionTarget.Oracle ? oracle * direction : Vector<double>.Build.Dense(3);
            (Vector<double>.Build.Dense(target.Row(1 + k, 0).ToArray()) - wanted).L2Norm().Should().BeLessThan(1e-9 * oracle.L2Norm());
            mean += Math.Pow((wrong * direction).L2Norm(), 2) / 200;
        }

        // Uniform in the three dimensions would give a third of the sum of squares. A step of power iteration gives more, a sketch more
        // still, and one of all outputs the largest singular value.
        var values = wrong.Svd().S;
        double squares = values.DotProduct(values);
        double largest = values[0] * values[0];
        mean.Should().BeInRange(sketch switch { 1 => 1.1 * squares / 3, 2 => 0.5 * ((squares / 3) + largest), _ => (1 - 1e-12) * largest }, (1 + 1e-12) * largest);
    }

    [Fact]
    public void Fill_BeforeTheFirstStep_TakesTheNetworkForConstant()
    {
        var source = Source(DirectionTarget.Oracle);
        var (input, _) = source.Sample(3);
        var (_, oracle) = Jacobians(source.CleanSample(3));
        var direction = Vector<double>.Build.Dense(input.Row(1, 0).ToArray());
        ((oracle.PseudoInverse() * (oracle * direction)) - direction).L2Norm().Should().BeLessThan(1e-9);
    }

    [Fact]
    public void Fill_ParametersChangeAfterBeginStep_SnapshotStays()
    {
        var network = Mlp<double>.Create(Pixels, [20, 20], 3, seed: 4);
        var source = Source(DirectionTarget.Oracle).BeginRun();
        source.BeginStep(network, 0, 0);
        double[] before = source.Sample(2).Input.Row(1, 0).ToArray();
        network.Parameters.Fill(0.01);
        source.Sample(2).Input.Row(1, 0).ToArray().Should().Equal(before);
        source.BeginStep(network, 1, 0);
        source.Sample(2).Input.Row(1, 0).ToArray().Should().NotEqual(before);
    }

    [Fact]
    public void Fill_AfterWarmUp_DoesNotAllocate()
    {
        var source = Source(DirectionTarget.Oracle, count: 3).BeginRun();
        var input = new JetBatch<double>(source.Layout, 4, Pixels);
        var target = new JetBatch<double>(source.Layout, 4, 3);
        long[] numbers = [3, 4, 5, 6];
        int step = 0;
        void Steps(int count)
        {
            for (int k = 0; k < count; k++)
            {
                numbers[0] = 20 + step;
                source.BeginStep(Network, step++, 0);
                source.Fill(numbers, input, target);
            }
        }

        Steps(2);
        Allocations.Least(() => Steps(4)).Should().Be(0);
    }

    [Fact]
    public void Training_AtEqualSteps_IsLessVulnerableThanWithRandomDirections()
    {
        var clean = new ManifoldSource<float>(Blobs, 1, 256, seed: 1).Materialize();
        double Vulnerability(DirectionSampler sampler, ulong seed)
        {
            var source = new RobustSource<float>(clean, new RobustSourceOptions { Directions = [new(sampler)], ManifoldOrder = 0, Seed = seed });
            var network = Mlp<float>.Create(Pixels, [48, 48], 3, seed: seed);
            var options = new SobolevTrainingOptions { Epochs = 25, BatchSize = 16, Seed = seed, OrderWeights = [1, 1], Optimizer = Optimizer.Adam(learningRate: 6e-3) };
            new SobolevTrainer<float>(network, options).Fit(source);
            return new VulnerabilityEvaluator<float>(network, Blobs).FirstOrder(Blobs.DrawPoints(20, 50)).Universal;
        }

        OverSeeds.Median(3, seed => Vulnerability(DirectionSampler.Steepest(Pixels, 3), seed) / Vulnerability(DirectionSampler.White(Pixels), seed))
            .Should().BeLessThan(0.8);
    }

    [Fact]
    public void Draw_WithoutNetwork_Throws()
    {
        var sampler = DirectionSampler.Steepest(Pixels, 3);
        sampler.NeedsNetwork.Should().BeTrue();
        ((Action)(() => sampler.Draw(1, 0, 0, new double[Pixels]))).Should().Throw<InvalidOperationException>().WithMessage("*network in training*");
        var at = new NearestPointOracle(Blobs).Expand(Blobs.DrawPoints(1, 1)[0], 1);
        ((Action)(() => sampler.Draw(1, 0, 0, new double[Pixels], at.Frame))).Should().Throw<InvalidOperationException>();
        ((Action)(() => _ = DirectionSampler.Steepest(0, 3))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = DirectionSampler.Steepest(3, 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = DirectionSampler.Steepest(Pixels, 3, 4))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = DirectionSampler.OrthogonalToManifold(DirectionSampler.Steepest(Pixels, 6), 4))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Sizes_ThatDoNotFit_Throw()
    {
        var clean = new ManifoldSource<double>(Blobs, 1, 4, seed: 2);
        ((Action)(() => _ = new RobustSource<double>(clean, new RobustSourceOptions { Directions = [new(DirectionSampler.Steepest(Pixels, 2))] })))
            .Should().Throw<ArgumentException>().WithMessage("*2 outputs*3*");
        DirectionGroup[] unequal = [new(DirectionSampler.Steepest(Pixels, 3, 1)), new(DirectionSampler.Steepest(Pixels, 3, 2))];
        ((Action)(() => _ = new RobustSource<double>(clean, new RobustSourceOptions { Directions = unequal }))).Should().Throw<ArgumentException>();
        ((Action)(() => Source(DirectionTarget.Oracle).BeginRun().BeginStep(Mlp<double>.Create(Pixels - 1, [8], 3), 0, 0))).Should().Throw<ArgumentException>();
    }

    private static RobustSource<double> Source(DirectionTarget goal, int count = 1, int sketch = 1) => new(
        new ManifoldSource<double>(Blobs, 1, 4, seed: 2),
        new RobustSourceOptions { Directions = [new(DirectionSampler.Steepest(Pixels, 3, sketch), count)], ManifoldOrder = 0, Target = goal });

    private static (Matrix<double> Network, Matrix<double> Oracle) Jacobians(long sample)
    {
        double[] point = Blobs.DrawPoints(4, 2)[sample];
        var expansion = new NearestPointOracle(Blobs).Expand(point, 1);
        double[] oracle = new double[3 * Pixels];
        expansion.Jacobian(oracle);
        return (Matrix<double>.Build.DenseOfArray(Network.Jacobian(expansion.Input)), Matrix<double>.Build.Dense(3, Pixels, (o, f) => oracle[(o * Pixels) + f]));
    }
}
