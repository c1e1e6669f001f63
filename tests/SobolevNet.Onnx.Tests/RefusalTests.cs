using Google.Protobuf;
using SobolevNet.Onnx.Format;
using SobolevNet.Tests.Files;

namespace SobolevNet.Onnx.Tests;

/// <summary>What is not a multilayer perceptron, or not a model at all, is refused with the reason, in little memory.</summary>
public class RefusalTests
{
    private const int Mebi = 1 << 20;

    /// <summary>What stands between two layers of 3 and 4 features, and what the message says of it.</summary>
    private static readonly Dictionary<string, (Func<ForeignModel, string, string> Write, string Message)> Middles = new()
    {
        ["another operator"] = (static (model, z) => model.Node("Elu", z), "*node \"/Elu_1\" (Elu) is not an operator of a multilayer perceptron*"),
        ["another function"] = (static (model, z) => model.Node("Cos", z), "*node \"/Gemm_2\" (Gemm) takes \"/Cos_1_output_0\", which is no known activation*Tanh*"),
        ["almost an activation"] = (static (model, z) => model.Node("Max", z, model.Node("Mul", z, model.Number(0.01))), "*(Gemm) takes*no known activation*"),
        ["a bounded relu"] = (static (model, z) => model.Node("Clip", z, model.Number(0), model.Number(50)), "*(Gemm) takes*no known activation*"),
        ["a step far below"] = (static (model, z) => model.Node("Where", model.Node("Less", z, model.Number(-15)), model.Number(1), model.Node("Relu", z)), "*(Gemm) takes*no known activation*"),
        ["a column"] = (static (model, z) => model.Node("Add", z, model.Constant("b", [1, 2, 3, 4], 4, 1)), "*(Add) combines an array of shape (4, 1) with 4 features*"),
        ["no features"] = (static (model, z) => model.Node("MatMul", z, model.Constant("w", [], 4, 0)), "*(MatMul) has weights from 4 to 0 features; it gets 4*"),
        ["a transposition of no kind"] = (static (model, z) => model.Node("MatMul", z, model.Node("Transpose", [model.Constant("w", model.Random(16), 4, 4)], ForeignModel.Integers("perm", 0, 1))),
            "*(Transpose) does more than pass its constant on, or transpose a matrix*"),
        ["a reshape to one dimension"] = (static (model, z) => model.Node("Reshape", z, model.Indices(-1)), "*(Reshape) does more than pass its input on*"),
        ["a branch"] = (static (model, z) => model.Node("Add", model.Node("Tanh", model.Linear(z, 4, 4)), z), "*(Add) combines what different layers give*"),
        ["another domain"] = (static (model, z) => Domain(model, model.Node("Tanh", z), "com.microsoft"), "*node \"/Tanh_1\" (Tanh) is an operator of \"com.microsoft\"*"),
        ["an attribute"] = (static (model, z) => model.Node("Tanh", [z], ForeignModel.Integer("odd", 1)), "*(Tanh) has the attribute \"odd\"*"),
        ["an array of another length"] = (static (model, z) => model.Node("Add", z, model.Constant("b", [1, 2, 3], 3)), "*(Add) combines an array of shape (3) with 4 features*"),
        ["an array after a formula"] = (static (model, z) => model.Node("Mul", model.Node("Exp", z), model.Constant("b", [1, 2, 3, 4], 4)), "*(Mul) combines an array*"),
        ["a missing tensor"] = (static (model, z) => model.Node("Add", z, "lost"), "*(Add) takes \"lost\", which no node before it gives*"),
        ["a reshape"] = (static (model, z) => model.Node("Reshape", z, model.Indices(-1, 2)), "*(Reshape) does more than pass its input on*"),
        ["a reshape of samples"] = (static (model, z) => model.Node("Reshape", z, model.Indices(-1, -1)), "*(Reshape) does more than pass its input on*"),
        ["a flattening of samples"] = (static (model, z) => model.Node("Flatten", [z], ForeignModel.Integer("axis", 0)), "*(Flatten) does more than pass its input on*"),
        ["a squeeze of features"] = (static (model, z) => model.Node("Squeeze", z), "*(Squeeze) does more than pass its input on*"),
        ["a dropout in training"] = (static (model, z) => model.Node("Dropout", z, model.Number(0.5), model.Number(1)), "*(Dropout) does more than pass its input on*"),
        ["an unknown approximation"] = (static (model, z) => model.Node("Gelu", [z], ForeignModel.Text("approximate", "fast")), "*(Gelu) has the approximation \"fast\"; expected none or tanh*"),
        ["a transposed input"] = (static (model, z) => model.Node("Gemm", [z, model.Constant("w", model.Random(16), 4, 4)], ForeignModel.Integer("transA", 1)), "*(Gemm) transposes its input*"),
        ["a bias for each sample"] = (static (model, z) => model.Node("Gemm", z, model.Constant("w", model.Random(16), 4, 4), model.Constant("b", [1, 2], 2, 1)), "*(Gemm) has a bias that is not a constant of 4 elements*"),
        ["a quotient of an array"] = (static (model, z) => model.Node("Div", model.Constant("b", [1, 2, 3, 4], 4), z), "*(Div) combines an array*"),
        ["a cast to integers"] = (static (model, z) => model.Node("Cast", [z], ForeignModel.Integer("to", 7)), "*(Cast) does more than pass its input on*"),
        ["a number cast to integers"] = (static (model, z) => model.Node("Mul", z, model.Node("Cast", [model.Number(0.5)], ForeignModel.Integer("to", 7))), "*(Cast) does more than pass its constant on*"),
        ["two inputs too many"] = (static (model, z) => model.Node("Tanh", z, z, z), "*(Tanh) has 3 inputs*"),
        ["weights of another size"] = (static (model, z) => model.Dense(z, 3, 4), "*(MatMul) has weights from 3 to 4 features; it gets 4*"),
        ["bounds beyond the probes"] = (static (model, z) => model.Node("Clip", z, model.Number(-128), model.Number(127)), "*(Clip) compares with -128; *values up to 100*"),
        ["a maximum beyond the probes"] = (static (model, z) => model.Node("Max", z, model.Number(-100)), "*(Max) compares with -100*"),
        ["a minimum beyond the probes"] = (static (model, z) => model.Node("Min", model.Number(1e6), z), "*(Min) compares with 1000000*"),
        ["a step beyond the probes"] = (static (model, z) => model.Node("Where", model.Node("Greater", z, model.Number(150)), model.Number(1), z), "*(Greater) compares with 150*"),
        ["a step far below the probes"] = (static (model, z) => model.Node("Where", model.Node("Less", z, model.Number(-150)), model.Number(1), z), "*(Less) compares with -150*"),
        ["bounds of a multiple"] = (static (model, z) => model.Node("Clip", model.Node("Mul", z, model.Number(0.01)), model.Number(-1), model.Number(1)), "*(Gemm) takes*no known activation*"),
        ["a step at 0 of what is below it"] = (static (model, z) => model.Node("Where", model.Node("Less", model.Node("Sub", z, model.Number(150)), model.Number(0)), z, model.Number(0)), "*(Where) combines what different layers give*"),
        ["a step close to 0"] = (static (model, z) => model.Node("Where", model.Node("Less", model.Node("Abs", z), model.Number(0.005)), model.Number(0), z), "*(Gemm) takes*no known activation*"),
        ["integers that are divided"] = (static (model, z) => model.Node("Mul", z, model.Node("Cast", [model.Node("Div", model.Indices(1), model.Indices(2))], ForeignModel.Integer("to", 1))), "*(Div) divides integers*"),
        ["integers that are added and divided"] = (static (model, z) => model.Node("Mul", z, model.Node("Div", model.Node("Add", model.Indices(1), model.Indices(2)), model.Node("Constant", [], ForeignModel.Integer("value_int", 2)))), "*(Div) divides integers*"),
        ["three summands"] = (static (model, z) => model.Node("Add", z, model.Constant("b", [1, 2, 3, 4], 4), model.Number(1)), "*(Add) combines an array of shape (4)*"),
        ["an array with an attribute"] = (static (model, z) => model.Node("Add", [z, model.Constant("b", [1, 2, 3, 4], 4)], ForeignModel.Integer("axis", 0)), "*(Add) has the attribute \"axis\"*"),
        ["two activations"] = (static (model, z) => model.Node("Sigmoid", model.Node("Mul", model.Node("Tanh", z), model.Constant("b", [1, 2, 3, 4], 4))), "*Sigmoid follows Tanh without a dense layer between them*"),
        ["weights that are computed"] = (static (model, z) => model.Node("MatMul", z, z), "*(MatMul) has weights that are not a constant matrix*"),
    };

    public static TheoryData<string> MiddleNames() => new(Middles.Keys);

    [Theory]
    [MemberData(nameof(MiddleNames))]
    public void Load_WhatIsNoPerceptron_IsRefusedByTheNameOfTheNode(string middle)
    {
        var model = new ForeignModel();
        string hidden = Middles[middle].Write(model, model.Linear("x", 3, 4));
        Refused(model.Finish(model.Linear(hidden, 4, 2)), Middles[middle].Message);
    }

    [Fact]
    public void Load_AnActivationAfterTheLastLayerOrBeforeTheFirst_IsRefused()
    {
        var model = new ForeignModel();
        Refused(model.Finish(model.Node("Sigmoid", model.Linear("x", 3, 4))), "*the output \"/Sigmoid_1_output_0\" passes through Sigmoid after the last layer*");
        model = new ForeignModel();
        Refused(model.Finish(model.Node("Mul", model.Node("Tanh", model.Linear("x", 3, 4)), model.Number(2))), "*it ends with an activation*");
        model = new ForeignModel();
        Refused(model.Finish(model.Linear(model.Node("Sin", "x"), 3, 4)), "*the input passes through Sine before the first layer*");
        model = new ForeignModel();
        Refused(model.Finish(model.Node("Mul", "x", model.Number(2))), "*it has no dense layer*");
        model = new ForeignModel();
        Refused(model.Finish(model.Constant("c", [1], 1)), "*the output \"c\" does not depend on an input*");
    }

    [Fact]
    public void Load_AnInputOfAnotherShape_IsRefused()
    {
        var model = new ForeignModel(inputShape: [-1, 4, 3]);
        Refused(model.Finish(model.Linear(model.Node("Mul", "x", model.Number(2)), 12, 4)), "*(Gemm) takes an input that does not have the shape (samples, features)*");
        model = new ForeignModel();
        model.Graph.Input[0].Type.TensorType.Shape = null;
        Refused(model.Finish(model.Linear(model.Node("Add", "x", model.Constant("b", [1, 2, 3], 3)), 2, 4)), "*(Gemm) has weights from 2 to 4 features; it gets 3*");
        model = new ForeignModel(inputShape: [-1, 4, 3]);
        Refused(model.Finish(model.Linear(model.Node("Add", "x", model.Constant("b", new double[12], 12)), 12, 4)), "*(Add) combines an array of shape (12) with 12 features*");
    }

    [Fact]
    public void Load_AnEmptyArrayOrShapesThatDiffer_AreRefused()
    {
        var model = new ForeignModel();
        model.Graph.Input[0].Type.TensorType.Shape = null;
        Refused(model.Finish(model.Linear(model.Node("Add", "x", model.Constant("b", [], 0)), 3, 4)), "*(Add) combines an array of shape (0)*");
        model = new ForeignModel();
        string y = model.Linear("x", 3, 1);
        Refused(model.Finish(model.Node("Add", y, model.Node("Squeeze", y))), "*(Add) combines inputs of different shapes*");
    }

    [Fact]
    public void Load_ThreeKindsOfActivations_AreRefused()
    {
        var model = new ForeignModel();
        string hidden = model.Linear("x", 3, 4);
        foreach (string op in new[] { "Tanh", "Relu", "Sigmoid" })
        {
            hidden = model.Linear(model.Node(op, hidden), 4, 4);
        }

        Refused(model.Finish(hidden), "*activations Tanh, Relu, Sigmoid; only the first may differ*");
    }

    [Fact]
    public void Load_TensorsThatAreNotThere_AreRefused()
    {
        Weights(tensor => tensor.DataLocation = TensorProto.Types.DataLocation.External, "*the tensor \"w\" lies in another file; save the model with its weights inside*");
        Weights(tensor => tensor.Dims[0] = 1000, "*the tensor \"w\" has 12 elements; its shape (1000, 4) needs 4000*");
        Weights(tensor => (tensor.Dims[0], tensor.Dims[1]) = (-3, -4), "*the tensor \"w\" has 12 elements*");
        Weights(tensor => (tensor.Dims[0], tensor.Dims[1]) = (long.MaxValue, long.MaxValue), "*the tensor \"w\" has 12 elements*");
        Weights(tensor => tensor.DataType = 3, "*the tensor \"w\" is of the element type 3*");
        Weights(tensor => tensor.RawData = ByteString.CopyFrom([.. Enumerable.Repeat<byte>(0xFF, 48)]), "*it has the parameter NaN*");

        static void Weights(Action<TensorProto> change, string message)
        {
            var model = new ForeignModel();
            string product = model.Node("MatMul", "x", model.Constant("w", model.Random(12), 3, 4));
            change(model.Graph.Initializer[0]);
            Refused(model.Finish(product), message);
        }
    }

    [Fact]
    public void Load_NamesThatAreGivenTwice_AreRefused()
    {
        var model = new ForeignModel();
        model.Constant("w", [1], 1);
        model.Constant("w", [1], 1);
        Refused(model.Finish(model.Linear("x", 3, 1)), "*two tensors have the name \"w\"*");
        model = new ForeignModel();
        string y = model.Linear("x", 3, 1);
        model.Graph.Node.Add(model.Graph.Node[0].Clone());
        Refused(model.Finish(y), "*is given twice*");
    }

    [Fact]
    public void Load_ADamagedModel_IsRefusedOrReadButNeverFailsOtherwise()
    {
        byte[] bytes = Networks.Export(Networks.Random<float>(Activation.Silu), order: 1);
        foreach (byte[] damaged in ByteMutations.Truncations(bytes).Concat(ByteMutations.Random(bytes, 3000, seed: 1, reach: bytes.Length)))
        {
            try
            {
                ForeignModel.Load<float>(damaged);
            }
            catch (InvalidDataException)
            {
                // As documented.
            }
        }
    }

    [Fact]
    public void Load_AHostileModel_TakesLittleMemory()
    {
        // Half a million empty nodes; attributes of a node, sizes of a tensor, dimensions of an input, and versions of operators.
        Many(Nested([7, 1]));
        Many(Nested([7, 1, 5]));
        Many(Nested([7, 1, 5, 5, 6]));
        Many(Nested([7, 5, 6]));
        Many(Nested([7, 11, 2, 1, 2, 1]));
        Many(Nested([7, 12, 2, 1, 2, 1]));
        Many(Nested([8]));
        Many(Nested([14]));

        // A weight of 256 KiB that a thousand layers share.
        var shared = new ForeignModel(inputShape: [-1, 256]);
        string hidden = shared.Constant("w", new double[65536], 256, 256);
        hidden = "x";
        for (int k = 0; k < 1000; k++)
        {
            hidden = shared.Node("MatMul", hidden, "w");
        }

        Little(shared.Finish(hidden), "share tensors");

        // A sum of a value with itself, ten thousand times over.
        var doubled = new ForeignModel();
        hidden = doubled.Linear("x", 3, 4);
        for (int k = 0; k < 5_000; k++)
        {
            hidden = doubled.Node("Add", hidden, hidden);
        }

        Little(doubled.Finish(hidden), "is not the output of a dense layer");

        // A megabyte of sizes, packed, and a name of a megabyte.
        var sizes = new ForeignModel();
        string y = sizes.Linear("x", 3, 1);
        sizes.Graph.Initializer[0].Dims.AddRange(Enumerable.Repeat(1L, 40_000));
        Little(sizes.Finish(y), "not a constant matrix");
        var name = new ForeignModel();
        y = name.Node(new string('n', Mebi), "x");
        Little(name.Finish(y), "is not an operator");

        static void Many(byte[] bytes) => Little(bytes, $"more than {bytes.Length / 8} fields");

        static void Little(byte[] bytes, string message)
        {
            var stream = new MemoryStream(bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            string text = FluentActions.Invoking(() => OnnxModel.Load<float>(stream)).Should().Throw<InvalidDataException>().Which.Message;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            (allocated / Mebi).Should().BeLessThan(50, $"a model of {bytes.Length} bytes is refused: {text}");
            text.Length.Should().BeLessThan(1_500);
            text.Should().Contain(message);
        }
    }

    /// <summary>Half a million empty messages of the last field, in one message of each field before it.</summary>
    private static byte[] Nested(byte[] fields)
    {
        byte[] bytes = [.. Enumerable.Repeat<byte[]>([Tag(fields[^1]), 0], Mebi / 2).SelectMany(message => message)];
        foreach (byte field in fields.SkipLast(1).Reverse())
        {
            int length = bytes.Length;
            bytes = [Tag(field), (byte)(0x80 | (length & 0x7F)), (byte)(0x80 | ((length >> 7) & 0x7F)), (byte)(length >> 14), .. bytes];
        }

        return bytes;

        static byte Tag(byte field) => (byte)((field << 3) | 2);
    }

    [Theory]
    [InlineData("0B", "fields of no known kind")]
    [InlineData("3A05", "cut short")]
    [InlineData("0800000000", "cut short")]
    [InlineData("08FFFFFFFFFFFFFFFFFFFFFF01", "a number of more than 64 bits")]
    [InlineData("888080801000", "a field number of more than 32 bits")]
    [InlineData("0D000000", "cut short")]
    [InlineData("0900000000000000", "cut short")]
    [InlineData("3A025800", "no output")]
    [InlineData("3A040A020A00", "no output")]
    [InlineData("3A00", "no output")]
    [InlineData("0808", "no graph")]
    public void Load_BytesThatAreNoModel_AreRefused(string bytes, string message) => Refused(Convert.FromHexString(bytes), $"*{message}*");

    [Fact]
    public void Load_WhatIsNoFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        FluentActions.Invoking(() => OnnxModel.Load<float>(folder.Path)).Should().Throw<IOException>().WithMessage("*is a folder*");
        FluentActions.Invoking(() => OnnxModel.Load<float>(folder.File("none.onnx"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => OnnxModel.Load<float>(" ")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => OnnxModel.Load<float>(new MemoryStream(), "")).Should().Throw<ArgumentException>().WithParameterName("output");
        FluentActions.Invoking(() => OnnxModel.Load<float>(new MemoryStream())).Should().Throw<InvalidDataException>().WithMessage("\"the stream\" cannot be read*no graph*");
        FluentActions.Invoking(() => OnnxModel.Load<Half>(new MemoryStream())).Should().Throw<NotSupportedException>();
        File.WriteAllText(folder.File("a.onnx"), "{ \"no\": \"model\" }");
        FluentActions.Invoking(() => OnnxModel.Load<float>(folder.File("a.onnx"))).Should().Throw<InvalidDataException>().WithMessage("*a.onnx\" cannot be read*");
    }

    private static string Domain(ForeignModel model, string output, string domain)
    {
        model.Graph.Node[^1].Domain = domain;
        return output;
    }

    private static void Refused(byte[] model, string message) =>
        FluentActions.Invoking(() => ForeignModel.Load<float>(model)).Should().Throw<InvalidDataException>().WithMessage(message);
}
