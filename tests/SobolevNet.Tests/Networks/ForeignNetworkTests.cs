using CsCheck;
using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Networks;

/// <summary>Networks in files that other programs wrote.</summary>
public sealed class ForeignNetworkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("state.safetensors");

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Namings => new()
    {
        "net.0 net.2 net.4",
        "0 2 4",
        "layers.0 layers.1 layers.2",
        "fc1 fc2 fc3",
        "module.model.0.linear module.model.1.linear module.model.2.linear",
        "net.9 net.10 net.11",
        "b2.l10 b2.l11 b10.l1",
        "input_layer hidden.0 output_layer",
        "stem blocks.0 head",
        "z y x",
    };

    [Theory]
    [MemberData(nameof(Namings))]
    public void Load_OfAStateDictionary_FindsTheLayersInOrder(string names)
    {
        var network = Mlp<float>.Create(2, [4, 5], 3, Activation.Softplus, seed: 5);
        network.Layer(1).Bias[2] = 7;
        string[] layers = names.Split(' ');
        Write(network, layers, "pt");

        var loaded = Mlp<float>.Load(File, Activation.Softplus);

        loaded.Architecture.Should().Be(network.Architecture);
        loaded.Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
        Mlp<double>.Load(File, Activation.Softplus).Parameters[3].Should().Be(network.Parameters[3]);
    }

    [Fact]
    public void Load_WithAPrefix_TakesTheTensorsUnderItAlone()
    {
        var (actor, critic) = (Mlp<float>.Create(2, [4, 5], 3, seed: 5), Mlp<float>.Create(2, [6], 1, seed: 6));
        SafetensorsTensor[] tensors =
        [
            .. Tensors(critic, ["critic.0", "critic.2"]), .. Tensors(actor, ["actor.net.0", "actor.net.2", "actor.net.4"]),
            SafetensorsTensor.Create<long>("steps", [7], 1),
        ];
        SafetensorsFile.Write(File, new Dictionary<string, string> { ["format"] = "pt" }, tensors);

        Mlp<float>.Load(File, Activation.Tanh, "actor.").Parameters.ToArray().Should().Equal(actor.Parameters.ToArray());
        Mlp<float>.Load(File, Activation.Tanh, "critic.").Parameters.ToArray().Should().Equal(critic.Parameters.ToArray());
        using var stream = System.IO.File.OpenRead(File);
        Mlp<double>.Load(stream, Activation.Tanh, "critic").Architecture.Should().Be(new MlpArchitecture(2, [6], 1, Activation.Tanh));
        Load("critics.").Should().Throw<InvalidDataException>().WithMessage("*no tensor whose name begins with \"critics.\"; it has critic.0.weight,*");
        Load("c").Should().NotThrow("what is under a prefix need not begin with a whole word");
        Load("st").Should().Throw<InvalidDataException>().WithMessage("*state.safetensors, prefix \"st\" has the tensor eps,*");
        Load(null).Should().Throw<InvalidDataException>().WithMessage("*has the tensor steps,*argument prefix*");
        Load("").Should().Throw<ArgumentException>().WithParameterName("prefix");
        actor.Save(File);
        Load("net.").Should().Throw<InvalidDataException>().WithMessage("*SobolevNet network 1*expected \"pt\"*");

        Action Load(string? prefix) => () => Mlp<float>.Load(File, Activation.Tanh, prefix);
    }

    [Fact]
    public void Load_OfAFileOfMoreThanTwoGibibytes_ReadsTheNetworkAndNamesTheTensorThatIsTooLarge()
    {
        // Sparse: the large tensors take no place on the disk.
        const long large = 3L << 30;
        string header =
            $$$"""{"a.weight":{"dtype":"F32","shape":[1,{{{large / 4}}}],"data_offsets":[0,{{{large}}}]},"b.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[{{{large}}},{{{large + 8}}}]}}""";
        using (var stream = System.IO.File.Create(File))
        {
            stream.Write([.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header)]);
            stream.Seek(large, SeekOrigin.Current);
            stream.Write([.. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(5f)]);
        }

        Mlp<float>.Load(File, prefix: "b.").Evaluate([10, 1]).Should().Equal(35);
        FluentActions.Invoking(() => Mlp<float>.Load(File)).Should().Throw<InvalidDataException>().WithMessage("*the tensor a.weight of more than*one array holds*");
        FluentActions.Invoking(() => Mlp<float>.Load(File, prefix: "a.")).Should().Throw<InvalidDataException>().WithMessage("*the tensor weight of more than*");
    }

    [Fact]
    public void Load_OfEqualWidths_FollowsTheNumbersInTheNames()
    {
        var network = Mlp<float>.Create(3, [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3], 3, Activation.Tanh, seed: 6);
        Write(network, [.. Enumerable.Range(0, 12).Select(k => $"net.{2 * k}")], "pt");

        Mlp<float>.Load(File, Activation.Tanh).Parameters.ToArray().Should().Equal(network.Parameters.ToArray());

        // A name may begin with its number, and the first number counts before the second.
        network = Mlp<float>.Create(3, [3, 3], 3, Activation.Tanh, seed: 6);
        Write(network, ["9.9", "9.10", "10.2"], "pt");
        Mlp<float>.Load(File, Activation.Tanh).Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
    }

    [Fact]
    public void Load_WithoutBiases_TakesZeros()
    {
        SafetensorsFile.Write(File, new Dictionary<string, string>(), [SafetensorsTensor.Create<float>("weight", [2, 3], 1, 2)]);

        Mlp<float>.Load(File).Evaluate([10, 100]).Should().Equal(320);
    }

    [Fact]
    public void Load_OfHalfPrecision_Converts()
    {
        byte[] header = """{"w.weight":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]},"w.bias":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}}"""u8.ToArray();
        System.IO.File.WriteAllBytes(File, [.. BitConverter.GetBytes((long)header.Length), .. header, 0x00, 0x3E, 0x00, 0xC0, 0x80, 0x3F]);

        Mlp<float>.Load(File).Evaluate([2, 5]).Should().Equal((1.5f * 2) - (2 * 5) + 1);
    }

    [Fact]
    public void Load_OfAnyTypeOfElement_GivesThePlainNumbers() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 4], Gen.Int[0, 3], Gen.ULong).Sample(
            (inputs, outputs, type, seed) =>
            {
                var random = new RandomStream(seed);
                int count = inputs * outputs;
                double[] plain = new double[count];
                var bytes = new List<byte>();
                for (int k = 0; k < count; k++)
                {
                    double value = random.NextNormal();
                    (plain[k], byte[] stored) = type switch
                    {
                        0 => ((double)(Half)value, BitConverter.GetBytes((Half)value)),
                        1 => (BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits((float)value) & ~0xFFFF), BitConverter.GetBytes((float)value)[2..]),
                        2 => ((float)value, BitConverter.GetBytes((float)value)),
                        _ => (value, BitConverter.GetBytes(value)),
                    };
                    bytes.AddRange(stored);
                }

                string name = new[] { "F16", "BF16", "F32", "F64" }[type];
                string header = $$$"""{"w.weight":{"dtype":"{{{name}}}","shape":[{{{outputs}}},{{{inputs}}}],"data_offsets":[0,{{{bytes.Count}}}]}}""";
                using var stream = new MemoryStream([.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. bytes]);
                Mlp<double>.Load(stream).Layer(0).Weights.ToArray().Should().Equal(plain);
                stream.Position = 0;
                Mlp<float>.Load(stream).Layer(0).Weights.ToArray().Should().Equal(plain.Select(value => (float)value));
            },
            iter: 200, threads: 1);

    [Fact]
    public void Load_OfScalingsBesideTheLayers_KeepsThem()
    {
        var network = Mlp<double>.Create(2, [4], 1, seed: 2);
        network.InputScaling = new FeatureScaling<double>([1, 2], [3, 4]);
        network.Save(File);
        var file = SafetensorsFile.Read(File);
        SafetensorsFile.Write(File, new Dictionary<string, string> { ["format"] = "pt" }, file.Tensors);

        Mlp<double>.Load(File, Activation.Tanh).Evaluate([1, 2]).Should().Equal(network.Evaluate([1, 2]));
    }

    [Fact]
    public void Load_WithoutTheActivation_AsksForIt()
    {
        var network = Mlp<float>.Create(2, [4], 1, Activation.Relu, seed: 2);
        Write(network, ["0", "2"], "pt");
        Load(null).Should().Throw<InvalidDataException>().WithMessage("*does not name the activation between its 2 layers*argument activation*");
        Load((Activation)99).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("activation");
        Mlp<float>.Load(File, Activation.Relu).Architecture.Activation.Should().Be(Activation.Relu);

        network.Save(File);
        Load(Activation.Tanh).Should().Throw<InvalidDataException>().WithMessage("*the activation relu, not tanh*");
        Load(Activation.Relu).Should().NotThrow();
        Load(null).Should().NotThrow();
    }

    [Fact]
    public void Load_OfTensorsThatAreNoDenseLayers_NamesThem()
    {
        var weight = SafetensorsTensor.Create<float>("0.weight", [1, 2, 3, 4], 2, 2);
        Refusal(weight, SafetensorsTensor.Create<float>("1.weight", [1, 2], 2)).WithMessage("*the tensor 1.weight,*");
        Refusal(weight, SafetensorsTensor.Create<float>("1.running_mean", [1, 2], 2)).WithMessage("*1.running_mean*");
        Refusal(weight, SafetensorsTensor.Create<float>("1.bias", [1, 2], 2)).WithMessage("*1.bias*");
        Refusal(weight, SafetensorsTensor.Create<float>("0.bias", [1, 2, 3], 3)).WithMessage("*\"0.bias\"*(3); (2) is expected*");
        Refusal(SafetensorsTensor.Create<float>("x", [1], 1)).WithMessage("*the tensor x,*");
        Refusal().WithMessage("*no tensor*weight*");
        Refusal(SafetensorsTensor.Create<byte>("0.weight", [1, 2], 1, 2)).WithMessage("*U8*");
        Refusal(SafetensorsTensor.Create<float>("0.weight", [], 0, 2)).WithMessage("*0.weight*");
        Refusal(SafetensorsTensor.Create<float>("0.weight", [1, float.NaN], 1, 2)).WithMessage("*NaN*");
        Refusal(weight, SafetensorsTensor.Create<float>("input.scale", [1, 2], 2)).WithMessage("*\"input.shift\"*");
    }

    [Fact]
    public void Load_OfLayersInNoCertainOrder_IsRefused()
    {
        Refusal(Square("encode.weight"), Square("decode.weight")).WithMessage("*do not say in which order*Number them*");
        Refusal(Square("a.weight"), SafetensorsTensor.Create<float>("b.weight", new float[9], 3, 3)).WithMessage("*cannot follow each other*");
        Refusal(Square("net.0.weight"), SafetensorsTensor.Create<float>("net.1.weight", new float[3], 1, 3)).WithMessage("*cannot follow each other*");
        Refusal([.. Enumerable.Range(0, 9).Select(k => Square(new string('x', k + 1) + ".weight"))]).WithMessage("*9 kinds of names*");
    }

    [Theory]
    [InlineData("a.1 a.01 a.2")] // of equal numbers the longer text follows
    [InlineData("a.2.9 a.10.1 a.10.10")]
    [InlineData("a.09 a.10 a.0011")]
    public void Load_OfNamesWithNumbers_PutsThemInOrder(string names)
    {
        string[] layers = names.Split(' ');
        var network = Mlp<float>.Create(2, [2, 2], 2, seed: 5);
        Write(network, layers, "pt");
        Mlp<float>.Load(File, Activation.Tanh).Parameters.ToArray().Should().Equal(network.Parameters.ToArray());
    }

    private static SafetensorsTensor Square(string name) => SafetensorsTensor.Create<float>(name, [1, 2, 3, 4], 2, 2);

    private Action Load(Activation? activation) => () => Mlp<float>.Load(File, activation);

    private FluentAssertions.Specialized.ExceptionAssertions<InvalidDataException> Refusal(params SafetensorsTensor[] tensors)
    {
        SafetensorsFile.Write(File, new Dictionary<string, string> { ["format"] = "pt" }, tensors);
        return Load(Activation.Tanh).Should().Throw<InvalidDataException>();
    }

    /// <summary>Writes as safetensors.torch.save_file does: sorted by name, in text order.</summary>
    private void Write(Mlp<float> network, string[] layers, string format)
    {
        var metadata = new Dictionary<string, string> { ["format"] = format };
        SafetensorsFile.Write(File, metadata, [.. Tensors(network, layers).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)]);
    }

    private static IEnumerable<SafetensorsTensor> Tensors(Mlp<float> network, string[] layers)
    {
        for (int k = 0; k < layers.Length; k++)
        {
            yield return SafetensorsTensor.Create<float>(layers[k] + ".weight", network.Layer(k).Weights, network.Layer(k).Outputs, network.Layer(k).Inputs);
            yield return SafetensorsTensor.Create<float>(layers[k] + ".bias", network.Layer(k).Bias, network.Layer(k).Outputs);
        }
    }
}
