using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <summary>A tensor of a graph, with the arithmetic that formulas are written in.</summary>
internal readonly record struct GraphValue(GraphBuilder Builder, string Name)
{
    public static GraphValue operator +(GraphValue a, GraphValue b) => a.Builder.Node("Add", a, b);

    public static GraphValue operator +(double a, GraphValue b) => b.Builder.Number(a) + b;

    public static GraphValue operator -(GraphValue a, GraphValue b) => a.Builder.Node("Sub", a, b);

    public static GraphValue operator -(double a, GraphValue b) => b.Builder.Number(a) - b;

    public static GraphValue operator -(GraphValue a) => a.Builder.Node("Neg", a);

    public static GraphValue operator *(GraphValue a, GraphValue b) => a.Builder.Node("Mul", a, b);

    public static GraphValue operator *(double a, GraphValue b) => b.Builder.Number(a) * b;

    public static GraphValue operator /(GraphValue a, GraphValue b) => a.Builder.Node("Div", a, b);

    /// <summary>A function of one argument by the name of its operator.</summary>
    public GraphValue Apply(string op) => Builder.Node(op, this);

    /// <summary>One tensor where this one is below 0, and another elsewhere.</summary>
    public GraphValue WhereNegative(GraphValue then, GraphValue otherwise) =>
        Builder.Node("Where", Builder.Node("Less", this, Builder.Number(0)), then, otherwise);

    /// <summary>Every element moved to the nearest number between −limit and limit.</summary>
    public GraphValue Clip(double limit) => Builder.Node("Clip", this, Builder.Number(-limit), Builder.Number(limit));

    /// <summary>The product of the last dimension and a matrix.</summary>
    public GraphValue Times(GraphValue matrix) => Builder.Node("MatMul", this, matrix);

    /// <summary>The same elements with more dimensions of size 1.</summary>
    public GraphValue WithAxes(params ReadOnlySpan<long> axes) => Builder.Node("Unsqueeze", this, Builder.Indices(axes));

    /// <summary>The same elements with the dimensions in another order.</summary>
    public GraphValue Transposed(params long[] order)
    {
        var permutation = new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints };
        permutation.Ints.AddRange(order);
        return Builder.Node("Transpose", permutation, this);
    }
}
