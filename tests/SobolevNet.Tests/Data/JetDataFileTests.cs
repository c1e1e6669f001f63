using SobolevNet.Tests.Files;

namespace SobolevNet.Tests.Data;

public sealed class JetDataFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Forms => new()
    {
        { "values", "x, y" },
        { "jacobian 1", "x, y, dydx" },
        { "jacobian 2", "x, y, dydx, d2ydx2" },
        { "jacobian, chosen directions", "x, y, dydx, directions" },
        { "jacobian in memory", "x, y, dydx, d2ydx2" },
        { "jacobian, training part", "x, y, dydx, d2ydx2, tangent_scales" },
        { "manifold 1", "x, y, dxdr, dydr" },
        { "manifold 2", "x, y, dxdr, dydr, d2xdr2, d2ydr2, tangent_scales" },
        { "directions 1", "x, y, dxdr, dydr" },
        { "directions 2", "x, y, v, dyv, d2yv" },
        { "chosen components", "x, y, dxdr, dydr, d2xdr2, d2ydr2, tangents, firsts, seconds" },
        { "values of one unit", "x, y, inputs_share_unit" },
        { "jacobian of one unit", "x, y, dxdr, dydr, d2xdr2, d2ydr2, inputs_share_unit" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Load_OfSaved_GivesTheSameJets(string form, string arrays)
    {
        var source = Make(form);
        string path = _folder.File("a.npz");
        JetData.Save(path, source);

        using (var file = NpzReader.Open(path))
        {
            file.Names.Should().BeEquivalentTo(arrays.Split(", "));
        }

        var loaded = JetData.Load<double>(path);
        loaded.Layout.Should().Be(source.Layout);
        loaded.InputOrder.Should().Be(source.InputOrder);
        loaded.InputsShareUnit.Should().Be(source.InputsShareUnit);
        loaded.All().Should().Equal(source.All());
        int[] tangents = [.. Enumerable.Range(0, source.Layout.Tangents)];
        tangents.Select(loaded.TangentScale).Should().Equal(tangents.Select(source.TangentScale));

        using var stream = new MemoryStream();
        JetData.Save(stream, source);
        stream.ToArray().Should().Equal(File.ReadAllBytes(path));
        JetData.Load<double>(stream).All().Should().Equal(source.All());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Load_OfTangentsAlongTheInputsThatOneSampleHasInAnotherOrder_GivesTheSameJets(int other)
    {
        var layout = JetLayout.Full(2, 1);
        var (input, target) = (new JetBatch<double>(layout, 4, 2), new JetBatch<double>(layout, 4, 1));
        for (int s = 0; s < 4; s++)
        {
            (input[0, s, 0], input[0, s, 1]) = (s, s * s);
            (input[1, s, s == other ? 1 : 0], input[2, s, s == other ? 0 : 1]) = (1, 1);
            (target[0, s, 0], target[1, s, 0], target[2, s, 0]) = (s, 5 + s, 9 - s);
        }

        var source = new MemoryJetSource<double>(input, target);
        JetData.Save(_folder.File("a.npz"), source);
        JetData.Load<double>(_folder.File("a.npz")).All().Should().Equal(source.All());
    }

    [Fact]
    public void Load_OfSavedConcatenation_TrainsToTheSameBits()
    {
        var (x, y, gradient, _) = SmoothFunction.Units.Labels(40, seed: 3);
        var (few, yFew, gradientFew, _) = SmoothFunction.Units.Labels(9, seed: 4);
        var source = JetSource.Concat(JetData.FromValues(x, y), JetData.FromJacobian(few, yFew, gradientFew));
        JetData.Save(_folder.File("a.npz"), source);

        Trained(JetData.Load<double>(_folder.File("a.npz"))).Should().Equal(Trained(source));
        Trained(JetSource.Concat(JetData.FromValues(x, y), JetData.FromJacobian(few, yFew, gradientFew))).Should().Equal(Trained(source));

        double[] Trained(IJetSource<double> data)
        {
            var network = Mlp<double>.Create(data.InputFeatures, [5], data.OutputFeatures, Activation.Tanh, seed: 1);
            var result = new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 3, BatchSize = 16 }).Fit(data);
            return [.. network.Parameters.ToArray(), .. result.Training.OrderErrors];
        }
    }

    [Fact]
    public void Save_OfFloat_IsReadByDoubleAndBack()
    {
        var source = FlatLabels.Values<float>(2, [0.1f, 0.2f], [1, 2]);
        JetData.Save(_folder.File("a.npz"), source, compress: true);

        JetData.Load<float>(_folder.File("a.npz")).All().Should().Equal(source.All());
        JetData.Load<double>(_folder.File("a.npz")).All().Should().Equal(source.All().Select(value => (double)value));
    }

    [Fact]
    public void Load_OfASingleOutputWithoutItsAxis_IsAccepted()
    {
        Write(("x", [1, 2, 3, 4], [2, 2]), ("y", [5, 6], [2]), ("dydx", [1, 0, 0, 1], [2, 2]));

        JetData.Load<double>(_folder.File("a.npz")).Sample(1).Target.Data.ToArray().Should().Equal(6, 0, 1);
    }

    [Fact]
    public void Load_OfArraysThatDoNotFit_NamesFileAndArray()
    {
        Write(("x", [1, 2, 3, 4], [2, 2]), ("y", [5, 6], [2]), ("dydx", [1, 0, 0], [1, 3]));
        Load().Should().Throw<InvalidDataException>().WithMessage("*a.npz*dydx has the shape (1, 3); (2, 2) is expected*");

        Write(("x", [1, double.NaN], [2, 1]), ("y", [5, 6], [2]));
        Load().Should().Throw<InvalidDataException>().WithMessage("*x[1, 0] is NaN*");

        Write(("x", [1, 2], [2, 1]));
        Load().Should().Throw<InvalidDataException>().WithMessage("*has no array \"y\"; it has x*");

        Write(("x", [1, 2], [2, 1]), ("y", [5, 6], [2]), ("dydx", [1, 2], [2, 1]), ("directions", [5], [1]));
        Load().Should().Throw<InvalidDataException>();

        Write(("x", [1, 2], [2, 1]), ("y", [5, 6], [2, 1]), ("dxdr", [1, 2], [2, 1, 1]), ("dydr", [1, 2], [2, 1, 1]), ("tangent_scales", [1, 2], [2]));
        Load().Should().Throw<InvalidDataException>().WithMessage("*2 scales*1 tangents*");
    }

    [Theory]
    [InlineData("x, y, dy_dx", "values form has no array \"dy_dx\"; expected x, y, inputs_share_unit. *dydx, dxdr or v*")]
    [InlineData("x, y, d2ydx2", "values form has no array \"d2ydx2\"; expected x, y, inputs_share_unit.*")]
    [InlineData("x, y, tangent_scales", "values form has no array \"tangent_scales\"*")]
    [InlineData("x, y, dydx, Y", "Jacobian form has no array \"Y\"; expected x, y, dydx, d2ydx2, directions, tangent_scales.*")]
    [InlineData("x, y, dydx, inputs_share_unit", "Jacobian form has no array \"inputs_share_unit\"*")]
    [InlineData("x, y, dydx, v", "Jacobian form has no array \"v\"*")]
    [InlineData("x, v, y, dyv, dydr", "directions form has no array \"dydr\"; expected x, v, y, dyv, d2yv, inputs_share_unit.*")]
    [InlineData("x, y, dxdr, dydr, d2yv", "manifold form has no array \"d2yv\"; expected x, dxdr, y, dydr, d2xdr2, d2ydr2, tangents, firsts, seconds, tangent_scales, inputs_share_unit.*")]
    public void Load_OfAnArrayThatTheFormDoesNotHave_NamesItAndThoseThatItHas(string arrays, string message)
    {
        Write([.. arrays.Split(", ").Select(name => (name, new double[] { 1 }, new int[] { 1, 1 }))]);
        Load().Should().Throw<InvalidDataException>().WithMessage($"*a.npz*{message}");
    }

    [Theory]
    [InlineData("tangents", "firsts")]
    [InlineData("seconds", "tangents")]
    public void Load_OfALayoutThatIsNotWhole_SaysWhatIsMissing(string name, string missing)
    {
        Write(("x", [1], [1, 1]), ("dxdr", [1], [1, 1, 1]), ("y", [1], [1, 1]), ("dydr", [1], [1, 1, 1]), (name, [1], [1]));
        Load().Should().Throw<InvalidDataException>().WithMessage($"*has no array \"{missing}\"*");
    }

    [Fact]
    public void Load_OfAFlippedBitInANameOfTheDerivatives_IsRefused()
    {
        JetData.Save(_folder.File("a.npz"), Make("jacobian 1"));
        byte[] sound = File.ReadAllBytes(_folder.File("a.npz"));
        int places = 0;
        for (int at = sound.AsSpan().IndexOf("dydx.npy"u8); at >= 0; at = Next(at))
        {
            places++;
            for (int bit = 0; bit < 64; bit++)
            {
                byte[] bytes = [.. sound];
                bytes[at + (bit / 8)] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(_folder.File("a.npz"), bytes);
                Load().Should().Throw<InvalidDataException>($"bit {bit} of name {places} is another");
            }
        }

        places.Should().Be(2, "one name is in the directory and one before the data");

        int Next(int at) => sound.AsSpan(at + 1).IndexOf("dydx.npy"u8) is >= 0 and var next ? at + 1 + next : -1;
    }

    public void Dispose() => _folder.Dispose();

    private Action Load() => () => JetData.Load<double>(_folder.File("a.npz"));

    private void Write(params (string Name, double[] Data, int[] Shape)[] arrays)
    {
        using var file = NpzWriter.Create(_folder.File("a.npz"));
        foreach (var (name, data, shape) in arrays)
        {
            if (name is "directions" or "tangents" or "seconds")
            {
                file.Add<int>(name, [.. data.Select(value => (int)value)], shape);
            }
            else
            {
                file.Add<double>(name, data, shape);
            }
        }

        file.Commit();
    }

    internal static IJetSource<double> Make(string form)
    {
        var (x, y, gradient, hessian) = SmoothFunction.Units.Labels(6, seed: 8);
        var random = new RandomStream(5);
        double[] numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        return form switch
        {
            "values" => JetData.FromValues(x, y),
            "jacobian 1" => JetData.FromJacobian(x, y, gradient),
            "jacobian 2" => JetData.FromJacobian(x, y, gradient, hessian),
            "jacobian, chosen directions" => FlatLabels.Jacobian<double>(2, numbers(6), numbers(4), numbers(8), inputs: [2, 0]),
            "jacobian in memory" => JetData.FromJacobian(x, y, gradient, hessian).Materialize(),
            "jacobian, training part" => JetData.FromJacobian(x, y, gradient, hessian).Split(0.2, seed: 6).Training,
            "manifold 1" => FlatLabels.Manifold<double>(3, numbers(6), numbers(12), numbers(9), numbers(18)),
            "manifold 2" => FlatLabels.Manifold<double>(3, numbers(6), numbers(12), numbers(9), numbers(18), numbers(18), numbers(27), [2, 0.5]),
            "directions 1" => FlatLabels.Directions<double>(3, numbers(6), numbers(12), numbers(9), numbers(18)),
            "directions 2" => FlatLabels.Directions<double>(3, numbers(6), numbers(12), numbers(9), numbers(18), numbers(18)),
            "chosen components" => Chosen(),
            "values of one unit" => OfOneUnit(JetData.FromValues(x, y)),
            "jacobian of one unit" => OfOneUnit(JetData.FromJacobian(x, y, gradient, hessian)),
            _ => throw new ArgumentOutOfRangeException(nameof(form)),
        };

        static MemoryJetSource<double> OfOneUnit(IJetSource<double> source)
        {
            var memory = source.Materialize();
            return new MemoryJetSource<double>(memory.Input, memory.Target) { InputsShareUnit = true };
        }

        MemoryJetSource<double> Chosen()
        {
            var layout = JetLayout.Create(5, [1, 3, 4], [(1, 4), (3, 3)]);
            return new MemoryJetSource<double>(
                new JetBatch<double>(layout, 2, 3, numbers(6 * 2 * 3)), new JetBatch<double>(layout, 2, 1, numbers(6 * 2)));
        }
    }
}
