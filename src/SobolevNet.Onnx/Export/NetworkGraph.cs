using System.Globalization;
using System.Numerics;
using SobolevNet.Onnx.Format;
using ElementType = SobolevNet.Onnx.Format.TensorProto.Types.DataType;

namespace SobolevNet.Onnx;

/// <summary>A network with its derivatives as a graph.</summary>
/// <remarks>
/// Derivatives are propagated forward as jets: z' = W a' and z'' = W a'' in a layer, a' = σ'(z) z' and a''ᵢⱼ = σ''(z) z'ᵢ z'ⱼ + σ'(z) z''ᵢⱼ in an activation. First derivatives have
/// the shape (batch, tangents, features), second ones (batch, tangents, tangents, features). Tangents are the inputs, or the directions. Until the first activation bends them,
/// first derivatives are the same for all samples and lack the first dimension, and second derivatives are zero and null.
/// </remarks>
internal sealed class NetworkGraph<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Mlp<T> _network;
    private readonly OnnxExportOptions _options;
    private readonly GraphBuilder _builder = new("SobolevNet", TensorElements.TypeOf<T>());
    private readonly ActivationGraph _activations;
    private readonly GraphValue _input;
    private readonly GraphValue? _directions;
    private readonly GraphValue? _inputScale;
    private readonly GraphValue? _outputScale;
    private GraphValue? _first;
    private GraphValue? _second;
    private bool _dependsOnSample;

    public NetworkGraph(Mlp<T> network, OnnxExportOptions options)
    {
        _network = network;
        _options = options;
        _activations = new ActivationGraph(_builder, TensorElements.TypeOf<T>() == ElementType.Double);
        string inputs = Size(network.Architecture.Inputs);
        _input = _builder.Input("input", "batch", inputs);
        _directions = options.AlongDirections ? _builder.Input("directions", "directions", inputs) : null;
        _inputScale = network.InputScaling is { } input ? Vector("input.scale", input.Scale) : null;
        _outputScale = network.OutputScaling is { } output ? Vector("output.scale", output.Scale) : null;
    }

    public GraphProto Build()
    {
        var architecture = _network.Architecture;
        var value = _network.InputScaling is { } input ? (_input - Vector("input.shift", input.Shift)) / _inputScale!.Value : _input;
        for (int k = 0; k < architecture.LayerCount; k++)
        {
            var layer = _network.Layer(k);
            var weights = _builder.Tensor<T>($"layer{Size(k)}.weight", Transposed(layer), layer.Inputs, layer.Outputs);
            value = _builder.Node("Gemm", value, weights, Vector($"layer{Size(k)}.bias", layer.Bias));
            if (_options.Order >= 1)
            {
                Differentiate(k, weights);
            }

            if (k < architecture.LayerCount - 1)
            {
                value = Activate(k == 0 ? architecture.FirstActivation : architecture.Activation, value);
            }
        }

        value = _network.OutputScaling is { } output ? (value * _outputScale!.Value) + Vector("output.shift", output.Shift) : value;
        GiveOut(value);
        return _builder.Graph;
    }

    /// <summary>Takes the derivatives through a dense layer.</summary>
    /// <remarks>
    /// Scales go into the weights, which runtimes do once. ONNX Runtime rounds a factor of one element next to a MatMul to float, so the first derivatives of a layer of one
    /// weight are made an array that it does not know beforehand.
    /// </remarks>
    private void Differentiate(int k, GraphValue weights)
    {
        if (k == 0 && _inputScale is { } divisor)
        {
            weights /= divisor.WithAxes(1);
        }

        if (k == _network.Architecture.LayerCount - 1 && _outputScale is { } factor)
        {
            weights *= factor;
        }

        _second = _second?.Times(weights);
        _first = k > 0 ? _first!.Value.Times(weights) : _directions?.Times(weights) ?? weights;
        if (k == 0 && _directions is null && _network.Layer(0).Weights.Length == 1)
        {
            _first = ForEachSample(weights);
            _dependsOnSample = true;
        }
    }

    /// <summary>Makes the values and derivatives outputs of the graph.</summary>
    private void GiveOut(GraphValue value)
    {
        string outputs = Size(_network.Architecture.Outputs);
        string tangents = _options.AlongDirections ? "directions" : Size(_network.Architecture.Inputs);
        _builder.Output("value", value, "batch", outputs);
        if (_first is not { } first)
        {
            return;
        }

        first = _dependsOnSample ? first : ForEachSample(first);
        _builder.Output("jacobian", first.Transposed(0, 2, 1), "batch", outputs, tangents);
        if (_options.Order == 2)
        {
            _builder.Output("hessian", (_second ?? Zeros(first)).Transposed(0, 3, 1, 2), "batch", outputs, tangents, tangents);
        }
    }

    /// <summary>Weights of shape (inputs, outputs), which a row of features is multiplied by.</summary>
    private static T[] Transposed(DenseLayer<T> layer)
    {
        var transposed = new T[layer.Weights.Length];
        for (int o = 0; o < layer.Outputs; o++)
        {
            for (int i = 0; i < layer.Inputs; i++)
            {
                transposed[(i * layer.Outputs) + o] = layer.Weights[(o * layer.Inputs) + i];
            }
        }

        return transposed;
    }

    private GraphValue Activate(Activation activation, GraphValue z)
    {
        if (_options.Order == 2)
        {
            _second = Scaled(_second, _activations.First(activation, z)?.WithAxes(1, 2));
            if (_activations.Second(activation, z) is { } bend)
            {
                var first = _first!.Value;
                var bent = first.WithAxes(-2) * first.WithAxes(-3) * bend.WithAxes(1, 2);
                _second = _second is { } second ? second + bent : bent;
            }
        }

        if (_options.Order >= 1 && _activations.First(activation, z) is { } slope)
        {
            _first = Scaled(_first, slope.WithAxes(1));
            _dependsOnSample = true;
        }

        return _activations.Value(activation, z);

        static GraphValue? Scaled(GraphValue? derivative, GraphValue? slope) => slope is null ? derivative : derivative * slope;
    }

    /// <summary>First derivatives that are the same for all samples, for each of them.</summary>
    private GraphValue ForEachSample(GraphValue first)
    {
        var samples = _builder.Node("Gather", _input.Apply("Shape"), _builder.Indices(0));
        var axis = new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 };
        return _builder.Node("Expand", first, _builder.Node("Concat", axis, samples, first.Apply("Shape")));
    }

    /// <summary>The second derivatives of a linear network.</summary>
    private GraphValue Zeros(GraphValue first) =>
        _builder.Node("Expand", _builder.Number(0), _builder.Node("Gather", first.Apply("Shape"), _builder.Indices(0, 1, 1, 2)));

    private GraphValue Vector(string name, ReadOnlySpan<T> data) => _builder.Tensor(name, data, data.Length);

    private static string Size(int size) => size.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Makes models of networks.</summary>
internal static class NetworkGraph
{
    /// <summary>ONNX 1.12 of 2022: the operators that are needed have not changed since, and runtimes of all these years read it.</summary>
    private const int Opset = 17;

    /// <summary>The version of the format that came with this set of operators.</summary>
    private const int FormatVersion = 8;

    /// <summary>Room for everything but the weights.</summary>
    private const int Overhead = 1 << 20;

    /// <summary>A model of a network; see <see cref="OnnxModel.ToOnnx{T}(Mlp{T}, string, OnnxExportOptions?)"/>.</summary>
    public static ModelProto Build<T>(Mlp<T> network, OnnxExportOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        var architecture = network.Architecture;
        if (options is { AlongDirections: true, Order: 0 })
        {
            throw new ArgumentException("AlongDirections is for derivatives, and Order is 0; expected 1 or 2.", nameof(options));
        }

        architecture.CheckOrder(options.Order);
        int size = TensorElements.TypeOf<T>() == ElementType.Float ? 4 : 8;
        if ((long)architecture.ParameterCount * size > int.MaxValue - Overhead)
        {
            throw new NotSupportedException($"The network {architecture} has {architecture.ParameterCount} parameters of {size} bytes; an ONNX model has at most 2 GiB.");
        }

        for (int k = 0; k < network.Parameters.Length; k++)
        {
            if (!T.IsFinite(network.Parameters[k]))
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"Parameter {k} of the network is {network.Parameters[k]}; all must be finite to be exported."));
            }
        }

        return new ModelProto
        {
            IrVersion = FormatVersion,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            ProducerName = "SobolevNet",
            ProducerVersion = typeof(NetworkGraph).Assembly.GetName().Version!.ToString(3),
            Domain = "sobolevnet",
            ModelVersion = 1,
            DocString = $"A multilayer perceptron {architecture}.",
            MetadataProps = { new StringStringEntryProto { Key = "architecture", Value = architecture.ToString() } },
            Graph = new NetworkGraph<T>(network, options).Build(),
        };
    }
}
