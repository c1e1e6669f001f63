using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

/// <summary>The whole of it on a task that is not the cube: two Gaussian blobs that move about an image.</summary>
public class RobustTrainingTests
{
    [Fact]
    public void Universal_AgainstPlainTraining_IsLessVulnerableAndNoLessAccurate()
    {
        var manifold = TestManifolds.Blobs();
        var clean = new ManifoldSource<float>(manifold, 1, 256, seed: 1).Materialize();
        var fresh = new ManifoldSource<float>(manifold, 0, 300, seed: 2);
        double[][] points = manifold.DrawPoints(30, 50);
        var plain = Train(clean.Truncate(0));
        var universal = Train(new RobustSource<float>(clean, new RobustSourceOptions
        {
            Directions = DirectionGroup.Bands(TestManifolds.BlobSide, TestManifolds.BlobSide),
            PerturbationScale = 0.3,
        }));

        double plainError = Evaluation.Of(plain, fresh).NormalizedRmse;
        double universalError = Evaluation.Of(universal, fresh).NormalizedRmse;
        universalError.Should().BeLessThan(plainError);

        var before = new VulnerabilityEvaluator<float>(plain, manifold);
        var after = new VulnerabilityEvaluator<float>(universal, manifold);
        after.FirstOrder(points).Universal.Should().BeLessThan(0.5 * before.FirstOrder(points).Universal);
        after.Curve(points[..8], [0.5]).Points[0].Mean.Should().BeLessThan(0.5 * before.Curve(points[..8], [0.5]).Points[0].Mean);
        after.Noise(points, [0.05]).Single().ErrorAgainstOracle.Should().BeLessThan(0.5 * before.Noise(points, [0.05]).Single().ErrorAgainstOracle);
    }

    private static Mlp<float> Train(IJetSource<float> source)
    {
        var network = Mlp<float>.Create(256, [48, 48], 3, seed: 3);
        new SobolevTrainer<float>(network, new SobolevTrainingOptions { Epochs = 120, BatchSize = 32, Optimizer = Optimizer.Adam(learningRate: 6e-3) }).Fit(source);
        return network;
    }
}
