using System.Numerics;
using SobolevNet.Onnx.Format;
using ElementType = SobolevNet.Onnx.Format.TensorProto.Types.DataType;

namespace SobolevNet.Onnx.Tests;

/// <summary>Models that are read: those of the library, and those that other programs write, against ONNX Runtime.</summary>
public class ImportTests
{
    public static TheoryData<Activation> Activations() => new(Enum.GetValues<Activation>());

    [Theory]
    [MemberData(nameof(Activations))]
    public void Load_AnExportedNetwork_IsTheSame(Activation activation)
    {
        foreach (bool scaled in new[] { false, true })
        {
            Same(Networks.Random<float>(activation, scaled: scaled), order: 0);
            Same(Networks.Random<double>(activation, scaled: scaled), order: 1);
            Same(Networks.Random<double>(Activation.Tanh, first: activation), order: 0);
            if (activation != Activation.Relu)
            {
                Same(Networks.Random<float>(activation, scaled: scaled), order: 2);
                Same(Networks.Random<double>(activation, scaled: scaled), order: 2, alongDirections: true);
            }
        }

        static void Same<T>(Mlp<T> network, int order, bool alongDirections = false)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var read = ForeignModel.Load<T>(Networks.Export(network, order, alongDirections));
            read.Architecture.Should().Be(network.Architecture);
            read.Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
            foreach (var (actual, expected) in new[] { (read.InputScaling, network.InputScaling), (read.OutputScaling, network.OutputScaling) })
            {
                (actual is null).Should().Be(expected is null);
                if (expected is not null)
                {
                    actual!.Shift.SequenceEqual(expected.Shift).Should().BeTrue();
                    actual.Scale.SequenceEqual(expected.Scale).Should().BeTrue();
                }
            }
        }
    }

    [Fact]
    public void Load_NetworksOfOneFeatureAndOfNoHiddenLayer_AreTheSame()
    {
        var narrow = Mlp<double>.Create(1, [1, 1], 1, Activation.Silu, seed: 3);
        narrow.Layer(0).Bias[0] = 0.25;
        narrow.InputScaling = new FeatureScaling<double>([5], [2]);
        narrow.OutputScaling = new FeatureScaling<double>([-1], [3]);
        var linear = Mlp<double>.Create(4, [], 2, Activation.Identity, seed: 3);
        foreach (var network in new[] { narrow, linear })
        {
            var read = ForeignModel.Load<double>(Networks.Export(network, order: 2));
            read.Architecture.Should().Be(network.Architecture);
            read.Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
            (read.InputScaling?.Shift[0], read.OutputScaling?.Scale[0]).Should().Be((network.InputScaling?.Shift[0], network.OutputScaling?.Scale[0]));
        }
    }

    [Theory]
    [InlineData(0, 3, 2, 5)]
    [InlineData(5, 1, 0, 5)]
    [InlineData(0, 1, 2, 1)]
    [InlineData(3, 2, 0, 1)]
    public void Load_ScalingsOfOneFeatureThatChangeLittle_AreTheSame(double shift, double scale, double outputShift, double outputScale)
    {
        var network = Mlp<double>.Create(1, [3], 1, Activation.Tanh, seed: 4);
        network.InputScaling = new FeatureScaling<double>([shift], [scale]);
        network.OutputScaling = new FeatureScaling<double>([outputShift], [outputScale]);
        var read = ForeignModel.Load<double>(Networks.Export(network));
        read.Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
        (read.InputScaling!.Shift[0], read.InputScaling.Scale[0]).Should().Be((shift, scale));
        (read.OutputScaling!.Shift[0], read.OutputScaling.Scale[0]).Should().Be((outputShift, outputScale));
    }

    [Fact]
    public void Load_ATinyBiasOfOneUnit_IsKept()
    {
        var model = new ForeignModel(ElementType.Double);
        string product = model.Node("MatMul", "x", model.Constant("w", [1, 2, 3], 3, 1));
        string hidden = model.Node("Tanh", model.Node("Add", product, model.Constant("b", [5e-7], 1)));
        ForeignModel.Load<double>(model.Finish(model.Linear(hidden, 1, 1))).Layer(0).Bias[0].Should().Be(5e-7);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Load_ADeepNetworkWithItsDerivatives_IsTheSame(Activation activation)
    {
        var network = Mlp<float>.Create(1, [.. Enumerable.Repeat(1, 800)], 1, activation, seed: 5);
        ForeignModel.Load<float>(Networks.Export(network, network.Architecture.MaxOrder), "value").Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
    }

    [Fact]
    public void Load_InAnotherPrecision_IsTheConversionOfTheNetwork()
    {
        var network = Networks.Random<double>(Activation.Tanh);
        network.InputScaling = new FeatureScaling<double>([101325.123, 1, 2], [0.1, 1, 1]);
        var expected = network.Convert<float>();
        var read = ForeignModel.Load<float>(Networks.Export(network));
        read.Parameters.SequenceEqual(expected.Parameters).Should().BeTrue("what the shift loses by rounding is in the bias");
        read.InputScaling!.Shift.SequenceEqual(expected.InputScaling!.Shift).Should().BeTrue();

        network.InputScaling = new FeatureScaling<double>([0, 0, 0], [1e-45, 1, 1]);
        FluentActions.Invoking(() => ForeignModel.Load<float>(Networks.Export(network))).Should().Throw<InvalidDataException>().WithMessage("*impossible network: *scale*");
        network.InputScaling = null;
        network.Parameters[0] = 1e300;
        FluentActions.Invoking(() => ForeignModel.Load<float>(Networks.Export(network))).Should().Throw<InvalidDataException>().WithMessage("*impossible network: *1E+300*");
    }

    [Fact]
    public void Load_AFile_ReadsWhatWasWritten()
    {
        using var folder = new SobolevNet.Tests.Files.TemporaryFolder();
        var network = Networks.Random<float>(Activation.Tanh);
        network.ToOnnx(folder.File("a.onnx"));
        OnnxModel.Load<double>(folder.File("a.onnx")).Convert<float>().Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
        OnnxModel.Load<float>(folder.File("a.onnx"), output: "value").Parameters.SequenceEqual(network.Parameters).Should().BeTrue();
    }

    /// <summary>Formulas of activations as other programs write them.</summary>
    private static readonly Dictionary<string, (Activation Activation, Func<ForeignModel, string, string> Write)> Formulas = new()
    {
        ["tanh"] = (Activation.Tanh, (model, z) => model.Node("Tanh", z)),
        ["relu"] = (Activation.Relu, (model, z) => model.Node("Relu", z)),
        ["relu by Max"] = (Activation.Relu, (model, z) => model.Node("Max", z, model.Number(0))),
        ["sigmoid"] = (Activation.Sigmoid, (model, z) => model.Node("Sigmoid", z)),
        ["softplus"] = (Activation.Softplus, (model, z) => model.Node("Softplus", z)),
        ["softplus by Log and Exp"] = (Activation.Softplus, (model, z) => model.Node("Where",
            model.Node("Greater", z, model.Number(20)), z, model.Node("Log", model.Node("Add", model.Node("Exp", z), model.Number(1))))),
        ["silu"] = (Activation.Silu, (model, z) => model.Node("Mul", z, model.Node("Sigmoid", z))),
        ["relu by Clip"] = (Activation.Relu, (model, z) => model.Node("Clip", z, model.Number(0), model.Number(1e38))),
        ["relu by Min"] = (Activation.Relu, (model, z) => model.Node("Neg", model.Node("Min", model.Node("Neg", z), model.Number(0)))),
        ["tanh with bounds"] = (Activation.Tanh, (model, z) => model.Node("Clip", model.Node("Tanh", z), model.Number(-1), model.Number(1))),
        ["silu by Exp"] = (Activation.Silu, (model, z) => model.Node("Mul", z,
            model.Node("Reciprocal", model.Node("Add", model.Number(1), model.Node("Exp", model.Node("Neg", z)))))),
        ["sine by Cos"] = (Activation.Sine, (model, z) => model.Node("Cos", model.Node("Sub", z, model.Number(Math.PI / 2)))),
        ["sine"] = (Activation.Sine, (model, z) => model.Node("Sin", z)),
        ["gelu of PyTorch"] = (Activation.Gelu, (model, z) => model.Node("Mul",
            model.Node("Mul", z, model.Node("Add", model.Node("Erf", model.Node("Div", z, model.Number(Math.Sqrt(2)))), model.Number(1))), model.Number(0.5))),
        ["gelu of Keras"] = (Activation.Gelu, (model, z) => model.Node("Mul",
            model.Node("Mul", model.Number(0.5), z), model.Node("Add", model.Number(1), model.Node("Erf", model.Node("Mul", model.Number(Math.Sqrt(0.5)), z))))),
        ["gelu by tanh and Pow"] = (Activation.GeluTanh, (model, z) => model.Node("Mul", model.Node("Mul", model.Number(0.5), z), model.Node("Add", model.Number(1),
            model.Node("Tanh", model.Node("Mul", model.Number(Math.Sqrt(2 / Math.PI)), model.Node("Add", z, model.Node("Mul", model.Number(0.044715), model.Node("Pow", z, model.Node("Constant", [], ForeignModel.Integer("value_int", 3)))))))))),
        ["gelu by tanh and Mul"] = (Activation.GeluTanh, (model, z) => model.Node("Mul", z, model.Node("Mul", model.Number(0.5), model.Node("Add", model.Number(1), model.Node("Tanh",
            model.Node("Mul", model.Node("Mul", z, model.Number(Math.Sqrt(2 / Math.PI))), model.Node("Add", model.Number(1), model.Node("Mul", model.Node("Mul", z, z), model.Number(0.044715))))))))),
        ["Gelu"] = (Activation.Gelu, (model, z) => model.Node("Gelu", z)),
        ["Gelu by tanh"] = (Activation.GeluTanh, (model, z) => model.Node("Gelu", [z], ForeignModel.Text("approximate", "tanh"))),
    };

    public static TheoryData<string> FormulaNames() => new(Formulas.Keys);

    [Theory]
    [MemberData(nameof(FormulaNames))]
    public void Load_LinearLayersOfPyTorch_GivesTheValuesOfTheModel(string formula)
    {
        var model = new ForeignModel(opset: 20);
        var (activation, write) = Formulas[formula];
        string hidden = write(model, model.Linear("x", 3, 6));
        hidden = write(model, model.Linear(hidden, 6, 5));
        Check(model.Finish(model.Linear(hidden, 5, 2)), $"3-6-5-2 {activation}");
    }

    [Theory]
    [MemberData(nameof(FormulaNames))]
    public void Load_DenseLayersOfKeras_GivesTheValuesOfTheModel(string formula)
    {
        var model = new ForeignModel(opset: 20);
        var (activation, write) = Formulas[formula];
        string hidden = write(model, model.Dense(model.Node("Cast", ["x"], ForeignModel.Integer("to", 1)), 3, 6));
        hidden = write(model, model.Dense(hidden, 6, 1));
        Check(model.Finish(model.Node("Identity", model.Dense(hidden, 1, 2))), $"3-6-1-2 {activation}");
    }

    [Fact]
    public void Load_ChangesOfUnits_BecomeScalingsOrPartsOfLayers()
    {
        // Pixels over 255, standardized, as an image of 1 × 3; after the first activation a factor, before the last bias one of each feature.
        var model = new ForeignModel(ElementType.Double, 17, -1, 1, 3);
        string pixels = model.Node("Flatten", ["x"], ForeignModel.Integer("axis", 1));
        string standard = model.Node("Sub", model.Node("Div", pixels, model.Number(255)), model.Constant("mean", [0.1, 0.2, 0.3], 1, 3));
        string hidden = model.Node("Tanh", model.Dense(model.Node("Div", standard, model.Constant("deviation", [2, 1, 0.5], 3)), 3, 4));
        hidden = model.Node("Sub", model.Number(0.5), model.Node("Mul", hidden, model.Number(1.5)));
        string product = model.Node("MatMul", model.Node("Add", hidden, model.Constant("moved", [1, 2, 3, 4], 4)), model.Constant("last", model.Random(8), 4, 2));
        string y = model.Node("Add", model.Node("Mul", product, model.Constant("factor", [2, 3], 2)), model.Constant("summand", [-5, 5], 2));
        byte[] bytes = model.Finish(y);

        var network = ForeignModel.Load<double>(bytes);
        double[] x = [10, 200, -30, 4, 5, 6];
        Runtime.Run(bytes, ("x", x, [2, 1, 3]))[y].ShouldAgree(network.Evaluate(x), 1e-13, "values");
        network.InputScaling.Should().BeNull("there are three changes of unit");
        network.OutputScaling!.Scale.ToArray().Should().Equal(2, 3);
        network.OutputScaling.Shift.ToArray().Should().Equal(-5, 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_AStandardScalerBeforeTheLayers_IsTheInputScaling(bool isShapeKnown)
    {
        var model = new ForeignModel(ElementType.Double);
        if (!isShapeKnown)
        {
            model.Graph.Input[0].Type.TensorType.Shape = null;
        }

        string standard = model.Node("Div", model.Node("Sub", "x", model.Constant("mean", [1, 2, 3], 3)), model.Constant("deviation", [4, 5, 6], 3));
        byte[] bytes = model.Finish(model.Linear(model.Node("Sin", model.Linear(standard, 3, 2)), 2, 1));
        var network = ForeignModel.Load<double>(bytes);
        network.InputScaling!.Shift.ToArray().Should().Equal(1, 2, 3);
        network.InputScaling.Scale.ToArray().Should().Equal(4, 5, 6);
        Runtime.Run(bytes, ("x", [1.5, -2, 9], [1, 3])).Single().Value.ShouldAgree(network.Evaluate([1.5, -2, 9]), 1e-13, "values");
    }

    [Fact]
    public void Load_FactorsBelowZero_ArePartOfTheLayers()
    {
        var model = new ForeignModel();
        string x = model.Node("Div", model.Node("Sub", "x", model.Constant("mean", [1, 2, 3], 3)), model.Constant("deviation", [4, -5, 6], 3));
        string hidden = model.Node("Tanh", model.Node("Gemm", x, model.Constant("w", model.Random(12), 3, 4), model.Number(0.25)));
        string summand = model.Node("Constant", [], new AttributeProto { Name = "value_floats", Floats = { 1, 2 }, Type = AttributeProto.Types.AttributeType.Floats });
        byte[] bytes = model.Finish(model.Node("Add", model.Node("Mul", model.Linear(hidden, 4, 2), model.Number(-3)), summand));
        Check(bytes, "3-4-2 Tanh");
        var network = ForeignModel.Load<float>(bytes);
        (network.InputScaling, network.OutputScaling).Should().Be((null, null));
    }

    [Fact]
    public void Load_SinesWithAFactor_PutsTheFactorIntoTheLayer()
    {
        var model = new ForeignModel();
        string hidden = model.Node("Sin", model.Node("Mul", model.Linear("x", 3, 4), model.Number(30)));
        hidden = model.Node("Tanh", model.Linear(hidden, 4, 4));
        Check(model.Finish(model.Linear(hidden, 4, 1)), "3-4-4-1 Sine,Tanh", tolerance: 1e-4);
    }

    [Theory]
    [InlineData(1, "float")]
    [InlineData(11, "double")]
    [InlineData(10, "float16")]
    [InlineData(16, "bfloat16")]
    public void Load_WeightsOfEveryTypeInBytesOrFields_AreRead(int number, string type)
    {
        double[] weights = [0.5, -2, 3, 0.25, 1, -0.125];
        ((ElementType)number).ToString().Should().BeEquivalentTo(type);
        var model = new ForeignModel((ElementType)number);
        string hidden = model.Node("Tanh", model.Node("Gemm", "x", model.Constant("a", weights, 3, 2), model.Typed("b", [1, -1], 2)));
        string y = model.Node("MatMul", hidden, model.Typed("c", [2, -4], 2, 1));
        var network = ForeignModel.Load<float>(model.Finish(y));
        network.Parameters.ToArray().Should().Equal(0.5f, 3, 1, -2, 0.25f, -0.125f, 1, -1, 2, -4, 0);
    }

    [Fact]
    public void Load_FormulasInHalfPrecision_AreRecognized()
    {
        var model = new ForeignModel(ElementType.Float16);
        string hidden = Formulas["gelu of PyTorch"].Write(model, model.Linear("x", 3, 4));
        hidden = Formulas["gelu of Keras"].Write(model, model.Linear(hidden, 4, 4));
        ForeignModel.Load<float>(model.Finish(model.Linear(hidden, 4, 1))).Architecture.Activation.Should().Be(Activation.Gelu);
    }

    [Fact]
    public void Load_WhatChangesNoNumber_IsPassedThrough()
    {
        var model = new ForeignModel(opset: 13, inputShape: [-1, -1]);
        string x = model.Node("Reshape", "x", model.Node("Constant", [], ForeignModel.Integers("value_ints", -1, 3)));
        string weights = model.Node("Transpose", [model.Constant("w", model.Random(12), 4, 3)], ForeignModel.Integers("perm", 1, 0));
        string hidden = model.Node("Tanh", model.Node("Dropout", model.Node("MatMul", x, weights)));
        string root = model.Node("Sqrt", model.Node("Constant", [], ForeignModel.Real("value_float", 4)));
        hidden = model.Node("Div", hidden, root);
        string matrix = model.Node("Constant", [], ForeignModel.Array("value", model.Tensor("", [1, 2, 3, 4], [4, 1])));
        string y = model.Node("Gemm", [hidden, matrix, model.Constant("b", [0.5], 1)], ForeignModel.Real("alpha", 2), ForeignModel.Real("beta", 3));
        Check(model.Finish(model.Node("Squeeze", model.Node("Reshape", y, model.Indices(0, -1)), model.Indices(1))), "3-4-1 Tanh");
    }

    [Fact]
    public void Load_AVectorAsInput_IsOneSample()
    {
        // As old programs write it: initializers are inputs too, and outputs that nobody uses have empty names.
        var model = new ForeignModel(ElementType.Double, 17, 3);
        string hidden = model.Node("Dropout", model.Node("Tanh", model.Node("Dropout", model.Dense("x", 3, 4))));
        string y = model.Dense(hidden, 4, 2);
        foreach (var node in model.Graph.Node.Where(node => node.OpType == "Dropout"))
        {
            node.Output.Add("");
        }

        model.Graph.Input.Add(model.Graph.Initializer.Select(tensor => ForeignModel.Info(tensor.Name, ElementType.Double, [.. tensor.Dims])));
        byte[] bytes = model.Finish(y);
        double[] x = [1, -2, 0.5];
        Runtime.Run(bytes, ("x", x, [3]))[y].ShouldAgree(ForeignModel.Load<double>(bytes).Evaluate(x), 1e-13, "values");
    }

    [Fact]
    public void Load_ManyChangesOfUnitsByOneNumber_AreAllPartOfTheFirstLayer()
    {
        var model = new ForeignModel(ElementType.Double);
        string x = "x";
        foreach (string op in new[] { "Mul", "Add", "Div", "Sub", "Mul", "Add", "Mul" })
        {
            x = model.Node(op, x, model.Number(1.25));
        }

        string y = model.Node("Reshape", model.Linear(model.Node("Tanh", model.Linear(x, 3, 4)), 4, 1), model.Indices(-1));
        byte[] bytes = model.Finish(y);
        double[] inputs = [1, -2, 0.5];
        Runtime.Run(bytes, ("x", inputs, [1, 3]))[y].ShouldAgree(ForeignModel.Load<double>(bytes).Evaluate(inputs), 1e-13, "values");
    }

    [Fact]
    public void Load_OneOfSeveralOutputs_TakesTheOneThatIsNamed()
    {
        var model = new ForeignModel();
        string hidden = model.Node("Tanh", model.Linear("x", 3, 4));
        string first = model.Linear(hidden, 4, 1);
        string second = model.Linear(hidden, 4, 2);
        model.Finish(first);
        byte[] bytes = model.Finish(second);
        ForeignModel.Load<float>(bytes, first).Architecture.Outputs.Should().Be(1);
        ForeignModel.Load<float>(bytes, second).Architecture.Outputs.Should().Be(2);
        FluentActions.Invoking(() => ForeignModel.Load<float>(bytes)).Should().Throw<InvalidDataException>()
            .WithMessage($"*2 outputs; give the name of the one to read as the argument output: \"{first}\", \"{second}\"*");
        FluentActions.Invoking(() => ForeignModel.Load<float>(bytes, "y")).Should().Throw<InvalidDataException>().WithMessage("*no output \"y\"*");
    }

    /// <summary>Compares a network that is read with what ONNX Runtime makes of the model.</summary>
    private static void Check(byte[] bytes, string architecture, double tolerance = 2e-6)
    {
        var network = ForeignModel.Load<float>(bytes);
        network.Architecture.ToString().Should().Be(architecture.ToLowerInvariant());
        float[] x = [.. Enumerable.Range(0, 30).Select(k => (float)Math.Cos(k * k))];
        Runtime.Run(bytes, ("x", x, [10, 3])).Single().Value.ShouldAgree(network.Evaluate(x), tolerance, "values");
    }
}
