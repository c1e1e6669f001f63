namespace SobolevNet.Tests.Networks;

public class MlpTests
{
    private static readonly string Folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void Create_SameSeed_GivesTheSameNetwork()
    {
        var a = Mlp<float>.Create(5, [7, 3], 2, Activation.Silu, seed: 4);
        Mlp<float>.Create(5, [7, 3], 2, Activation.Silu, seed: 4).Parameters.ToArray().Should().Equal(a.Parameters.ToArray());
        Mlp<float>.Create(5, [7, 3], 2, Activation.Silu, seed: 5).Parameters.ToArray().Should().NotEqual(a.Parameters.ToArray());
        a.Architecture.ParameterCount.Should().Be((6 * 7) + (8 * 3) + (4 * 2));
        a.Architecture.ToString().Should().Be("5-7-3-2 silu");
    }

    [Theory]
    [InlineData(Initializer.Auto, 2.0 / 400)]
    [InlineData(Initializer.LeCunNormal, 1.0 / 400)]
    [InlineData(Initializer.HeNormal, 2.0 / 400)]
    [InlineData(Initializer.GlorotNormal, 2.0 / 500)]
    [InlineData(Initializer.GlorotUniform, 2.0 / 500)]
    [InlineData(Initializer.SirenUniform, 2.0 / 400)]
    public void Initializer_Weights_HaveTheVarianceStated(Initializer initializer, double variance)
    {
        var weights = Mlp<double>.Create(400, [100], 1, Activation.Gelu, seed: 1, initializer).Layer(0).Weights.ToArray();
        (weights.Sum(w => w * w) / weights.Length).Should().BeApproximately(variance, 0.03 * variance);
        weights.Average().Should().BeApproximately(0, 0.02 * Math.Sqrt(variance));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(300)]
    public void Evaluate_AnyNumberOfSamples_GivesTheValueOfPropagate(int samples)
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [6, 40, 20, 3], 1);
        var jets = JetPassTests.RandomJets<double>(JetLayout.Full(2, 2), samples, 6, 2);
        var expected = network.Propagate(jets).Component(0).ToArray();
        double[] actual = network.Evaluate(jets.Component(0));
        actual.Should().HaveCount(expected.Length);
        for (int k = 0; k < actual.Length; k++)
        {
            actual[k].Should().BeApproximately(expected[k], 1e-13 * (1 + Math.Abs(expected[k])));
        }
    }

    [Fact]
    public void Jacobian_Hessian_AndDerivatives_Agree()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Gelu, [4, 30, 3], 1);
        double[] x = [0.3, -1, 0.5, 2];
        var jacobian = network.Jacobian(x);
        var hessian = network.Hessian(x);
        var unit = new double[16];
        for (int i = 0; i < 4; i++)
        {
            unit[(i * 4) + i] = 1;
        }

        var jets = network.Derivatives(x, unit, order: 2);
        for (int o = 0; o < 3; o++)
        {
            for (int i = 0; i < 4; i++)
            {
                jacobian[o, i].Should().BeApproximately(jets[jets.Layout.First(i), 0, o], 1e-12);
                for (int j = 0; j < 4; j++)
                {
                    hessian[o, i, j].Should().BeApproximately(jets[jets.Layout.Second(i, j), 0, o], 1e-12);
                }
            }
        }

        // Along two directions at once, against the contraction of the Hessian.
        double[] directions = [1, 2, 0, -1, 0.5, 0, 3, 1];
        var along = network.Derivatives(x, directions, order: 2);
        double contracted = 0;
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 4; j++)
            {
                contracted += directions[i] * hessian[1, i, j] * directions[4 + j];
            }
        }

        along[along.Layout.Second(0, 1), 0, 1].Should().BeApproximately(contracted, 1e-11);
    }

    [Fact]
    public void Fold_ScaledNetwork_IsTheSameFunctionWithoutScalings()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 1);
        network.InputScaling = new FeatureScaling<double>([3, -1], [2, 0.5]);
        network.OutputScaling = new FeatureScaling<double>([10, 0], [4, 0.1]);
        double[] x = [3.5, -0.8];
        double[] standardized = [0.25, 0.4];
        var plain = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 1);
        double[] y = plain.Evaluate(standardized);
        double[] scaled = network.Evaluate(x);
        scaled[0].Should().BeApproximately((4 * y[0]) + 10, 1e-12);
        scaled[1].Should().BeApproximately(0.1 * y[1], 1e-12);
        var folded = network.Fold();
        folded.InputScaling.Should().BeNull();
        folded.Evaluate(x)[0].Should().BeApproximately(scaled[0], 1e-12);
        folded.Evaluate(x)[1].Should().BeApproximately(scaled[1], 1e-12);
    }

    [Fact]
    public void Clone_ChangedAfterwards_LeavesTheOriginal()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 1);
        network.InputScaling = new FeatureScaling<double>([3, -1], [2, 0.5]);
        double[] before = network.Evaluate([1, 2]);
        var copy = network.Clone();
        copy.Architecture.Should().Be(network.Architecture);
        copy.InputScaling.Should().BeSameAs(network.InputScaling);
        copy.Evaluate([1, 2]).Should().Equal(before);
        copy.Parameters.Clear();
        copy.InputScaling = null;
        network.Evaluate([1, 2]).Should().Equal(before);
    }

    [Fact]
    public void Evaluate_AfterChanges_SeesThem()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 1);
        double[] first = network.Evaluate([1, 2]);
        var derivative = network.Jacobian([1, 2]);
        network.OutputScaling = new FeatureScaling<double>([0, 0], [2, 2]);
        network.Evaluate([1, 2]).Should().Equal(2 * first[0], 2 * first[1]);
        network.Jacobian([1, 2])[1, 0].Should().Be(2 * derivative[1, 0]);
        network.Parameters.Clear();
        network.Evaluate([1, 2]).Should().Equal(0, 0);
        network.Jacobian([1, 2])[1, 0].Should().Be(0);
    }

    [Fact]
    public void Inference_FromManyThreads_GivesTheResultsOfOne()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [3, 30, 2], 1);
        double[] Ask(int k)
        {
            double[] x = [k, 1, -k];
            return k % 3 == 0 ? network.Evaluate(x) : [.. (k % 3 == 1 ? network.Jacobian(x) : (Array)network.Hessian(x)).Cast<double>()];
        }

        double[][] expected = [.. Enumerable.Range(0, 200).Select(Ask)];
        double[][] actual = new double[200][];
        Parallel.For(0, 200, k => actual[k] = Ask(k));
        for (int k = 0; k < 200; k++)
        {
            actual[k].Should().Equal(expected[k]);
        }
    }

    [Fact]
    public void Derivatives_OfManyInputsAndOutputs_AgreeWithPropagation()
    {
        // More outputs than a group has rows.
        var network = JetPassTests.RandomNetwork<double>(Activation.Silu, [3, 5, 500], 1);
        double[] x = [0.3, -1, 0.5];
        var jacobian = network.Jacobian(x);
        var hessian = network.Hessian(x);
        var jets = network.Derivatives(x, [1, 0, 0, 0, 1, 0, 0, 0, 1], order: 2);
        for (int o = 0; o < 500; o++)
        {
            jacobian[o, 2].Should().BeApproximately(jets[jets.Layout.First(2), 0, o], 1e-12);
            hessian[o, 0, 1].Should().BeApproximately(jets[jets.Layout.Second(0, 1), 0, o], 1e-12);
        }
    }

    [Fact]
    public void Architecture_Orders_AreThoseOfTheActivation()
    {
        var smooth = new MlpArchitecture(3, [5, 4], 2, Activation.Silu);
        smooth.MaxOrder.Should().Be(2);
        smooth.Hidden.ToArray().Should().Equal(5, 4);
        smooth.CheckOrder(2);
        var kinked = new MlpArchitecture(3, [5], 2, Activation.Relu);
        kinked.MaxOrder.Should().Be(1);
        kinked.CheckOrder(1);
        ((Action)(() => kinked.CheckOrder(2))).Should().Throw<NotSupportedException>();
        ((Action)(() => smooth.CheckOrder(3))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("order");
        ((Action)(() => smooth.CheckOrder(-1))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("order");
        new MlpArchitecture(3, [], 2, Activation.Relu).MaxOrder.Should().Be(2, "there is no activation in a linear map");
        new MlpArchitecture(3, [5, 4], 2, Activation.Silu, Activation.Relu).MaxOrder.Should().Be(1);
        new MlpArchitecture(3, [5, 4], 2, Activation.Relu, Activation.Silu).MaxOrder.Should().Be(1);
        new MlpArchitecture(3, [5], 2, Activation.Relu, Activation.Silu).MaxOrder.Should().Be(2, "the one hidden layer is not kinked");
    }

    [Fact]
    public void Convert_NumbersBeyondTheType_AreRefused()
    {
        var network = Mlp<double>.Create(2, [3], 1);
        network.Parameters[4] = 1e300;
        ((Action)(() => network.Convert<float>())).Should().Throw<OverflowException>().WithMessage("*1E+300*");
        network.Parameters[4] = 1e-300;
        network.Convert<float>().Parameters[4].Should().Be(0);
        network.InputScaling = new FeatureScaling<double>([0, 0], [1, 1e-100]);
        ((Action)(() => network.Convert<float>())).Should().Throw<OverflowException>().WithMessage("*scale*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SaveAndLoad_ReturnTheSameBits(bool scaled)
    {
        var network = JetPassTests.RandomNetwork<float>(Activation.Softplus, [3, 5, 4, 2], 1);
        if (scaled)
        {
            network.InputScaling = new FeatureScaling<float>([1, 2, 3], [4, 5, 6]);
        }

        string path = Path.Combine(Folder, $"network{scaled}.safetensors");
        network.Save(path);
        var loaded = Mlp<float>.Load(path);
        loaded.Architecture.Should().Be(network.Architecture);
        loaded.Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
        (loaded.InputScaling?.Scale.ToArray()).Should().Equal(network.InputScaling?.Scale.ToArray());
        loaded.OutputScaling.Should().BeNull();
        var wide = Mlp<double>.Load(path);
        wide.Parameters[3].Should().Be(network.Parameters[3]);
        wide.Convert<float>().Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
        var file = SafetensorsFile.Read(path);
        file.GetTensor("net.2.weight").Shape.ToArray().Should().Equal(4, 5);
    }

    [Theory]
    [InlineData("sizes", "3,5,2,2")]
    [InlineData("sizes", "3,5000000,4,2")]
    [InlineData("sizes", "3,,4")]
    [InlineData("sizes", "3")]
    [InlineData("sizes", "-3,5,4,2")]
    [InlineData("activation", "step")]
    [InlineData("activation", "3")]
    [InlineData("activation", "sine,")]
    [InlineData("activation", "sine,tanh,tanh")]
    [InlineData("format", "something else")]
    public void Load_MislabeledFile_SaysWhatIsWrong(string key, string value)
    {
        string path = Path.Combine(Folder, $"wrong-{Guid.NewGuid():N}.safetensors");
        Mlp<float>.Create(3, [5, 4], 2).Save(path);
        var file = SafetensorsFile.Read(path);
        var metadata = file.Metadata.ToDictionary();
        metadata[key] = value;
        SafetensorsFile.Write(path, metadata, file.Tensors);
        ((Action)(() => Mlp<float>.Load(path))).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Load_ParameterThatIsNotFinite_IsRefused()
    {
        string path = Path.Combine(Folder, "nan.safetensors");
        var network = Mlp<float>.Create(3, [5, 4], 2);
        network.Save(path);
        var file = SafetensorsFile.Read(path);
        var tensors = file.Tensors.Select(tensor => tensor.Name != "net.0.weight"
            ? tensor
            : SafetensorsTensor.Create<float>(tensor.Name, [.. tensor.ToArray<float>()[..^1], float.NaN], tensor.Shape));
        SafetensorsFile.Write(path, file.Metadata, [.. tensors]);
        ((Action)(() => Mlp<float>.Load(path))).Should().Throw<InvalidDataException>().WithMessage("*NaN*");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Save_ParameterThatIsNotFinite_IsRefusedAndKeepsTheOldFile(float value)
    {
        string path = Path.Combine(Folder, $"kept-{Guid.NewGuid():N}.safetensors");
        var network = Mlp<float>.Create(3, [5, 4], 2);
        network.Save(path);
        byte[] old = File.ReadAllBytes(path);
        network.Parameters[17] = value;
        ((Action)(() => network.Save(path))).Should().Throw<InvalidOperationException>().WithMessage("Parameter 17 of the network is*");
        File.ReadAllBytes(path).Should().Equal(old);
    }

    [Fact]
    public void Inference_WrongLengths_NameTheArgument()
    {
        var network = Mlp<float>.Create(3, [5], 2);
        Refused(() => network.Evaluate(new float[4]), "x");
        Refused(() => network.Evaluate([]), "x");
        Refused(() => network.Jacobian(new float[2]), "x");
        Refused(() => network.Derivatives(new float[3], new float[4], 1), "directions");
        Refused(() => network.Derivatives(new float[3], new float[3], 3), "order");
        Refused(() => network.Propagate(new JetBatch<float>(JetLayout.Value, 0, 3)), "input");
        Refused(() => network.InputScaling = new FeatureScaling<float>([1], [1]), "InputScaling");
        Refused(() => _ = new FeatureScaling<float>([1], [0]), "scale");
        Refused(() => Mlp<float>.Create(0, [5], 2), "inputs");
        Refused(() => Mlp<float>.Create(3, [-1], 2), "hidden");
        Refused(() => Mlp<float>.Create(1 << 20, [1 << 20], 2), "hidden");

        static void Refused(Action action, string parameter) => action.Should().Throw<ArgumentException>().WithParameterName(parameter);
    }
}
