using System.Globalization;
using SobolevNet.Experiments.Surrogate;

namespace SobolevNet.Peers;

/// <summary>
/// Baskets of 7 and 50 assets from 8,192 payoffs with pathwise deltas: the published recipe in TorchSharp; this library's defaults in the time that it took; and in at most that
/// time with a tenth of the labels held out and early stopping, since payoffs are noisy and a long training learns the noise.
/// </summary>
internal static class RecipeComparison
{
    private const int Samples = 8192;
    private const int TestPoints = 8192;
    private const int Seeds = 3;

    /// <summary>A line for each basket, seed and method.</summary>
    public static IEnumerable<string> Run(int assets)
    {
        // The first trainings run code that the compiler has yet to improve.
        var warmUp = SurrogateLabels<float>.Pathwise(new BachelierBasket(assets, 0), 1024, 0);
        TorchRecipe.Train(warmUp, 0, epochs: 10);
        Train(warmUp, 0, 0.5, stopsEarly: true);
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var basket = new BachelierBasket(assets, seed);
            var labels = SurrogateLabels<float>.Pathwise(basket, Samples, seed + 100);
            var test = new SurrogateTest(SurrogateLabels<float>.Exact(basket, 2, TestPoints, seed + 200));
            var (published, seconds) = TorchRecipe.Train(labels, seed, PublishedRecipe.Epochs);
            yield return Line("TorchSharp, published recipe", seed, test.ErrorsOf(published, 0, default), seconds, PublishedRecipe.Epochs);
            foreach (bool stopsEarly in new[] { false, true })
            {
                var (network, result) = Train(labels, seed, seconds, stopsEarly);
                string method = stopsEarly ? "SobolevNet, early stopping" : "SobolevNet, its defaults";
                yield return Line(method, seed, test.ErrorsOf(network, 0, default), result.Elapsed.TotalSeconds, result.Epochs);
            }
        }
    }

    private static (Mlp<float> Network, TrainingResult Result) Train(IJetSource<float> labels, ulong seed, double seconds, bool stopsEarly)
    {
        var network = Mlp<float>.Create(labels.InputFeatures, SurrogateTraining.Hidden, 1, Activation.Softplus, seed);
        var options = new SobolevTrainingOptions { TimeBudget = TimeSpan.FromSeconds(seconds), Seed = seed };
        if (stopsEarly)
        {
            options = options with { ValidationPart = 0.1, EarlyStopping = new EarlyStopping { Patience = 3, Improvement = 0.01 } };
        }

        return (network, new SobolevTrainer<float>(network, options).Fit(labels));
    }

    private static string Line(string method, ulong seed, SurrogateErrors errors, double seconds, int epochs) => string.Create(
        CultureInfo.InvariantCulture,
        $"  seed {seed}  {method,-30} values {errors.Values,6:F2} %  deltas {errors.Greeks,6:F2} %  gammas {errors.Gammas,7:F1} %  {seconds,6:F2} s  {epochs,5} epochs");
}
