using MathNet.Numerics;
using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <summary>The operators that act on each element alone, as functions of numbers.</summary>
internal static class ElementwiseOperators
{
    private static readonly Dictionary<string, Func<double, double>> Unary = new()
    {
        ["Abs"] = Math.Abs,
        ["Cos"] = Math.Cos,
        ["Erf"] = SpecialFunctions.Erf,
        ["Exp"] = Math.Exp,
        ["Log"] = Math.Log,
        ["Neg"] = x => -x,
        ["Reciprocal"] = x => 1 / x,
        ["Relu"] = x => Math.Max(x, 0),
        ["Sigmoid"] = Logistic,
        ["Sin"] = Math.Sin,
        ["Softplus"] = x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))),
        ["Sqrt"] = Math.Sqrt,
        ["Tanh"] = Math.Tanh,
    };

    private static readonly Dictionary<string, Func<double, double, double>> Binary = new()
    {
        ["Add"] = (x, y) => x + y,
        ["Div"] = (x, y) => x / y,
        ["Greater"] = (x, y) => x > y ? 1 : 0,
        ["Less"] = (x, y) => x < y ? 1 : 0,
        ["Max"] = Math.Max,
        ["Min"] = Math.Min,
        ["Mul"] = (x, y) => x * y,
        ["Pow"] = Math.Pow,
        ["Sub"] = (x, y) => x - y,
    };

    private static readonly Dictionary<string, Func<double, double, double, double>> Ternary = new()
    {
        ["Clip"] = (x, low, high) => Math.Min(Math.Max(x, low), high),
        ["Where"] = (condition, x, y) => condition != 0 ? x : y,
    };

    /// <summary>Whether the operator of a node is elementwise.</summary>
    public static bool Has(NodeProto node) =>
        node.OpType == "Gelu" || Unary.ContainsKey(node.OpType) || Binary.ContainsKey(node.OpType) || Ternary.ContainsKey(node.OpType);

    /// <summary>Whether the operator of a node compares its inputs.</summary>
    public static bool Compares(NodeProto node) => node.OpType is "Clip" or "Greater" or "Less" or "Max" or "Min";

    /// <summary>The value of a node for so many values of its inputs.</summary>
    /// <exception cref="InvalidDataException">The node has another number of inputs, or an attribute that is not known.</exception>
    public static double[] Apply(NodeProto node, IReadOnlyList<double[]> inputs)
    {
        var attributes = new NodeAttributes(node);
        var gelu = node.OpType == "Gelu" ? Gelu(attributes.Text("approximate", "none"), node) : null;
        attributes.RefuseOthers();
        Func<int, double>? result = inputs.Count switch
        {
            1 when (gelu ?? Unary.GetValueOrDefault(node.OpType)) is { } function => k => function(inputs[0][k]),
            2 when Binary.TryGetValue(node.OpType, out var function) => k => function(inputs[0][k], inputs[1][k]),
            3 when Ternary.TryGetValue(node.OpType, out var function) => k => function(inputs[0][k], inputs[1][k], inputs[2][k]),
            _ => throw new InvalidDataException($"{NodeText.Of(node)} has {inputs.Count} inputs, which is not read."),
        };
        double[] samples = new double[inputs[0].Length];
        for (int k = 0; k < samples.Length; k++)
        {
            samples[k] = result(k);
        }

        return samples;
    }

    private static Func<double, double> Gelu(string approximate, NodeProto node) => approximate switch
    {
        "none" => x => 0.5 * x * SpecialFunctions.Erfc(-x * Math.Sqrt(0.5)),
        "tanh" => x => x * Logistic(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))),
        _ => throw new InvalidDataException($"{NodeText.Of(node)} has the approximation {NodeText.Quote(approximate)}; expected none or tanh."),
    };

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
