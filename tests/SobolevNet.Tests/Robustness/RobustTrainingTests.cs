using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

/// <summary>The whole of it on a task that is not the cube: two Gaussian blobs that move about an image.</summary>
public class RobustTrainingTests
{
    [Fact]
    public void Universal_AgainstPlainTraining_IsLessVulnerableAndNoLessAccurate()
    {
        var manifold = TestManifolds.Blobs();
        var fresh = new ManifoldSource<float>(manifold, 0, 300, seed: 2);
        double[][] points = manifold.DrawPoints(30, 50);
        double[][] ratios = [.. Enumerable.Range(1, 3).Select(seed =>
        {
            var clean = new ManifoldSource<float>(manifold, 1, 256, (ulong)seed).Materialize();
            var plain = Train(clean.Truncate(0), seed);
            var universal = Train(new RobustSource<float>(clean, new RobustSourceOptions
            {
                Directions = DirectionGroup.Bands(TestManifolds.BlobSide, TestManifolds.BlobSide),
                PerturbationScale = 0.3,
                Seed = (ulong)seed,
            }), seed);
            return Measures(universal).Zip(Measures(plain), (with, without) => with / without).ToArray();
        })];

        Median(0).Should().BeLessThan(1, "it is no less accurate");
        Median(1).Should().BeLessThan(0.6, "first order");
        Median(2).Should().BeLessThan(0.6, "attacks of finite size");
        Median(3).Should().BeLessThan(0.6, "noise");

        double Median(int measure) => OverSeeds.Median(ratios.Select(ratio => ratio[measure]));

        double[] Measures(Mlp<float> network)
        {
            var evaluator = new VulnerabilityEvaluator<float>(network, manifold);
            return
            [
                Evaluation.Of(network, fresh).NormalizedRmse,
                evaluator.FirstOrder(points).Universal,
                evaluator.Curve(points[..8], [0.5]).Points[0].Mean,
                evaluator.Noise(points, [0.05]).Single().ErrorAgainstOracle,
            ];
        }
    }

    private static Mlp<float> Train(IJetSource<float> source, int seed)
    {
        var network = Mlp<float>.Create(256, [48, 48], 3, seed: (ulong)seed);
        var options = new SobolevTrainingOptions { Epochs = 120, BatchSize = 32, Seed = (ulong)seed, Optimizer = Optimizer.Adam(learningRate: 6e-3) };
        new SobolevTrainer<float>(network, options).Fit(source);
        return network;
    }
}
