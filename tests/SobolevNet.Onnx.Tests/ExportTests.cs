using System.Numerics;
using CsCheck;
using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx.Tests;

/// <summary>Exported models, run by ONNX Runtime, against the library.</summary>
public class ExportTests
{
    /// <summary>Relative to the largest number: both sides round some hundred times.</summary>
    private const double DoubleTolerance = 1e-12;

    /// <summary>By order; each multiplies more rounded numbers.</summary>
    private static readonly double[] FloatTolerances = [3e-6, 1e-5, 3e-5];

    public static TheoryData<Activation, Activation?> Activations()
    {
        var data = new TheoryData<Activation, Activation?> { { Activation.Tanh, Activation.Sine }, { Activation.Gelu, Activation.Identity } };
        foreach (var activation in Enum.GetValues<Activation>())
        {
            data.Add(activation, null);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Model_EveryActivationInDouble_GivesValueJacobianAndHessianOfTheNetwork(Activation activation, Activation? first) =>
        Compare(Networks.Random<double>(activation, first: first), [DoubleTolerance, DoubleTolerance, DoubleTolerance]);

    [Theory]
    [MemberData(nameof(Activations))]
    public void Model_EveryActivationInFloat_GivesValueJacobianAndHessianOfTheNetwork(Activation activation, Activation? first) =>
        Compare(Networks.Random<float>(activation, first: first), FloatTolerances);

    [Fact]
    public void Model_AnyShape_GivesWhatTheNetworkGivesAndIsReadBack()
    {
        var shapes =
            from inputs in Gen.Int[1, 6]
            from hidden in Gen.Int[1, 9].Array[0, 3]
            from outputs in Gen.Int[1, 4]
            from activation in Gen.Int[0, Networks.Smooth.Length - 1].Select(k => Networks.Smooth[k])
            from seed in Gen.ULong
            select (Architecture: new MlpArchitecture(inputs, hidden, outputs, hidden.Length > 0 ? activation : Activation.Identity), Seed: seed);
        shapes.Sample(
            shape =>
            {
                var network = new Mlp<double>(shape.Architecture);
                network.Initialize(shape.Seed);
                var random = new RandomStream(shape.Seed, 3);
                if (shape.Seed % 3 > 0)
                {
                    network.InputScaling = Scaling(network.Architecture.Inputs, random);
                    network.OutputScaling = Scaling(network.Architecture.Outputs, random);
                }

                Compare(network, [DoubleTolerance, DoubleTolerance, 10 * DoubleTolerance]);
                var read = ForeignModel.Load<double>(Networks.Export(network, order: 1));
                read.Architecture.Should().Be(network.Architecture);
                read.Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
            },
            iter: 40, threads: 1);

        static FeatureScaling<double> Scaling(int features, RandomStream random)
        {
            double[] Numbers(double least) => [.. Enumerable.Range(0, features).Select(_ => random.NextUniform(least, 3))];
            return new FeatureScaling<double>(Numbers(-3), Numbers(0.3));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Model_AnyBatch_GivesWhatThePredictorGives(int samples)
    {
        var network = Networks.Random<double>(Activation.Silu, scaled: false);
        double[] x = Networks.Inputs(network, samples);
        var (y, jacobian, hessian) = (new double[samples * 2], new double[samples * 6], new double[samples * 18]);
        var predictor = new Predictor<double>(network);
        predictor.Evaluate(x, y);
        predictor.Jacobian(x, jacobian);
        predictor.Hessian(x, hessian);

        var outputs = Runtime.RunWithShapes(Networks.Export(network, order: 2), ("input", x, [samples, 3]));

        outputs["value"].Data.ShouldAgree(y, DoubleTolerance, "values");
        outputs["jacobian"].Data.ShouldAgree(jacobian, DoubleTolerance, "Jacobians");
        outputs["hessian"].Data.ShouldAgree(hessian, DoubleTolerance, "Hessians");
        outputs["value"].Shape.Should().Equal(samples, 2);
        outputs["jacobian"].Shape.Should().Equal(samples, 2, 3);
        outputs["hessian"].Shape.Should().Equal(samples, 2, 3, 3);
    }

    [Theory]
    [InlineData(Activation.Tanh, 1)]
    [InlineData(Activation.Gelu, 2)]
    [InlineData(Activation.Relu, 2)]
    [InlineData(Activation.Identity, 5)]
    public void Model_AlongDirections_GivesTheDerivativesOfTheNetworkAlongThem(Activation activation, int directions)
    {
        var network = Networks.Random<double>(activation);
        int order = network.Architecture.MaxOrder;
        const int samples = 4;
        double[] x = Networks.Inputs(network, samples);
        var random = new RandomStream(8);
        double[] v = [.. Enumerable.Range(0, directions * 3).Select(_ => random.NextNormal())];

        var outputs = Runtime.Run(Networks.Export(network, order, alongDirections: true), ("input", x, [samples, 3]), ("directions", v, [directions, 3]));

        for (int s = 0; s < samples; s++)
        {
            var expected = network.Derivatives(x.AsSpan(s * 3, 3), v, order);
            for (int o = 0; o < 2; o++)
            {
                double[] first = [.. Enumerable.Range(0, directions).Select(i => expected[1 + i, 0, o])];
                outputs["jacobian"].AsSpan(((s * 2) + o) * directions, directions).ToArray().ShouldAgree(first, 1e-11, "first derivatives");
                if (order == 2)
                {
                    double[] second = [.. Enumerable.Range(0, directions * directions).Select(k => expected[expected.Layout.Second(k / directions, k % directions), 0, o])];
                    outputs["hessian"].AsSpan(((s * 2) + o) * directions * directions, directions * directions).ToArray().ShouldAgree(second, 1e-11, "second derivatives");
                }
            }
        }
    }

    [Fact]
    public void Model_LinearNetwork_HasConstantJacobianAndNoHessian()
    {
        var network = new Mlp<float>(new MlpArchitecture(2, [], 1, Activation.Tanh));
        ReadOnlySpan<float> parameters = [3, -4, 0.5f];
        parameters.CopyTo(network.Parameters);

        var outputs = Runtime.RunWithShapes(Networks.Export(network, order: 2), ("input", new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]));

        outputs["value"].Data.Should().Equal(-4.5, -6.5, -8.5);
        outputs["jacobian"].Data.Should().Equal(3, -4, 3, -4, 3, -4);
        outputs["hessian"].Data.Should().HaveCount(12).And.OnlyContain(element => element == 0);
        outputs["hessian"].Shape.Should().Equal(3, 1, 2, 2);
    }

    [Fact]
    public void Model_OneNeuron_HasTheDerivativesOfTheClosedForm()
    {
        // y = 0.7 tanh(0.3x + 0.5) − 1, y' = 0.21 / cosh², y'' = −0.6 tanh y', also where tanh is 1 to the last digit.
        var network = new Mlp<double>(new MlpArchitecture(1, [1], 1, Activation.Tanh));
        ReadOnlySpan<double> parameters = [0.3, 0.5, 0.7, -1];
        parameters.CopyTo(network.Parameters);
        double[] x = [-90, -10, -2, 0, 4, 20, 300];

        var outputs = Runtime.Run(Networks.Export(network, order: 2), ("input", x, [x.Length, 1]));

        for (int k = 0; k < x.Length; k++)
        {
            double z = (0.3 * x[k]) + 0.5;
            double slope = 0.7 * 0.3 / Math.Pow(Math.Cosh(z), 2);
            outputs["value"][k].Should().BeApproximately((0.7 * Math.Tanh(z)) - 1, 1e-14);
            (outputs["jacobian"][k] / slope).Should().BeApproximately(1, 1e-12);
            (outputs["hessian"][k] / (-0.6 * Math.Tanh(z) * slope)).Should().BeApproximately(1, 1e-12);
        }
    }

    [Theory]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Softplus)]
    [InlineData(Activation.Silu)]
    public void Derivatives_OfOneNeuronInTheTails_AreRightRelativeToThemselves(Activation activation)
    {
        var network = new Mlp<float>(new MlpArchitecture(1, [1], 1, activation));
        ReadOnlySpan<float> parameters = [1, 0, 1, 0];
        parameters.CopyTo(network.Parameters);
        var exact = network.Convert<double>();
        foreach (float x in new[] { -30f, -18, -12, -7, 7, 12, 18, 30 })
        {
            var outputs = Runtime.Run(Networks.Export(network, order: 2), ("input", new[] { x }, [1, 1]));
            (outputs["jacobian"][0] / exact.Jacobian([x])[0, 0]).Should().BeApproximately(1, 1e-5, $"σ' at {x}");
            (outputs["hessian"][0] / exact.Hessian([x])[0, 0, 0]).Should().BeApproximately(1, 1e-5, $"σ'' at {x}");
        }
    }

    [Theory]
    [InlineData(Activation.GeluTanh, -3, -6)]
    [InlineData(Activation.Softplus, -15, -30)]
    public void Values_OfOneNeuronInTheLowerTail_AreRightRelativeToThemselves(Activation activation, float near, float far)
    {
        var network = new Mlp<float>(new MlpArchitecture(1, [1], 1, activation));
        ReadOnlySpan<float> parameters = [1, 0, 1, 0];
        parameters.CopyTo(network.Parameters);
        var exact = network.Convert<double>();
        foreach (float x in new[] { near, far })
        {
            double value = Runtime.Run(Networks.Export(network), ("input", new[] { x }, [1, 1]))["value"][0];
            (value / exact.Evaluate([x])[0]).Should().BeApproximately(1, 1e-5, $"σ at {x}");
        }
    }

    [Fact]
    public void Derivatives_OfHugeArguments_AreFinite()
    {
        foreach (var activation in Networks.Smooth)
        {
            Finite<float>(activation, 1e15);
            Finite<float>(activation, 1e30);
            Finite<double>(activation, 1e160);
        }

        static void Finite<T>(Activation activation, double x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var network = new Mlp<T>(new MlpArchitecture(1, [1], 1, activation));
            Networks.Numbers<T>(1, 0, 1, 0).CopyTo(network.Parameters);
            foreach (var (name, numbers) in Runtime.Run(Networks.Export(network, order: 2), ("input", Networks.Numbers<T>(-x, x), [2, 1])))
            {
                numbers.Should().OnlyContain(number => double.IsFinite(number), $"that is the {name} of {activation} at {x}");
            }
        }
    }

    [Theory]
    [InlineData(0, false, 1)]
    [InlineData(1, false, 2)]
    [InlineData(2, true, 3)]
    public void Model_HasNamesVersionsAndPlainOperators(int order, bool alongDirections, int outputs)
    {
        string[] plain =
        [
            "Abs", "Add", "Clip", "Concat", "Cos", "Div", "Erf", "Exp", "Expand", "Gather", "Gemm", "Identity", "Less", "Log", "MatMul", "Mul", "Neg",
            "Relu", "Shape", "Sigmoid", "Sin", "Softplus", "Sub", "Tanh", "Transpose", "Unsqueeze", "Where",
        ];
        foreach (var activation in Networks.Smooth)
        {
            var model = ModelProto.Parser.ParseFrom(Networks.Export(Networks.Random<float>(activation), order, alongDirections));
            model.OpsetImport.Should().ContainSingle().Which.Version.Should().Be(17);
            (model.IrVersion, model.ProducerName, model.Domain).Should().Be((8, "SobolevNet", "sobolevnet"));
            model.ProducerVersion.Should().Be(typeof(OnnxModel).Assembly.GetName().Version!.ToString(3));
            model.MetadataProps.Should().ContainSingle(property => property.Key == "architecture" && property.Value == $"3-7-5-2 {activation.ToString().ToLowerInvariant()}");
            model.Graph.Input.Select(input => input.Name).Should().Equal(alongDirections ? ["input", "directions"] : ["input"]);
            model.Graph.Output.Select(output => output.Name).Should().Equal(new[] { "value", "jacobian", "hessian" }[..outputs]);
            model.Graph.Node.Select(node => node.OpType).Should().BeSubsetOf(plain);
            model.Graph.Node.Select(node => node.Name).Should().OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public void ToOnnx_Twice_GivesTheSameBytes()
    {
        var network = Networks.Random<float>(Activation.GeluTanh);
        Networks.Export(network, 2).Should().Equal(Networks.Export(network, 2));
    }

    [Fact]
    public void ToOnnx_WhatCannotBeExported_IsRefusedAndNothingIsWritten()
    {
        using var folder = new SobolevNet.Tests.Files.TemporaryFolder();
        string path = folder.File("network.onnx");
        var network = Networks.Random<float>(Activation.Relu);

        network.Invoking(it => it.ToOnnx(path, new OnnxExportOptions { Order = 2 })).Should().Throw<NotSupportedException>().WithMessage("*Relu*");
        network.Invoking(it => it.ToOnnx(path, new OnnxExportOptions { AlongDirections = true })).Should().Throw<ArgumentException>().WithMessage("*Order is 0; expected 1 or 2*");
        network.Parameters[5] = float.NaN;
        network.Invoking(it => it.ToOnnx(path)).Should().Throw<InvalidOperationException>().WithMessage("Parameter 5 of the network is NaN*");
        network.Invoking(it => it.ToOnnx(" ")).Should().Throw<ArgumentException>();
        network.Invoking(it => it.ToOnnx(new MemoryStream([], writable: false))).Should().Throw<ArgumentException>().WithMessage("*cannot be written to*");
        foreach (int order in new[] { -1, 3 })
        {
            FluentActions.Invoking(() => new OnnxExportOptions { Order = order }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Order");
        }

        folder.Names().Should().BeEmpty();
    }

    private static void Compare<T>(Mlp<T> network, double[] tolerances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int samples = 9;
        var (inputs, outputs) = (network.Architecture.Inputs, network.Architecture.Outputs);
        T[] x = Networks.Inputs(network, samples);
        int order = network.Architecture.MaxOrder;
        var given = Runtime.Run(Networks.Export(network, order), ("input", x, [samples, inputs]));

        var predictor = new Predictor<T>(network);
        var (y, jacobian, hessian) = (new T[samples * outputs], new T[samples * outputs * inputs], new T[samples * outputs * inputs * inputs]);
        predictor.Evaluate(x, y);
        given["value"].ShouldAgree(y, tolerances[0], "values");
        predictor.Jacobian(x, jacobian);
        given["jacobian"].ShouldAgree(jacobian, tolerances[1], "Jacobians");
        if (order == 2)
        {
            predictor.Hessian(x, hessian);
            given["hessian"].ShouldAgree(hessian, tolerances[2], "Hessians");
        }
    }
}
