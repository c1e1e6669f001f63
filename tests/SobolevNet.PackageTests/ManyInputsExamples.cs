using System.Numerics;
using SobolevNet.Rendering;

namespace SobolevNet.PackageTests;

/// <summary>The examples of docs/guides/many-inputs.md.</summary>
public class ManyInputsExamples
{
    [Fact]
    public void Basket_OfManyAssets_IsPricedWithItsDeltas()
    {
        using var console = new ConsoleCapture();

        #region example: basket
        // The price of a basket of 100 assets from simulated paths: a noisy payoff and its pathwise deltas for each of 4,096 days.
        const int Assets = 100;
        const int Days = 4_096;
        var (spots, payoffs, deltas) = (new float[Days, Assets], new float[Days], new float[Days, Assets]);
        var random = new RandomStream(seed: 1);
        for (int day = 0; day < Days; day++)
        {
            double level = random.NextUniform(0.7, 1.3);
            double market = random.NextNormal();
            double basket = 0;
            for (int asset = 0; asset < Assets; asset++)
            {
                double spot = level * random.NextUniform(0.8, 1.2);
                double growth = Math.Exp((0.12 * market) + (0.16 * random.NextNormal()) - 0.02);
                spots[day, asset] = (float)spot;
                deltas[day, asset] = (float)(growth / Assets);
                basket += spot * growth / Assets;
            }

            payoffs[day] = (float)Math.Max(0, basket - 1);
            for (int asset = 0; asset < Assets && basket <= 1; asset++)
            {
                deltas[day, asset] = 0;
            }
        }

        IJetSource<float> labels = JetData.FromJacobian(spots, payoffs, deltas);                    // 101 components
        var network = Mlp<float>.Create(inputs: Assets, hidden: [32, 32], outputs: 1, Activation.Softplus, seed: 1);
        new SobolevTrainer<float>(network, new SobolevTrainingOptions { Epochs = 10 }).Fit(labels);

        float[] today = Enumerable.Repeat(1f, Assets).ToArray();
        Console.WriteLine($"price {network.Evaluate(today)[0]:F3}, delta of one asset {network.Jacobian(today)[0, 0]:F4}");
        #endregion

        // The basket is at the money and its deviation is about 0.12: the price is about 0.4 of that, the delta half a hundredth.
        network.Evaluate(today)[0].Should().BeInRange(0.02f, 0.09f);
        network.Jacobian(today)[0, 0].Should().BeInRange(0.003f, 0.008f);
    }

    [Fact]
    public void ForceField_OfManyCoordinates_IsTrainedOnFreshConfigurations()
    {
        using var console = new ConsoleCapture();

        #region example: force field
        // Energies and slopes of 9 atoms with springs between all pairs: 27 coordinates, fresh configurations in every epoch.
        const int Atoms = 9;
        const int Coordinates = 3 * Atoms;
        IJetSource<float> clusters = JetSource.Generate(
            JetLayout.Full(Coordinates, order: 1), Coordinates, outputFeatures: 1, count: 2_048, seed: 1, isEndless: true,
            tangentInputs: [.. Enumerable.Range(0, Coordinates)],       // tangent i is input i: only the values of the inputs are written
            generator: (long sample, ref RandomStream random, JetSpan<float> x, JetSpan<float> energy) =>
            {
                var place = x.Row(0, 0);
                for (int c = 0; c < Coordinates; c++)
                {
                    int lattice = c % 3 == 0 ? c / 9 : c % 3 == 1 ? c / 3 % 3 : 0;
                    place[c] = (float)(lattice + (0.1 * random.NextNormal()));
                }

                for (int a = 0; a < Atoms; a++)
                {
                    for (int b = 0; b < a; b++)
                    {
                        var between = new Vector3(place.Slice(3 * a, 3)) - new Vector3(place.Slice(3 * b, 3));
                        float distance = between.Length();
                        float decay = MathF.Exp(1 - distance);
                        var slope = 2 * (1 - decay) * decay / distance * between;       // ∂E/∂x of atom a; the force on it is −slope
                        energy[0, 0, 0] += (1 - decay) * (1 - decay);
                        for (int c = 0; c < 3; c++)
                        {
                            energy[1 + (3 * a) + c, 0, 0] += slope[c];
                            energy[1 + (3 * b) + c, 0, 0] -= slope[c];
                        }
                    }
                }
            });

        var network = Mlp<float>.Create(inputs: Coordinates, hidden: [64, 64], outputs: 1, Activation.Softplus, seed: 1);
        var options = new SobolevTrainingOptions { Epochs = 100, BatchSize = 32, InputScaling = InputScalingKind.Common };     // coordinates share a unit
        var result = new SobolevTrainer<float>(network, options).Fit(clusters);
        Console.WriteLine($"{result.Propagation}: {result.Training.OrderErrors[0]:P1} error in energies, {result.Training.OrderErrors[1]:P1} in forces");

        // The slopes of many configurations at once, from any number of threads: forces are minus these.
        float[] configurations = clusters.Materialize(count: 100, first: 1_000_000).Input.Component(0).ToArray();
        var slopes = new float[configurations.Length];
        new Predictor<float>(network).Jacobian(configurations, slopes);
        #endregion

        result.Propagation.Should().Be(DerivativePropagation.Adjoint);
        result.Training.OrderErrors.Max().Should().BeLessThan(0.1);
        slopes.Should().Contain(slope => slope != 0);
    }

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
