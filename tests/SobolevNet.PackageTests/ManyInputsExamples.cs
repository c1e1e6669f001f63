using SobolevNet.Rendering;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/many-inputs.md.</summary>
public class ManyInputsExamples
{
    [Fact]
    public void Images_AreProjectedForTrainingAndTheMapIsFoldedIn()
    {
        using var console = new ConsoleCapture();

        #region example: front end
        var images = new CubeSource(new CubeRenderer(), order: 2, count: 1_000, seed: 1);           // 1,681 pixels
        var frontEnd = LinearFrontEnd<float>.Fit(images, features: 48);
        IJetSource<float> features = frontEnd.Project(images).Materialize();                        // small enough to keep in memory

        var core = Mlp<float>.Create(inputs: 48, hidden: [48, 48], outputs: 9, Activation.Silu, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 40, BatchSize = 25 };
        new SobolevTrainer<float>(core, options).Fit(features);

        Mlp<float> network = frontEnd.Fold(core);                                                   // an ordinary network of 1,681 inputs
        Console.WriteLine($"error on fresh images {Evaluation.Of(network, images.Fresh(200, seed: 2)).NormalizedRmse:P1}");
        #endregion

        network.Architecture.Inputs.Should().Be(1681);
        Evaluation.Of(network, images.Fresh(200, seed: 2)).NormalizedRmse.Should().BeLessThan(0.3);
    }

    [Fact]
    public void Hessians_AreTrainedByProductsWithRandomDirections()
    {
        var features = new CubeSource(new CubeRenderer(), order: 2, count: 60, seed: 1);
        var network = Mlp<float>.Create(1681, [16], 9, Activation.Silu, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 20 };

        #region example: random directions
        IJetSource<float> products = features.WithHessianVectorProducts(seed: 1);                   // 13 components instead of 28
        IJetSource<float> twoJets = features.AlongRandomDirections(directions: 2, order: 2, seed: 1); // 5 components
        new SobolevTrainer<float>(network, options).Fit(products);
        #endregion

        products.Layout.Count.Should().Be(13);
        twoJets.Layout.Count.Should().Be(5);
    }

    [Fact]
    public void Hessians_AreTrainedAsJetsNearby()
    {
        var features = new CubeSource(new CubeRenderer(), order: 2, count: 60, seed: 1);
        var network = Mlp<float>.Create(1681, [16], 9, Activation.Silu, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 20 };

        #region example: displaced
        IJetSource<float> nearby = features.Displaced(order: 1, seed: 1);                             // 7 components instead of 28
        new SobolevTrainer<float>(network, options).Fit(nearby);
        #endregion

        nearby.Layout.Count.Should().Be(7);
    }
}
