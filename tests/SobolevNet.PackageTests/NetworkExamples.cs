using System.Numerics.Tensors;

namespace SobolevNet.PackageTests;

/// <summary>The examples of kinds of networks in docs/guides/training.md, and of ensembles in docs/guides/inference.md.</summary>
public class NetworkExamples
{
    [Fact]
    public void FourierFeatures_LearnTwentyPeriods()
    {
        var samples = Waves(400, 40 * Math.PI);
        var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 50 };

        #region example: Fourier features
        var network = Mlp<double>.Create(inputs: 1, hidden: [64, 32], outputs: 1, Activation.Tanh, seed: 5, frequency: 20);
        #endregion

        var result = new SobolevTrainer<double>(network, options).Fit(samples);
        result.Training.NormalizedRmse.Should().BeLessThan(0.02);
    }

    [Fact]
    public void Siren_LearnsTwentyPeriods()
    {
        var samples = Waves(400, 40 * Math.PI);
        var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 50 };

        #region example: SIREN
        var network = Mlp<double>.Create(1, [64, 32], 1, Activation.Sine, seed: 5, Initializer.SirenUniform, frequency: 20);
        #endregion

        var result = new SobolevTrainer<double>(network, options).Fit(samples);
        result.Training.NormalizedRmse.Should().BeLessThan(0.02);
    }

    [Fact]
    public void Ensemble_SpreadsOutsideTheSamples()
    {
        using var folder = new WorkingFolder();
        var samples = Waves(50, 3);
        double[] x = [0.5, 1.5];

        #region example: ensemble
        var network = Mlp<double>.Create(inputs: 1, hidden: [32, 32], outputs: 1);          // how members are drawn; it stays as it is
        var options = new SobolevTrainingOptions { Epochs = 500, BatchSize = 16, Checkpoint = new CheckpointOptions("run.checkpoint") };
        var ensemble = MlpEnsemble<double>.Train(network, samples, members: 5, options, bootstrap: true);

        var (mean, spread) = (new double[x.Length], new double[x.Length]);
        ensemble.Evaluate(x, mean, spread);             // (S, n) gives (S, m) twice
        ensemble.Jacobian(x, mean, spread);             // (S, m, n) twice
        ensemble.Save("ensemble.safetensors");          // all members; MlpEnsemble<double>.Load reads them
        #endregion

        ensemble.Evaluate(x, mean, spread);
        spread[1].Should().BeGreaterThan(20 * spread[0]);
        MlpEnsemble<double>.Load("ensemble.safetensors").MemberCount.Should().Be(5);
    }

    /// <summary>sin of a rate with its derivative: at random between 0 and 1, or for slow ones between −1 and 1.</summary>
    private static IJetSource<double> Waves(int count, double rate)
    {
        var random = new Random(1);
        double[] x = [.. Enumerable.Range(0, count).Select(_ => rate < 10 ? (2 * random.NextDouble()) - 1 : random.NextDouble())];
        return JetData.FromJacobian(
            new ReadOnlyTensorSpan<double>(x, [count, 1]), new ReadOnlyTensorSpan<double>([.. x.Select(t => Math.Sin(rate * t))]),
            new ReadOnlyTensorSpan<double>([.. x.Select(t => rate * Math.Cos(rate * t))], [count, 1]));
    }
}
