namespace SobolevNet.Tests.Networks;

/// <summary>Faults in the first element and the last one, and the smallest networks.</summary>
public sealed class FirstElementTests : IDisposable
{
    private readonly Files.TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Inference_OneInputThatIsNotFinite_IsNamedWhereverItIs(int at)
    {
        var network = Mlp<double>.Create(2, [3], 1, seed: 1);
        double[] x = new double[4];
        x[at] = double.NaN;
        string message = $"x is NaN in feature {at % 2} of sample {at / 2}*";
        double[] one = [.. x.Skip(at / 2 * 2).Take(2)];
        foreach (var act in new Action[] { () => network.Evaluate(one), () => network.Jacobian(one), () => network.Hessian(one), () => network.Derivatives(one, [1, 0], 1) })
        {
            act.Should().Throw<ArgumentException>().WithMessage($"x is NaN in feature {at % 2} of sample 0*");
        }

        FluentActions.Invoking(() => network.Derivatives([1, 1], one, 1)).Should().Throw<ArgumentException>().WithParameterName("directions");
        FluentActions.Invoking(() => new Predictor<double>(network).Evaluate(x, new double[2])).Should().Throw<ArgumentException>().WithMessage(message);
        FluentActions.Invoking(() => new AdjointPass<double>(network, 0, 2).Forward(x, [], new double[2], new double[4], []))
            .Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void SaveAndLoad_OneParameterThatIsNotFinite_IsRefusedWhereverItIs(int at)
    {
        string path = _folder.File("network");
        var network = Mlp<double>.Create(2, [3], 1, seed: 1);
        network.Save(path);
        byte[] sound = File.ReadAllBytes(path);
        network.Parameters[at] = double.NaN;
        FluentActions.Invoking(() => network.Save(path)).Should().Throw<InvalidOperationException>().WithMessage($"Parameter {at} of the network is NaN*");
        File.ReadAllBytes(path).Should().Equal(sound);

        var file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(path, file.Metadata, [.. file.Tensors.Select(tensor =>
        {
            double[] values = tensor.ToArray<double>();
            bool isFirst = tensor.Name == "net.0.weight" && at == 0;
            bool isLast = tensor.Name == "net.2.bias" && at == 12;
            values[^1] = isLast ? double.NaN : values[^1];
            values[0] = isFirst ? double.NaN : values[0];
            return SafetensorsTensor.Create<double>(tensor.Name, values, tensor.Shape);
        })]);
        FluentActions.Invoking(() => Mlp<double>.Load(path)).Should().Throw<InvalidDataException>().WithMessage("*has the parameter NaN*");
    }

    [Fact]
    public void Fit_OneCoefficientThatIsNotFinite_IsNamed()
    {
        foreach (int at in new[] { 0, 1 })
        {
            var source = JetData.FromValues(new double[,] { { 1 }, { 2 } }, [1.0, 2]);
            var trainer = new SobolevTrainer<double>(Mlp<double>.Create(1, [2], 1), new() { Epochs = 1 }) { Coefficients = [1, 2] };
            trainer.Coefficients[at] = double.NaN;
            trainer.Invoking(t => t.Fit([new LossTerm<double>(source)])).Should().Throw<InvalidOperationException>().WithMessage($"Coefficient {at} *NaN*");
        }
    }

    [Fact]
    public void NetworkWithoutHiddenLayers_SavedAndLoaded_IsTheSame()
    {
        var network = Mlp<double>.Create(1, [], 1, Activation.Silu, seed: 4);
        network.Save(_folder.File("network"));
        var loaded = Mlp<double>.Load(_folder.File("network"));
        loaded.Architecture.Should().Be(network.Architecture);
        loaded.Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
    }

    [Fact]
    public void Architectures_ThatDifferInOnePart_AreNotEqual()
    {
        var architecture = new MlpArchitecture(2, [3], 1, Activation.Tanh);
        architecture.Equals(new MlpArchitecture(2, [3], 1, Activation.Tanh)).Should().BeTrue();
        architecture.Equals(new MlpArchitecture(2, [3], 1, Activation.Silu)).Should().BeFalse();
        architecture.Equals(new MlpArchitecture(2, [4], 1, Activation.Tanh)).Should().BeFalse();
        architecture.Equals(new MlpArchitecture(2, [3, 3], 1, Activation.Tanh)).Should().BeFalse();
        architecture.Equals((object)"2-3-1 tanh").Should().BeFalse();
        architecture.Equals((MlpArchitecture?)null).Should().BeFalse();
    }

    [Fact]
    public void Networks_OfAnotherPrecision_AreRefused() =>
        FluentActions.Invoking(() => new Mlp<Half>(new MlpArchitecture(1, [], 1, Activation.Tanh))).Should().Throw<NotSupportedException>().WithMessage("*float or double, not Half*");
}
