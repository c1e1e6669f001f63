using Google.Protobuf;
using SobolevNet.Onnx.Format;
using AttributeType = SobolevNet.Onnx.Format.AttributeProto.Types.AttributeType;
using ElementType = SobolevNet.Onnx.Format.TensorProto.Types.DataType;

namespace SobolevNet.Onnx.Tests;

/// <summary>A model as another program writes it, node by node.</summary>
internal sealed class ForeignModel
{
    private readonly GraphProto _graph = new() { Name = "main_graph" };
    private readonly ElementType _type;
    private readonly long _opset;

    /// <summary>Starts a model with the input "x"; a negative size is a free one.</summary>
    public ForeignModel(ElementType type = ElementType.Float, long opset = 17, params long[] inputShape)
    {
        _type = type;
        _opset = opset;
        _graph.Input.Add(Info("x", type, inputShape.Length > 0 ? inputShape : [-1, 3]));
    }

    public GraphProto Graph => _graph;

    public static ValueInfoProto Info(string name, ElementType type, params long[] shape)
    {
        var sizes = new TensorShapeProto();
        foreach (long size in shape)
        {
            sizes.Dim.Add(size < 0 ? new TensorShapeProto.Types.Dimension { DimParam = $"free{sizes.Dim.Count}" } : new TensorShapeProto.Types.Dimension { DimValue = size });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = sizes } } };
    }

    public static AttributeProto Integer(string name, long value) => new() { Name = name, I = value, Type = AttributeType.Int };

    public static AttributeProto Text(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeType.String };

    public static AttributeProto Integers(string name, params long[] values) => new() { Name = name, Ints = { values }, Type = AttributeType.Ints };

    public static AttributeProto Real(string name, float value) => new() { Name = name, F = value, Type = AttributeType.Float };

    public static AttributeProto Array(string name, TensorProto value) => new() { Name = name, T = value, Type = AttributeType.Tensor };

    /// <summary>A tensor of the model's element type, of bytes or, if typed, in the field of its type.</summary>
    public TensorProto Tensor(string name, IEnumerable<double> data, long[] shape, bool typed = false)
    {
        double[] numbers = [.. data];
        var tensor = new TensorProto { Name = name, DataType = (int)_type, Dims = { shape } };
        ushort[] halves = _type switch
        {
            ElementType.Float16 => [.. numbers.Select(number => BitConverter.HalfToUInt16Bits((Half)number))],
            ElementType.Bfloat16 => [.. numbers.Select(number => (ushort)(BitConverter.SingleToUInt32Bits((float)number) >> 16))],
            _ => [],
        };
        switch (_type, typed)
        {
            case (ElementType.Float, true):
                tensor.FloatData.AddRange(numbers.Select(number => (float)number));
                break;
            case (ElementType.Double, true):
                tensor.DoubleData.AddRange(numbers);
                break;
            case (_, true):
                tensor.Int32Data.AddRange(halves.Select(half => (int)half));
                break;
            case (ElementType.Float, false):
                tensor.RawData = ByteString.CopyFrom([.. numbers.SelectMany(number => BitConverter.GetBytes((float)number))]);
                break;
            case (ElementType.Double, false):
                tensor.RawData = ByteString.CopyFrom([.. numbers.SelectMany(BitConverter.GetBytes)]);
                break;
            default:
                tensor.RawData = ByteString.CopyFrom([.. halves.SelectMany(BitConverter.GetBytes)]);
                break;
        }

        return tensor;
    }

    public string Constant(string name, IEnumerable<double> data, params long[] shape)
    {
        _graph.Initializer.Add(Tensor(name, data, shape));
        return name;
    }

    public string Typed(string name, IEnumerable<double> data, params long[] shape)
    {
        _graph.Initializer.Add(Tensor(name, data, shape, typed: true));
        return name;
    }

    public string Number(double number) => Constant($"number_{_graph.Initializer.Count}", [number]);

    public string Indices(params long[] numbers)
    {
        string name = $"indices_{_graph.Initializer.Count}";
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)ElementType.Int64, Dims = { numbers.Length }, Int64Data = { numbers } });
        return name;
    }

    /// <summary>A node of one output, which it returns.</summary>
    public string Node(string op, string[] inputs, params AttributeProto[] attributes)
    {
        string output = $"/{op}_{_graph.Node.Count}_output_0";
        _graph.Node.Add(new NodeProto { Name = $"/{op}_{_graph.Node.Count}", OpType = op, Input = { inputs }, Output = { output }, Attribute = { attributes } });
        return output;
    }

    public string Node(string op, params string[] inputs) => Node(op, inputs, []);

    /// <summary>A Linear layer as PyTorch writes it: Gemm with weights of shape (outputs, inputs).</summary>
    public string Linear(string x, int inputs, int outputs) => Node(
        "Gemm",
        [x, Constant($"fc{_graph.Node.Count}.weight", Random(inputs * outputs), outputs, inputs), Constant($"fc{_graph.Node.Count}.bias", Random(outputs), outputs)],
        Real("alpha", 1), Real("beta", 1), Integer("transB", 1));

    /// <summary>A Dense layer as tf2onnx writes it: MatMul with weights of shape (inputs, outputs), then Add.</summary>
    public string Dense(string x, int inputs, int outputs)
    {
        string product = Node("MatMul", x, Constant($"dense{_graph.Node.Count}/kernel", Random(inputs * outputs), inputs, outputs));
        return Node("Add", product, Constant($"dense{_graph.Node.Count}/bias", Random(outputs), outputs));
    }

    /// <summary>Numbers that follow from how many nodes there are.</summary>
    public IEnumerable<double> Random(int count)
    {
        var random = new RandomStream(7, (ulong)(_graph.Node.Count + (100 * _graph.Initializer.Count)));
        return Enumerable.Range(0, count).Select(_ => (double)(Half)(0.7 * random.NextNormal())).ToArray();
    }

    /// <summary>The bytes of the model, with an output.</summary>
    public byte[] Finish(string output)
    {
        _graph.Output.Add(new ValueInfoProto { Name = output, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)_type } } });
        return Bytes();
    }

    public byte[] Bytes() => new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = _opset } }, Graph = _graph }.ToByteArray();

    public static Mlp<T> Load<T>(byte[] bytes, string? output = null)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => OnnxModel.Load<T>(new MemoryStream(bytes), output);
}
