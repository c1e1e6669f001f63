using System.Globalization;
using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <content>What each operator does to signals and constants.</content>
internal sealed partial class ChainReader
{
    private void Run(NodeProto node)
    {
        if (node.Domain.Length > 0 && node.Domain != "ai.onnx")
        {
            throw Refusal(node, $"is an operator of {NodeText.Quote(node.Domain)}, not of ONNX");
        }

        switch (node.OpType)
        {
            case "Constant":
                _constants[node.Output[0]] = ConstantOf(node);
                break;
            case "Identity" or "Cast" or "Transpose" when Find(node, 0) is Constant constant:
                _constants[node.Output[0]] = Passed(node, constant);
                break;
            case "Identity" or "Cast" or "Dropout" or "Flatten" or "Reshape" or "Squeeze":
                _signals[node.Output[0]] = Passed(node);
                break;
            case "MatMul" or "Gemm":
                _signals[node.Output[0]] = Dense(node);
                break;
            case var _ when ElementwiseOperators.Has(node):
                Elementwise(node);
                break;
            default:
                throw Refusal(node, "is not an operator of a multilayer perceptron");
        }
    }

    /// <summary>An input of a node, a constant or a signal; null if it is left out.</summary>
    private object? Find(NodeProto node, int index)
    {
        string name = index < node.Input.Count ? node.Input[index] : "";
        if (name.Length == 0)
        {
            return null;
        }

        if (_signals.TryGetValue(name, out var signal))
        {
            return signal;
        }

        if (!_constants.TryGetValue(name, out var constant))
        {
            constant = _tensors.TryGetValue(name, out var tensor)
                ? Decode(tensor)
                : throw Refusal(node, $"takes {NodeText.Quote(name)}, which no node before it gives");
            _constants.Add(name, constant);
        }

        return constant;
    }

    private Signal SignalFor(NodeProto node) =>
        Find(node, 0) as Signal ?? throw Refusal(node, "has a first input that is constant or left out; expected what depends on the model's input");

    private Constant Decode(TensorProto tensor)
    {
        if (tensor.DataType is (int)TensorProto.Types.DataType.Float16 or (int)TensorProto.Types.DataType.Bfloat16)
        {
            _tolerance = HalfTolerance;
        }

        return Constant.Of(tensor);
    }

    private Constant ConstantOf(NodeProto node) => node.Attribute switch
    {
        [{ Name: "value", T: { } tensor }] => Decode(tensor),
        [{ Name: "value_float" } only] => Constant.Number(only.F),
        [{ Name: "value_int" } only] => Constant.Number(only.I, isInteger: true),
        [{ Name: "value_floats" } only] => new Constant([.. only.Floats.Select(element => (double)element)], [only.Floats.Count]),
        [{ Name: "value_ints" } only] => new Constant([.. only.Ints.Select(element => (double)element)], [only.Ints.Count], isInteger: true),
        _ => throw Refusal(node, "has no number or array of numbers"),
    };

    /// <summary>A constant after an operator that changes none of its numbers.</summary>
    private static Constant Passed(NodeProto node, Constant constant)
    {
        var attributes = new NodeAttributes(node);
        return node.OpType switch
        {
            "Identity" => constant,
            "Cast" when TensorElements.IsFloatingPoint(attributes.Integer("to", 0)) => constant.Real(),
            "Transpose" when constant.IsMatrix && (attributes.Integers("perm") ?? [1, 0]) is [1, 0] => constant.Transposed(),
            _ => throw Refusal(node, "does more than pass its constant on, or transpose a matrix"),
        };
    }

    /// <summary>A signal after an operator that changes no number.</summary>
    private Signal Passed(NodeProto node)
    {
        var signal = SignalFor(node);
        var attributes = new NodeAttributes(node);
        switch (node.OpType)
        {
            case "Cast" when TensorElements.IsFloatingPoint(attributes.Integer("to", 0)):
            case "Identity":
                return signal;
            case "Dropout" when Find(node, 2) is null or Constant { Data: [0] }:
                return signal;
            case "Flatten" when attributes.Integer("axis", 1) == 1:
                return new Signal(signal.Views, isFlat: true);
            case "Reshape" when Find(node, 1) is Constant { Data: [var samples, var features] } && (features == -1 ? samples >= 0 : signal.Features == 0 || features == signal.Features):
                return new Signal(signal.Views, isFlat: true);
            case "Reshape" when Find(node, 1) is Constant { Data: [-1] } && signal.Features == 1:
            case "Squeeze" when signal.Features == 1:
                return new Signal(signal.Views, isFlat: false);
            default:
                throw Refusal(node, "does more than pass its input on, sample by sample");
        }
    }

    private Signal Dense(NodeProto node)
    {
        var signal = SignalFor(node);
        if (Find(node, 1) is not Constant { IsMatrix: true } matrix)
        {
            throw Refusal(node, "has weights that are not a constant matrix");
        }

        double factor = 1;
        double[]? bias = null;
        var weights = matrix.Transposed();
        var attributes = new NodeAttributes(node);
        if (node.OpType == "Gemm")
        {
            factor = attributes.Real("alpha", 1);
            weights = attributes.Integer("transB", 0) == 0 ? weights : matrix;
            bias = BiasOf(node, weights.Shape[0], attributes.Real("beta", 1));
            if (attributes.Integer("transA", 0) != 0)
            {
                throw Refusal(node, "transposes its input");
            }
        }

        attributes.RefuseOthers();
        var (stage, activation) = StageOf(node, signal);
        if (weights.Shape.Any(size => size is < 1 or > MlpArchitecture.MaxFeatures) || (stage.Features != 0 && weights.Shape[1] != stage.Features))
        {
            throw Refusal(node, $"has weights from {weights.Shape[1]} to {weights.Shape[0]} features; it gets {stage.Features}");
        }

        return Signal.Of(new DenseStage(stage, activation, weights, factor, bias));
    }

    private double[]? BiasOf(NodeProto node, long outputs, double factor) => Find(node, 2) switch
    {
        null => null,
        Constant bias when bias.IsNumber || (outputs <= int.MaxValue && bias.IsVectorOf((int)outputs)) => [.. bias.Data.Select(element => factor * element)],
        _ => throw Refusal(node, $"has a bias that is not a constant of {outputs} elements"),
    };

    /// <summary>An operator on each element: of signals and numbers, or a change of unit by a number for each feature.</summary>
    private void Elementwise(NodeProto node)
    {
        object[] inputs = [.. Enumerable.Range(0, node.Input.Count).Select(k => Find(node, k) ?? throw Refusal(node, "lacks an input"))];
        Signal[] signals = [.. inputs.OfType<Signal>()];
        var vector = inputs.OfType<Constant>().FirstOrDefault(constant => !constant.IsNumber);
        if (vector is not null)
        {
            _signals[node.Output[0]] = signals is [var only] ? WithUnits(node, only, vector, inputs[0] == vector) : throw Refusal(node, "combines arrays in a way that is not read");
        }
        else if (signals.Length == 0)
        {
            Constant[] numbers = [.. inputs.Cast<Constant>()];
            bool areIntegers = numbers.All(number => number.IsInteger);
            if (areIntegers && node.OpType == "Div")
            {
                throw Refusal(node, "divides integers, which is not read");
            }

            _constants[node.Output[0]] = Constant.Number(ElementwiseOperators.Apply(node, [.. numbers.Select(number => number.Data)])[0], areIntegers);
        }
        else
        {
            _signals[node.Output[0]] = Combined(node, inputs, signals);
        }
    }

    /// <summary>The signal that an operator makes of signals and numbers: the same function in every view that all have.</summary>
    private Signal Combined(NodeProto node, object[] inputs, Signal[] signals)
    {
        if (signals.Any(signal => signal.IsFlat != signals[0].IsFlat))
        {
            throw Refusal(node, "combines inputs of different shapes");
        }

        var views = new List<View>();
        double[] bounds = ElementwiseOperators.Compares(node) ? [.. inputs.OfType<Constant>().Select(number => number.Data[0])] : [];
        bool areBoundsShown = true;
        foreach (var stage in signals[0].Views.Select(view => view.Stage).Where(stage => signals.All(signal => signal.Views.Any(view => view.Stage == stage))))
        {
            double[][] samples =
            [
                .. inputs.Select(input => input is Signal signal
                    ? signal.Views.First(view => view.Stage == stage).Samples
                    : [.. Enumerable.Repeat(((Constant)input).Data[0], KnownActivations.Probes.Length)]),
            ];
            if (bounds.All(bound => samples.Where((_, k) => inputs[k] is Signal).All(function => KnownActivations.Show(function, bound))))
            {
                views.Add(new View(stage, ElementwiseOperators.Apply(node, samples)));
            }
            else
            {
                areBoundsShown = false;
            }
        }

        if (signals is [var only] && inputs is [_, _] && inputs.OfType<Constant>().Single() is var number && Change(node, only, number, inputs[0] == number) is { } changed)
        {
            views.Add(new View(changed, KnownActivations.Probes));
        }

        if (!areBoundsShown && views.Count == 0)
        {
            throw Refusal(node, string.Create(
                CultureInfo.InvariantCulture, $"compares with {bounds.MaxBy(Math.Abs)}; what it does there is not known, because activations are recognized by their values up to {KnownActivations.Probes.Max()}"));
        }

        return views.Count > 0
            ? new Signal(views, signals[0].IsFlat)
            : throw Refusal(node, "combines what different layers give; a multilayer perceptron has no branches");
    }

    private Signal WithUnits(NodeProto node, Signal signal, Constant vector, bool constantIsFirst)
    {
        new NodeAttributes(node).RefuseOthers();
        var stage = node.Input.Count == 2 && vector.Data.Length > 0 && vector.IsVectorOf(signal.Features == 0 ? vector.Data.Length : signal.Features) ? Change(node, signal, vector, constantIsFirst) : null;
        return stage is not null && signal.IsFlat
            ? Signal.Of(stage)
            : throw Refusal(node, $"combines an array of shape {NodeText.Shape(vector.Shape)} with {signal.Features} features in a way that is not read");
    }

    /// <summary>A change of unit as a step of its own; null if the operator is another, or the signal is not (yet) an activation of a step.</summary>
    private UnitStage? Change(NodeProto node, Signal signal, Constant numbers, bool constantIsFirst)
    {
        if (!Enum.TryParse(node.OpType, out UnitChange change) || (constantIsFirst && change == UnitChange.Div) || signal.Resolve(_tolerance) is not var (stage, activation))
        {
            return null;
        }

        if (constantIsFirst && change == UnitChange.Sub)
        {
            (stage, activation, change) = (new UnitStage(stage, activation, UnitChange.Mul, [-1]), null, UnitChange.Add);
        }

        return new UnitStage(stage, activation, change, numbers.Data);
    }

    /// <summary>The step whose output, or an activation of it, a layer takes.</summary>
    private (Stage Stage, Activation? Activation) StageOf(NodeProto node, Signal signal)
    {
        if (!signal.IsFlat)
        {
            throw Refusal(node, "takes an input that does not have the shape (samples, features)");
        }

        return signal.Resolve(_tolerance) ?? throw Refusal(
            node, $"takes {NodeText.Quote(node.Input[0])}, which is no known activation of a layer; known are {string.Join(", ", Enum.GetNames<Activation>())}");
    }

    private static InvalidDataException Refusal(NodeProto node, string reason) => new($"{NodeText.Of(node)} {reason}.");
}
