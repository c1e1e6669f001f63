using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <summary>Follows the nodes of a graph from the input to an output and finds the chain of layers that they are.</summary>
/// <param name="graph">The graph.</param>
/// <param name="length">The bytes of the file.</param>
internal sealed partial class ChainReader(GraphProto graph, int length)
{
    /// <summary>How close a formula must be to an activation, relative to 1 + |z|; weights in half precision come with constants in half precision.</summary>
    private const double Tolerance = 1e-6;
    private const double HalfTolerance = 5e-5;

    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Constant> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Signal> _signals = new(StringComparer.Ordinal);
    private double _tolerance = Tolerance;

    /// <summary>The chain that gives an output.</summary>
    /// <param name="output">The name of the output; null for the only one, or the one called "value".</param>
    /// <exception cref="InvalidDataException">There is no such output, or it is not given by a chain of dense layers.</exception>
    public LayerChain Read(string? output)
    {
        foreach (var tensor in graph.Initializer)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidDataException($"two tensors have the name {NodeText.Quote(tensor.Name)}.");
            }
        }

        foreach (var input in graph.Input)
        {
            if (!_tensors.ContainsKey(input.Name))
            {
                _signals[input.Name] = SignalOf(input);
            }
        }

        string name = Choose(output);
        foreach (var node in NodesFor(name))
        {
            Run(node);
        }

        if (!_signals.TryGetValue(name, out var signal))
        {
            throw new InvalidDataException($"the output {NodeText.Quote(name)} does not depend on an input.");
        }

        var (last, activation) = signal.Resolve(_tolerance)
            ?? throw new InvalidDataException($"the output {NodeText.Quote(name)} is not the output of a dense layer, in whatever units.");
        return activation is null
            ? new LayerChain(last, length)
            : throw new InvalidDataException($"the output {NodeText.Quote(name)} passes through {activation} after the last layer; a network has no activation there.");
    }

    private string Choose(string? output)
    {
        string[] names = [.. graph.Output.Select(info => info.Name)];
        string chosen = output ?? (names.Length == 1 ? names[0] : "value");
        return names.Contains(chosen)
            ? chosen
            : throw new InvalidDataException(
                names.Length == 0 ? "it has no output."
                : output is null ? $"it has {names.Length} outputs; give the name of the one to read as the argument output: {NodeText.List(names)}."
                : $"it has no output {NodeText.Quote(output)}; it has {NodeText.List(names)}.");
    }

    /// <summary>The nodes that an output depends on, in the order of the file, which is that of computation.</summary>
    private List<NodeProto> NodesFor(string output)
    {
        var given = new HashSet<string>(_tensors.Keys.Concat(_signals.Keys), StringComparer.Ordinal);
        foreach (string name in graph.Node.SelectMany(node => node.Output).Where(name => name.Length > 0))
        {
            if (!given.Add(name))
            {
                throw new InvalidDataException($"{NodeText.Quote(name)} is given twice.");
            }
        }

        var wanted = new HashSet<string>(StringComparer.Ordinal) { output };
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse())
        {
            if (node.Output.Any(wanted.Contains))
            {
                nodes.Add(node);
                wanted.UnionWith(node.Input.Where(name => name.Length > 0));
            }
        }

        nodes.Reverse();
        return nodes;
    }

    private static Signal SignalOf(ValueInfoProto input)
    {
        if (input.Type?.TensorType is not { } tensor || !TensorElements.IsFloatingPoint(tensor.ElemType))
        {
            throw new InvalidDataException($"the input {NodeText.Quote(input.Name)} is not a tensor of float, double, float16 or bfloat16.");
        }

        if (tensor.Shape is null)
        {
            return Signal.Of(new InputStage(features: 0));
        }

        // The first dimension is that of samples, unless it is the only one.
        var sizes = tensor.Shape.Dim.Skip(tensor.Shape.Dim.Count > 1 ? 1 : 0);
        double features = sizes.Aggregate(1.0, (product, dimension) => product * dimension.DimValue);
        return Signal.Of(new InputStage(features is >= 1 and <= MlpArchitecture.MaxFeatures ? (int)features : 0), tensor.Shape.Dim.Count is 1 or 2);
    }
}
