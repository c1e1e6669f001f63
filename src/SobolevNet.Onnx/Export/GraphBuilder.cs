using System.Numerics;
using Google.Protobuf;
using SobolevNet.Onnx.Format;
using ElementType = SobolevNet.Onnx.Format.TensorProto.Types.DataType;

namespace SobolevNet.Onnx;

/// <summary>A graph in the making. The same operator of the same inputs is one node, so that formulas need not share their parts themselves.</summary>
internal sealed class GraphBuilder(string name, ElementType elementType)
{
    private readonly Dictionary<string, GraphValue> _known = new(StringComparer.Ordinal);

    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>An input of the graph; sizes are numbers or names.</summary>
    public GraphValue Input(string name, params ReadOnlySpan<string> shape)
    {
        Graph.Input.Add(Describe(name, shape));
        return new GraphValue(this, name);
    }

    /// <summary>Makes a value an output of the graph.</summary>
    public void Output(string name, GraphValue value, params ReadOnlySpan<string> shape)
    {
        Graph.Node.Add(new NodeProto { Name = name, OpType = "Identity", Input = { value.Name }, Output = { name } });
        Graph.Output.Add(Describe(name, shape));
    }

    /// <summary>A constant array.</summary>
    public GraphValue Tensor<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged, INumber<T>
    {
        Graph.Initializer.Add(TensorElements.Create(name, data, shape));
        return new GraphValue(this, name);
    }

    /// <summary>A constant number of the graph's element type.</summary>
    public GraphValue Number(double number)
    {
        string key = FormattableString.Invariant($"number {number:R}");
        if (!_known.TryGetValue(key, out var value))
        {
            string name = FormattableString.Invariant($"number.{_known.Count}");
            value = elementType == ElementType.Float ? Tensor<float>(name, [(float)number]) : Tensor(name, [number]);
            _known.Add(key, value);
        }

        return value;
    }

    /// <summary>Whole numbers, as shapes and axes are given.</summary>
    public GraphValue Indices(params ReadOnlySpan<long> indices)
    {
        string key = $"indices {string.Join(' ', indices.ToArray())}";
        if (!_known.TryGetValue(key, out var value))
        {
            value = Tensor(FormattableString.Invariant($"indices.{_known.Count}"), indices, indices.Length);
            _known.Add(key, value);
        }

        return value;
    }

    /// <summary>The output of an operator.</summary>
    public GraphValue Node(string op, params ReadOnlySpan<GraphValue> inputs) => Node(op, null, inputs);

    /// <summary>The output of an operator with an attribute.</summary>
    public GraphValue Node(string op, AttributeProto? attribute, params ReadOnlySpan<GraphValue> inputs)
    {
        var node = new NodeProto { OpType = op };
        foreach (var input in inputs)
        {
            node.Input.Add(input.Name);
        }

        if (attribute is not null)
        {
            node.Attribute.Add(attribute);
        }

        string key = $"{op} {string.Join(' ', node.Input)} {attribute?.ToByteString().ToBase64()}";
        if (!_known.TryGetValue(key, out var value))
        {
            node.Name = FormattableString.Invariant($"{op}.{_known.Count}");
            node.Output.Add(node.Name);
            Graph.Node.Add(node);
            value = new GraphValue(this, node.Name);
            _known.Add(key, value);
        }

        return value;
    }

    private ValueInfoProto Describe(string name, ReadOnlySpan<string> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (string size in shape)
        {
            dimensions.Dim.Add(long.TryParse(size, out long number)
                ? new TensorShapeProto.Types.Dimension { DimValue = number }
                : new TensorShapeProto.Types.Dimension { DimParam = size });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)elementType, Shape = dimensions } },
        };
    }
}
