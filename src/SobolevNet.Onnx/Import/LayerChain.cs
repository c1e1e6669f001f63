using System.Globalization;
using System.Numerics;

namespace SobolevNet.Onnx;

/// <summary>A chain of dense layers, activations and changes of unit, and the network that it is.</summary>
internal sealed class LayerChain
{
    private readonly List<Layer> _layers = [];

    /// <summary>Divides a chain into layers.</summary>
    /// <param name="last">The last step.</param>
    /// <param name="maxWeights">The most weights that all layers may have: files that give a tensor to many layers could ask for any memory.</param>
    /// <exception cref="InvalidDataException">The chain is not that of a network.</exception>
    public LayerChain(Stage last, long maxWeights)
    {
        var stages = new List<Stage>();
        for (Stage? stage = last; stage is not null; stage = stage.Before)
        {
            stages.Add(stage);
        }

        stages.Reverse();
        var before = new List<UnitStage>();
        Layer? open = null;
        foreach (var stage in stages)
        {
            if (stage.Activation is { } activation)
            {
                _ = open ?? throw new InvalidDataException(
                    _layers.Count == 0 ? $"the input passes through {activation} before the first layer."
                    : $"{activation} follows {_layers[^1].Activation} without a dense layer between them.");
                (open.Activation, open) = (activation, null);
            }

            if (stage is UnitStage unit)
            {
                (open?.After ?? before).Add(unit);
            }
            else if (stage is DenseStage dense)
            {
                maxWeights -= dense.Weights.Data.Length;
                open = new Layer(dense, before);
                _layers.Add(open);
                before = [];
            }
        }

        if (open is null)
        {
            throw new InvalidDataException(_layers.Count == 0 ? "it has no dense layer." : "it ends with an activation; a network ends with a dense layer.");
        }

        if (maxWeights < 0)
        {
            throw new InvalidDataException("its layers share tensors, so that they have more weights than the file.");
        }
    }

    /// <summary>The network in a precision.</summary>
    /// <exception cref="InvalidDataException">The activations are not those of one network, or a size or number is out of range.</exception>
    public Mlp<T> ToNetwork<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return ToNetwork().Convert<T>();
        }
        catch (Exception refused) when (refused is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"it is an impossible network: {refused.Message}", refused);
        }
    }

    private Mlp<double> ToNetwork()
    {
        Activation[] activations = [.. _layers.SkipLast(1).Select(layer => layer.Activation)];
        if (activations.Skip(1).Distinct().Count() > 1)
        {
            throw new InvalidDataException($"it has the activations {string.Join(", ", activations.Take(9))}; only the first may differ from the others.");
        }

        var network = new Mlp<double>(new MlpArchitecture(
            _layers[0].Inputs, [.. _layers.SkipLast(1).Select(layer => layer.Outputs)], _layers[^1].Outputs,
            activations.LastOrDefault(), activations.Length > 0 ? activations[0] : null))
        {
            InputScaling = InputScaling(),
            OutputScaling = OutputScaling(),
        };
        for (int k = 0; k < _layers.Count; k++)
        {
            var layer = network.Layer(k);
            Fill(_layers[k], layer.Weights, layer.Bias);
        }

        foreach (double parameter in network.Parameters)
        {
            if (!double.IsFinite(parameter))
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"it has the parameter {parameter}; all must be finite."));
            }
        }

        return network;
    }

    /// <summary>What precedes the first layer as a scaling, if it is a shift and a positive scale; it is taken from the layer then.</summary>
    private FeatureScaling<double>? InputScaling()
    {
        var units = _layers[0].Before;
        if (units is not [{ Change: UnitChange.Sub } shift, { Change: UnitChange.Div } scale] || !ArePositive(scale, _layers[0].Inputs))
        {
            return null;
        }

        units.Clear();
        return ScalingOf(shift, scale, _layers[0].Inputs);
    }

    /// <summary>The same of what follows the last layer.</summary>
    private FeatureScaling<double>? OutputScaling()
    {
        var units = _layers[^1].After;
        if (units is not [.., { Change: UnitChange.Mul } scale, { Change: UnitChange.Add } shift] || !ArePositive(scale, _layers[^1].Outputs))
        {
            return null;
        }

        units.RemoveRange(units.Count - 2, 2);
        return ScalingOf(shift, scale, _layers[^1].Outputs);
    }

    private static bool ArePositive(UnitStage scale, int features) => Enumerable.Range(0, features).All(k => scale.For(k) > 0);

    private static FeatureScaling<double> ScalingOf(UnitStage shift, UnitStage scale, int features)
    {
        return new FeatureScaling<double>(Numbers(shift), Numbers(scale));

        double[] Numbers(UnitStage units) => [.. Enumerable.Range(0, features).Select(units.For)];
    }

    /// <summary>Writes a layer with the changes of unit around it: with a∘x + c before and e∘y + t after it, W becomes e∘W∘a and b becomes e∘(b + W c) + t.</summary>
    private static void Fill(Layer layer, Span<double> weights, Span<double> bias)
    {
        var (dense, inputs) = (layer.Dense, layer.Inputs);
        var (a, c) = Compose(layer.Before, inputs);
        var (e, t) = Compose(layer.After, layer.Outputs);
        for (int o = 0; o < layer.Outputs; o++)
        {
            double sum = dense.Bias is { } given ? given[given.Length == 1 ? 0 : o] : 0;
            for (int i = 0; i < inputs; i++)
            {
                double weight = dense.Factor * dense.Weights.At(o, i);
                sum += weight * c[i];
                weights[(o * inputs) + i] = e[o] * weight * a[i];
            }

            bias[o] = (e[o] * sum) + t[o];
        }
    }

    /// <summary>Factors and summands of several changes of unit.</summary>
    private static (double[] Factors, double[] Summands) Compose(List<UnitStage> units, int features)
    {
        double[] factors = new double[features];
        double[] summands = new double[features];
        Array.Fill(factors, 1);
        foreach (var unit in units)
        {
            for (int k = 0; k < features; k++)
            {
                double number = unit.For(k);
                (factors[k], summands[k]) = unit.Change switch
                {
                    UnitChange.Add => (factors[k], summands[k] + number),
                    UnitChange.Sub => (factors[k], summands[k] - number),
                    UnitChange.Mul => (factors[k] * number, summands[k] * number),
                    _ => (factors[k] / number, summands[k] / number),
                };
            }
        }

        return (factors, summands);
    }

    /// <summary>A dense layer with the changes of unit before and after it, up to its activation.</summary>
    private sealed class Layer(DenseStage dense, List<UnitStage> before)
    {
        public DenseStage Dense => dense;

        public List<UnitStage> Before => before;

        public List<UnitStage> After { get; } = [];

        public Activation Activation { get; set; } = Activation.Identity;

        public int Inputs => (int)dense.Weights.Shape[1];

        public int Outputs => (int)dense.Weights.Shape[0];
    }
}
