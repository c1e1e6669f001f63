using SobolevNet.Tests.Training;

namespace SobolevNet.Tests.Networks;

/// <summary>A first layer of sines drawn as Fourier features, before layers of another activation.</summary>
public sealed class FourierFeatureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Create_Frequency_DrawsSinesOfThatFrequencyAndAnyPhase()
    {
        var network = Mlp<double>.Create(2, [2000, 10], 1, Activation.Gelu, seed: 3, frequency: 25);
        network.Architecture.Should().Be(new MlpArchitecture(2, [2000, 10], 1, Activation.Gelu, Activation.Sine));
        network.Architecture.Should().NotBe(new MlpArchitecture(2, [2000, 10], 1, Activation.Gelu));
        (network.Architecture.FirstActivation, network.Architecture.Activation).Should().Be((Activation.Sine, Activation.Gelu));
        network.Architecture.ToString().Should().Be("2-2000-10-1 sine,gelu");
        var (weights, phases) = (network.Layer(0).Weights.ToArray(), network.Layer(0).Bias.ToArray());
        Math.Sqrt(weights.Average(w => w * w)).Should().BeApproximately(25, 1);
        phases.Should().OnlyContain(phase => phase >= -Math.PI && phase < Math.PI);
        phases.Average(phase => phase * phase).Should().BeApproximately(Math.PI * Math.PI / 3, 0.2);
        network.Parameters[^30..].ToArray().Should().Equal(Mlp<double>.Create(2, [2000, 10], 1, Activation.Gelu, seed: 3).Parameters[^30..].ToArray());
        network.IsAsInitialized().Should().BeTrue();
        network.Initialize(3, frequency: 24);
        network.Layer(0).Weights[0].Should().BeApproximately(weights[0] * 24 / 25, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e7)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Create_ImpossibleFrequency_IsRefused(double frequency) =>
        ((Action)(() => Mlp<float>.Create(1, [4], 1, frequency: frequency))).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("frequency").WithMessage("*above 0 and at most 1000000*");

    [Fact]
    public void Initialize_FrequencyWithoutSines_IsRefused()
    {
        ((Action)(() => Mlp<float>.Create(1, [4], 1, Activation.Tanh).Initialize(1, frequency: 3)))
            .Should().Throw<ArgumentException>().WithParameterName("frequency").WithMessage("*1-4-1 tanh*");
        ((Action)(() => Mlp<float>.Create(1, [], 1, Activation.Sine).Initialize(1, frequency: 3)))
            .Should().Throw<ArgumentException>().WithParameterName("frequency").WithMessage("*hidden layer*");
        ((Action)(() => Mlp<float>.Create(1, [], 1, Activation.Sine, frequency: 3)))
            .Should().Throw<ArgumentException>().WithParameterName("hidden").WithMessage("*no hidden layer*frequency 3*");
        ((Action)(() => _ = new MlpArchitecture(1, [], 1, Activation.Tanh, Activation.Sine)))
            .Should().Throw<ArgumentException>().WithParameterName("firstActivation").WithMessage("*no hidden layer*");
        ((Action)(() => _ = new MlpArchitecture(1, [4], 1, Activation.Tanh, (Activation)99)))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("firstActivation");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Forward_HighFrequency_AgreesWithNestedDualNumbers(int order) =>
        JetPassTests.CompareWithDuals(Mlp<double>.Create(2, [24, 10], 2, Activation.Tanh, seed: 3, frequency: 25), order);

    [Fact]
    public void Predictor_FourierFeatures_GivesTheDerivativesOfTheNetwork()
    {
        var network = Mlp<double>.Create(2, [24, 10], 2, Activation.Tanh, seed: 3, frequency: 25);
        double[] x = [0.3, -0.7];
        var jets = network.Derivatives(x, [1, 0, 0, 1], order: 2);
        var predictor = new Predictor<double>(network);
        var (value, jacobian, hessian) = (new double[2], new double[4], new double[8]);
        predictor.Evaluate(x, value);
        predictor.Jacobian(x, jacobian);
        predictor.Hessian(x, hessian);
        for (int o = 0; o < 2; o++)
        {
            value[o].Should().BeApproximately(jets[0, 0, o], 1e-12);
            network.Evaluate(x)[o].Should().BeApproximately(jets[0, 0, o], 1e-12);
            for (int i = 0; i < 2; i++)
            {
                jacobian[(o * 2) + i].Should().BeApproximately(jets[jets.Layout.First(i), 0, o], 1e-12 * 25);
                for (int j = 0; j < 2; j++)
                {
                    hessian[(((o * 2) + i) * 2) + j].Should().BeApproximately(jets[jets.Layout.Second(i, j), 0, o], 1e-12 * 25 * 25);
                }
            }
        }
    }

    [Fact]
    public void Load_SavedNetwork_HasBothActivations()
    {
        string path = Path.Combine(_folder, "network.safetensors");
        var network = Mlp<double>.Create(1, [8, 5], 1, Activation.Tanh, seed: 2, frequency: 9);
        network.Save(path);
        var loaded = Mlp<double>.Load(path);
        loaded.Architecture.Should().Be(network.Architecture);
        loaded.Evaluate([0.3]).Should().Equal(network.Evaluate([0.3]));
        Mlp<double>.Load(path, Activation.Tanh).Architecture.Should().Be(network.Architecture);
        ((Action)(() => Mlp<double>.Load(path, Activation.Sine))).Should().Throw<InvalidDataException>().WithMessage("*activation tanh, not sine*");
        network.Clone().Architecture.Should().Be(network.Architecture);
        network.Convert<float>().Architecture.Should().Be(network.Architecture);
    }

    [Fact]
    public void Fit_TwentyPeriods_LeavesAHundredthOfTheErrorOfTanh()
    {
        var (training, fresh) = (Waves(400, seed: 1), Waves(300, seed: 2));
        var options = new SobolevTrainingOptions { Epochs = 150, BatchSize = 50, Threads = 1 };
        double Error(double? frequency)
        {
            var network = Mlp<double>.Create(1, [64, 32], 1, Activation.Tanh, seed: 5, frequency: frequency);
            new SobolevTrainer<double>(network, options).Fit(training);
            return Evaluation.Of(network, fresh).NormalizedRmse;
        }

        double plain = Error(null), fourier = Error(36);
        plain.Should().BeGreaterThan(0.3);
        fourier.Should().BeLessThan(plain / 100);
    }

    [Fact]
    public void Fit_LabelsThatChangeAlongOneInput_GivesTheFrequencyToThatInput()
    {
        var source = JetSource.Generate<double>(
            JetLayout.Full(2, 1), 2, 1, 200,
            (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
            {
                double t = x[0, 0, 0] = 7 * random.NextUniform();
                x[0, 0, 1] = random.NextUniform();
                (y[0, 0, 0], y[1, 0, 0], y[2, 0, 0]) = (Math.Sin(t), Math.Cos(t), 0);
            },
            inputOrder: 1, tangentInputs: [0, 1]);
        var network = Mlp<double>.Create(2, [500], 1, Activation.Tanh, seed: 3, frequency: 8);
        new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 1, Optimizer = Optimizer.Adam(learningRate: 1e-9), Threads = 1 }).Fit(source);
        double[] weights = network.Layer(0).Weights.ToArray();
        double Deviation(int input) => Math.Sqrt(weights.Where((_, k) => k % 2 == input).Average(w => w * w));
        Deviation(0).Should().BeApproximately(8, 0.8);
        Deviation(1).Should().BeLessThan(0.2);
    }

    [Fact]
    public void Fit_InterruptedAndResumed_GivesTheSameBits()
    {
        string path = Path.Combine(_folder, "run.checkpoint");
        var options = new SobolevTrainingOptions { Epochs = 4, BatchSize = 32, Threads = 1 };
        Mlp<double> Network(double frequency = 20) => Mlp<double>.Create(1, [16, 8], 1, Activation.Tanh, seed: 5, frequency: frequency);
        var expected = Network();
        new SobolevTrainer<double>(expected, options).Fit(Waves(100, 1));
        var half = options with { Epochs = 4, Checkpoint = new CheckpointOptions(path) };
        using var stop = new CancellationTokenSource();
        var progress = new SynchronousProgress(report =>
        {
            if (report.IsEndOfEpoch && report.Epoch == 2)
            {
                stop.Cancel();
            }
        });
        ((Action)(() => new SobolevTrainer<double>(Network(), half).Fit(Waves(100, 1), null, progress, stop.Token)))
            .Should().Throw<TrainingCanceledException>();
        var resumed = new SobolevTrainer<double>(Network(), half);
        resumed.ResumeFrom(path);
        resumed.Fit(Waves(100, 1));
        resumed.Network.Parameters.ToArray().Should().Equal(expected.Parameters.ToArray());
        var other = new SobolevTrainer<double>(Mlp<double>.Create(1, [16, 8], 1, Activation.Tanh, seed: 5), half);
        other.ResumeFrom(path);
        ((Action)(() => other.Fit(Waves(100, 1)))).Should().Throw<InvalidDataException>().WithMessage("*1-16-8-1 sine,tanh*1-16-8-1 tanh*");
    }

    /// <summary>sin of 20 periods over [0, 1] with its derivative.</summary>
    private static IJetSource<double> Waves(int samples, ulong seed)
    {
        const double Rate = 40 * Math.PI;
        return JetSource.Generate<double>(
            JetLayout.Full(1, 1), 1, 1, samples,
            (long _, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
            {
                double t = x[0, 0, 0] = random.NextUniform();
                (y[0, 0, 0], y[1, 0, 0]) = (Math.Sin(Rate * t), Rate * Math.Cos(Rate * t));
            },
            seed, inputOrder: 1, tangentInputs: [0]).Materialize();
    }
}
