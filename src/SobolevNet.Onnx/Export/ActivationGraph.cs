namespace SobolevNet.Onnx;

/// <summary>Activations and their derivatives as formulas of plain operators.</summary>
/// <remarks>
/// <para>
/// Values are the operators or compositions that other programs write and know. Derivatives follow from q = e^{−|z|}, so that nothing cancels where an
/// activation saturates: the logistic function s is 1/(1 + q) or q/(1 + q), s' = q/(1 + q)², s'' = −s' tanh(z/2).
/// </para>
/// <para>
/// Runtimes have Erf and Softplus for float, mostly not for double. In double, softplus is max(z, 0) + log(1 + q), and the normal distribution function
/// comes from its tail Φ(−m) = exp(−m²/2)·g(m), where g is the polynomial of 1/(m + 5.5) that the library's kernels have.
/// </para>
/// </remarks>
internal sealed class ActivationGraph(GraphBuilder builder, bool isDouble)
{
    private const double HalfRoot = 0.70710678118654752440;     // √½
    private const double Density = 0.39894228040143267794;      // 1/√(2π)
    private const double C = 1.5957691216057308;                // 2√(2/π)
    private const double Kappa = 0.044715;

    /// <summary>The size of z beyond which the densities of GELU are 0 in either precision; beyond it their factors could overflow.</summary>
    private const double GeluLimit = 40;

    /// <summary>The same for the form by tanh.</summary>
    private const double GeluTanhLimit = 23;

    /// <summary>Coefficients of s² in the parts of g that are even and odd in s, the highest first.</summary>
    private static readonly double[] EvenTail =
    [
        7.58520594223024963e-11, -1.28187630236734739e-9, 2.13732034297629333e-8, -3.97589797737962263e-7, 7.11926309282135465e-6,
        -0.000105321075247612218, 0.000652065761594432877, 0.0261957163512915226, 0.174784550038776928, 0.532884437461039305, 0.868322357857761347,
    ];

    private static readonly double[] OddTail =
    [
        -1.5460882545504875e-10, 2.26301891140818724e-9, -2.2886777442517701e-8, 2.15090151611475685e-7, -1.82230897828037401e-6,
        7.50527066743577618e-6, 0.000219027089177542937, -0.00634825172289534546, -0.0761630779044200516, -0.331714628926264073, -0.733258397573381299,
    ];

    /// <summary>σ(z).</summary>
    public GraphValue Value(Activation activation, GraphValue z) => activation switch
    {
        Activation.Identity => z,
        Activation.Tanh => z.Apply("Tanh"),
        Activation.Sigmoid => z.Apply("Sigmoid"),
        Activation.Softplus => isDouble ? z.Apply("Relu") + (1 + Decay(z)).Apply("Log") : z.Apply("Softplus"),
        Activation.Gelu => z * Normal(z),
        Activation.Silu => z * z.Apply("Sigmoid"),
        Activation.Sine => z.Apply("Sin"),
        Activation.Relu => z.Apply("Relu"),
        Activation.GeluTanh => z * Logistic(Inner(z)),
        _ => throw Unknown(activation),
    };

    /// <summary>σ'(z); null where it is 1.</summary>
    public GraphValue? First(Activation activation, GraphValue z)
    {
        switch (activation)
        {
            case Activation.Identity:
                return null;
            case Activation.Tanh:
                return 4 * LogisticSlope(2 * z);
            case Activation.Sigmoid:
                return LogisticSlope(z);
            case Activation.Softplus:
                return Logistic(z);
            case Activation.Gelu:
                return Normal(z) + (z * NormalDensity(z));
            case Activation.Silu:
                return Logistic(z) + (z * LogisticSlope(z));
            case Activation.Sine:
                return z.Apply("Cos");
            case Activation.Relu:
                return (-z).WhereNegative(builder.Number(1), builder.Number(0));
            case Activation.GeluTanh:
                var bounded = z.Clip(GeluTanhLimit);
                var inner = Inner(bounded);
                return Logistic(inner) + (bounded * InnerSlope(bounded) * LogisticSlope(inner));
            default:
                throw Unknown(activation);
        }
    }

    /// <summary>σ''(z); null where it is 0.</summary>
    public GraphValue? Second(Activation activation, GraphValue z)
    {
        switch (activation)
        {
            case Activation.Identity:
                return null;
            case Activation.Tanh:
                return -2 * z.Apply("Tanh") * First(Activation.Tanh, z)!.Value;
            case Activation.Sigmoid:
                return -(LogisticSlope(z) * HalfTanh(z));
            case Activation.Softplus:
                return LogisticSlope(z);
            case Activation.Gelu:
                var near = z.Clip(GeluLimit);
                return NormalDensity(near) * (2 - (near * near));
            case Activation.Silu:
                return LogisticSlope(z) * (2 - (z * HalfTanh(z)));
            case Activation.Sine:
                return -z.Apply("Sin");
            case Activation.GeluTanh:
                var bounded = z.Clip(GeluTanhLimit);
                var inner = Inner(bounded);
                var slope = InnerSlope(bounded);
                var bend = (2 * slope) + (6 * C * Kappa * (bounded * bounded)) - (bounded * HalfTanh(inner) * (slope * slope));
                return LogisticSlope(inner) * bend;
            default:
                throw Unknown(activation);
        }
    }

    /// <summary>q = e^{−|z|}.</summary>
    private static GraphValue Decay(GraphValue z) => (-z.Apply("Abs")).Apply("Exp");

    private GraphValue Logistic(GraphValue z) => z.WhereNegative(Decay(z), builder.Number(1)) / (1 + Decay(z));

    private static GraphValue LogisticSlope(GraphValue z) => Decay(z) / ((1 + Decay(z)) * (1 + Decay(z)));

    private static GraphValue HalfTanh(GraphValue z) => (0.5 * z).Apply("Tanh");

    /// <summary>v with GELU by tanh = z·s(v): c z(1 + κz²).</summary>
    private static GraphValue Inner(GraphValue z) => C * z * (1 + (Kappa * (z * z)));

    private static GraphValue InnerSlope(GraphValue z) => C * (1 + (3 * Kappa * (z * z)));

    /// <summary>Φ(z).</summary>
    private GraphValue Normal(GraphValue z)
    {
        if (!isDouble)
        {
            return 0.5 * (1 + (HalfRoot * z).Apply("Erf"));
        }

        var m = z.Apply("Abs");
        var reciprocal = builder.Number(1) / (5.5 + m);
        var s = 1.2849740932642486942 - (12.567357512953367818 * reciprocal);
        var tail = ((Polynomial(OddTail, s * s) * s) + Polynomial(EvenTail, s * s)) * reciprocal * Gauss(z);
        return z.WhereNegative(tail, 1 - tail);
    }

    private static GraphValue NormalDensity(GraphValue z) => Density * Gauss(z);

    /// <summary>exp(−z²/2).</summary>
    private static GraphValue Gauss(GraphValue z) => (-0.5 * (z * z)).Apply("Exp");

    private GraphValue Polynomial(ReadOnlySpan<double> coefficients, GraphValue x)
    {
        var sum = builder.Number(coefficients[0]);
        foreach (double coefficient in coefficients[1..])
        {
            sum = coefficient + (sum * x);
        }

        return sum;
    }

    private static ArgumentOutOfRangeException Unknown(Activation activation) => new(nameof(activation), activation, "The activation has no such derivative.");
}
