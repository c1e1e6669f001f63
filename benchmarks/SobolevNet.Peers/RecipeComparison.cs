using System.Globalization;
using SobolevNet.Experiments.Surrogate;

namespace SobolevNet.Peers;

/// <summary>
/// Baskets of 7 and 50 assets from 8,192 payoffs with pathwise deltas: the published recipe in TorchSharp, and this library's defaults in the time that it took.
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
        Train(warmUp, 0, 0.5);
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var basket = new BachelierBasket(assets, seed);
            var labels = SurrogateLabels<float>.Pathwise(basket, Samples, seed + 100);
            var test = new SurrogateTest(SurrogateLabels<float>.Exact(basket, 2, TestPoints, seed + 200));
            var (published, seconds) = TorchRecipe.Train(labels, seed, PublishedRecipe.Epochs);
            yield return Line("TorchSharp, published recipe", seed, test.ErrorsOf(published, 0, default), seconds, PublishedRecipe.Epochs);
            var (network, result) = Train(labels, seed, seconds);
            yield return Line("SobolevNet, its defaults", seed, test.ErrorsOf(network, 0, default), result.Elapsed.TotalSeconds, result.Epochs);
        }
    }

    private static (Mlp<float> Network, TrainingResult Result) Train(IJetSource<float> labels, ulong seed, double seconds)
    {
        var network = Mlp<float>.Create(labels.InputFeatures, SurrogateTraining.Hidden, 1, Activation.Softplus, seed);
        var options = new SobolevTrainingOptions { TimeBudget = TimeSpan.FromSeconds(seconds), Seed = seed };
        return (network, new SobolevTrainer<float>(network, options).Fit(labels));
    }

    private static string Line(string method, ulong seed, SurrogateErrors errors, double seconds, int epochs) => string.Create(
        CultureInfo.InvariantCulture,
        $"  seed {seed}  {method,-30} values {errors.Values,6:F2} %  deltas {errors.Greeks,6:F2} %  gammas {errors.Gammas,7:F1} %  {seconds,6:F2} s  {epochs,5} epochs");
}
