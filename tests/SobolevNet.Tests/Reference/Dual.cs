using System.Numerics;

namespace SobolevNet.Tests.Reference;

/// <summary>A number with what the slow references need: arithmetic and elementary functions, for nesting.</summary>
public interface IScalar<TSelf>
    where TSelf : struct, IScalar<TSelf>
{
    static abstract TSelf FromDouble(double value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf Exp(TSelf a);

    static abstract TSelf Log(TSelf a);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Sin(TSelf a);

    static abstract TSelf Cos(TSelf a);

    static abstract TSelf Tanh(TSelf a);

    static abstract TSelf NormalCdf(TSelf a);

    static abstract TSelf NormalDensity(TSelf a);

    double Primal { get; }
}

/// <summary>A double, as the innermost number of nested dual numbers.</summary>
public readonly record struct Real(double Value) : IScalar<Real>
{
    public double Primal => Value;

    public static Real FromDouble(double value) => new(value);

    public static Real operator +(Real a, Real b) => new(a.Value + b.Value);

    public static Real operator -(Real a, Real b) => new(a.Value - b.Value);

    public static Real operator *(Real a, Real b) => new(a.Value * b.Value);

    public static Real operator /(Real a, Real b) => new(a.Value / b.Value);

    public static Real Exp(Real a) => new(Math.Exp(a.Value));

    public static Real Log(Real a) => new(Math.Log(a.Value));

    public static Real Sqrt(Real a) => new(Math.Sqrt(a.Value));

    public static Real Sin(Real a) => new(Math.Sin(a.Value));

    public static Real Cos(Real a) => new(Math.Cos(a.Value));

    public static Real Tanh(Real a) => new(Math.Tanh(a.Value));

    public static Real NormalCdf(Real a) => new(0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-a.Value / Math.Sqrt(2)));

    public static Real NormalDensity(Real a) => new(Math.Exp(-0.5 * a.Value * a.Value) / Math.Sqrt(2 * Math.PI));
}

/// <summary>A first-order dual number over another number; nested twice it carries mixed second derivatives, three times third ones.</summary>
public readonly record struct Dual<T>(T Value, T Tangent) : IScalar<Dual<T>>
    where T : struct, IScalar<T>
{
    public double Primal => Value.Primal;

    public static Dual<T> FromDouble(double value) => new(T.FromDouble(value), T.FromDouble(0));

    public static Dual<T> operator +(Dual<T> a, Dual<T> b) => new(a.Value + b.Value, a.Tangent + b.Tangent);

    public static Dual<T> operator -(Dual<T> a, Dual<T> b) => new(a.Value - b.Value, a.Tangent - b.Tangent);

    public static Dual<T> operator *(Dual<T> a, Dual<T> b) => new(a.Value * b.Value, (a.Tangent * b.Value) + (a.Value * b.Tangent));

    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        var quotient = a.Value / b.Value;
        return new(quotient, (a.Tangent - (quotient * b.Tangent)) / b.Value);
    }

    public static Dual<T> Exp(Dual<T> a) => Chain(a, T.Exp(a.Value), T.Exp(a.Value));

    public static Dual<T> Log(Dual<T> a) => new(T.Log(a.Value), a.Tangent / a.Value);

    public static Dual<T> Sqrt(Dual<T> a)
    {
        var root = T.Sqrt(a.Value);
        return new(root, a.Tangent / (root + root));
    }

    public static Dual<T> Sin(Dual<T> a) => Chain(a, T.Sin(a.Value), T.Cos(a.Value));

    public static Dual<T> Cos(Dual<T> a) => Chain(a, T.Cos(a.Value), T.FromDouble(0) - T.Sin(a.Value));

    public static Dual<T> Tanh(Dual<T> a)
    {
        var value = T.Tanh(a.Value);
        return Chain(a, value, T.FromDouble(1) - (value * value));
    }

    public static Dual<T> NormalCdf(Dual<T> a) => Chain(a, T.NormalCdf(a.Value), T.NormalDensity(a.Value));

    public static Dual<T> NormalDensity(Dual<T> a)
    {
        var value = T.NormalDensity(a.Value);
        return Chain(a, value, T.FromDouble(-1) * a.Value * value);
    }

    private static Dual<T> Chain(Dual<T> a, T value, T slope) => new(value, slope * a.Tangent);
}

/// <summary>Activations and networks written out for any number type: the slow, obvious way.</summary>
public static class ReferenceNetwork
{
    public static T Activate<T>(Activation activation, T z)
        where T : struct, IScalar<T>
    {
        var one = T.FromDouble(1);
        var zero = T.FromDouble(0);
        return activation switch
        {
            Activation.Identity => z,
            Activation.Tanh => T.Tanh(z),
            Activation.Sigmoid => one / (one + T.Exp(zero - z)),
            Activation.Softplus => z.Primal > 0 ? z + T.Log(one + T.Exp(zero - z)) : T.Log(one + T.Exp(z)),
            Activation.Gelu => z * T.NormalCdf(z),
            Activation.Silu => z / (one + T.Exp(zero - z)),
            Activation.Sine => T.Sin(z),
            Activation.Relu => z.Primal > 0 ? z : zero * z,
            Activation.GeluTanh => T.FromDouble(0.5) * z * (one + T.Tanh(T.FromDouble(0.7978845608028654) * (z + (T.FromDouble(0.044715) * z * z * z)))),
            _ => throw new ArgumentOutOfRangeException(nameof(activation)),
        };
    }

    public static T[] Evaluate<T, TElement>(Mlp<TElement> network, T[] input)
        where T : struct, IScalar<T>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        var plain = network.Fold();
        var activations = input;
        for (int k = 0; k < plain.Architecture.LayerCount; k++)
        {
            var layer = plain.Layer(k);
            var next = new T[layer.Outputs];
            for (int o = 0; o < layer.Outputs; o++)
            {
                var sum = T.FromDouble(double.CreateTruncating(layer.Bias[o]));
                for (int i = 0; i < layer.Inputs; i++)
                {
                    sum += T.FromDouble(double.CreateTruncating(layer.Weights[(o * layer.Inputs) + i])) * activations[i];
                }

                next[o] = k == plain.Architecture.LayerCount - 1 ? sum : Activate(plain.Architecture.ActivationAfter(k), sum);
            }

            activations = next;
        }

        return activations;
    }

    /// <summary>All components of the output jets of one sample, each by its own nested evaluation.</summary>
    public static double[,] Jets<TElement>(Mlp<TElement> network, JetSpan<TElement> input, int sample)
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        var layout = input.Layout;
        var result = new double[layout.Count, network.Architecture.Outputs];
        var firsts = layout.Firsts.ToArray();
        var seconds = layout.Seconds.ToArray();
        double Element(JetSpan<TElement> jets, int component, int feature) => double.CreateTruncating(jets[component, sample, feature]);
        for (int c = 0; c < layout.Count; c++)
        {
            var x = new Dual<Dual<Real>>[network.Architecture.Inputs];
            for (int f = 0; f < x.Length; f++)
            {
                double value = Element(input, 0, f);
                switch (layout.OrderOf(c))
                {
                    case 0:
                        x[f] = Dual<Dual<Real>>.FromDouble(value);
                        break;
                    case 1:
                        x[f] = new(new(new(value), new(Element(input, c, f))), Dual<Real>.FromDouble(0));
                        break;
                    default:
                        var pair = seconds[c - 1 - firsts.Length];
                        x[f] = new(
                            new(new(value), new(Element(input, pair.FirstI, f))),
                            new(new(Element(input, pair.FirstJ, f)), new(Element(input, c, f))));
                        break;
                }
            }

            var y = Evaluate(network, x);
            for (int f = 0; f < y.Length; f++)
            {
                result[c, f] = layout.OrderOf(c) switch
                {
                    0 => y[f].Value.Value.Value,
                    1 => y[f].Value.Tangent.Value,
                    _ => y[f].Tangent.Tangent.Value,
                };
            }
        }

        return result;
    }
}
