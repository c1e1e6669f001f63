using System.Numerics;

namespace SobolevNet.Tests.Reference;

/// <summary>
/// A number of 1,300 bits with an exponent of any size, for references that need not care about rounding or underflow: even
/// 1 − tanh(300), below 1e-260, keeps hundreds of digits. Functions are computed by their series.
/// </summary>
public readonly struct BigReal : IScalar<BigReal>
{
    private const int Bits = 1300;

    private static readonly BigReal One = FromDouble(1);
    private static readonly Lazy<BigReal> SqrtTwoPi = new(() => Sqrt(FromDouble(2) * Pi()));

    private readonly BigInteger _mantissa;
    private readonly int _exponent;

    private BigReal(BigInteger mantissa, int exponent)
    {
        int excess = (int)mantissa.GetBitLength() - Bits;
        _mantissa = excess > 0 ? mantissa >> excess : mantissa;
        _exponent = mantissa.IsZero ? 0 : excess > 0 ? exponent + excess : exponent;
    }

    /// <summary>The nearest double, also where that is subnormal or zero.</summary>
    public double Primal
    {
        get
        {
            // 53 bits, or as many as a subnormal number has; rounded to nearest, and exact from there.
            int length = (int)BigInteger.Abs(_mantissa).GetBitLength();
            int keep = Math.Min(53, length + _exponent + 1074);
            if (keep < 0 || _mantissa.IsZero)
            {
                return 0;
            }

            int shift = length - keep;
            var rounded = shift <= 0 ? _mantissa : (_mantissa + (BigInteger.One << (shift - 1))) >> shift;
            int exponent = shift <= 0 ? _exponent : _exponent + shift;
            int half = exponent / 2;
            return (double)rounded * Math.ScaleB(1, half) * Math.ScaleB(1, exponent - half);
        }
    }

    public static BigReal FromDouble(double value)
    {
        if (value == 0)
        {
            return default;
        }

        int exponent = Math.ILogB(value) - 52;
        return new(new BigInteger(Math.ScaleB(Math.ScaleB(value, -exponent / 2), -(exponent - (exponent / 2)))), exponent);
    }

    public static BigReal operator +(BigReal a, BigReal b)
    {
        if (a._mantissa.IsZero || b._mantissa.IsZero)
        {
            return a._mantissa.IsZero ? b : a;
        }

        if (a._exponent < b._exponent)
        {
            (a, b) = (b, a);
        }

        int distance = a._exponent - b._exponent;
        return distance > 3 * Bits ? a : new((a._mantissa << distance) + b._mantissa, b._exponent);
    }

    public static BigReal operator -(BigReal a, BigReal b) => a + new BigReal(-b._mantissa, b._exponent);

    public static BigReal operator *(BigReal a, BigReal b) => new(a._mantissa * b._mantissa, a._exponent + b._exponent);

    public static BigReal operator /(BigReal a, BigReal b) => new((a._mantissa << (2 * Bits)) / b._mantissa, a._exponent - (2 * Bits) - b._exponent);

    public static bool operator <(BigReal a, BigReal b) => (a - b)._mantissa.Sign < 0;

    public static bool operator >(BigReal a, BigReal b) => b < a;

    public static BigReal Abs(BigReal a) => new(BigInteger.Abs(a._mantissa), a._exponent);

    public static BigReal Exp(BigReal a)
    {
        // exp(a) = exp(a/2ᵏ)^(2ᵏ), with a/2ᵏ below 2⁻³².
        int halvings = Math.Max(0, Magnitude(a) + 32);
        var result = Series(new(a._mantissa, a._exponent - halvings), One, static (term, x, n) => Small(term * x, n));
        for (int k = 0; k < halvings; k++)
        {
            result *= result;
        }

        return result;
    }

    /// <summary>log a for a between 1/2 and 2; further off the series takes long.</summary>
    public static BigReal Log(BigReal a)
    {
        // 2 artanh((a − 1)/(a + 1)).
        var t = (a - One) / (a + One);
        var square = t * t;
        BigReal power = t, sum = t;
        for (int n = 3; IsLargeBeside(power, sum); n += 2)
        {
            power *= square;
            sum += Small(power, n);
        }

        return sum + sum;
    }

    /// <summary>√a by Newton's method, for a that a double holds.</summary>
    public static BigReal Sqrt(BigReal a)
    {
        var root = FromDouble(Math.Sqrt(a.Primal));
        for (int k = 0; k < 6; k++)
        {
            root = FromDouble(0.5) * (root + (a / root));
        }

        return root;
    }

    public static BigReal Sin(BigReal a) => SinCos(a).Sin;

    public static BigReal Cos(BigReal a) => SinCos(a).Cos;

    /// <summary>tanh a; ±1 beyond 10,000, where 1 − tanh is below 1e-8000.</summary>
    public static BigReal Tanh(BigReal a)
    {
        if (FromDouble(10_000) < Abs(a))
        {
            return a._mantissa.Sign < 0 ? FromDouble(-1) : One;
        }

        var power = Exp(a + a);
        return (power - One) / (power + One);
    }

    /// <summary>Φ(a) = 1/2 + φ(a)·Σ a^(2n+1)/(1·3·…·(2n+1)); 0 or 1 beyond 45, where Φ(−|a|) is below 1e-440.</summary>
    public static BigReal NormalCdf(BigReal a)
    {
        if (FromDouble(45) < Abs(a))
        {
            return a._mantissa.Sign < 0 ? default : One;
        }

        var square = a * a;
        BigReal term = a, sum = a;
        for (int n = 3; IsLargeBeside(term, sum); n += 2)
        {
            term = Small(term * square, n);
            sum += term;
        }

        return FromDouble(0.5) + (NormalDensity(a) * sum);
    }

    public static BigReal NormalDensity(BigReal a) => Exp(FromDouble(-0.5) * a * a) / SqrtTwoPi.Value;

    public override string ToString() => Primal.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static (BigReal Sin, BigReal Cos) SinCos(BigReal a)
    {
        // sin 2x = 2 sin x cos x, cos 2x = 1 − 2 sin² x, from an angle below 2⁻³².
        int halvings = Math.Max(0, Magnitude(a) + 32);
        var x = new BigReal(a._mantissa, a._exponent - halvings);
        var minusSquare = FromDouble(-1) * x * x;
        var sin = Series(minusSquare, x, static (term, y, n) => Small(term * y, 2 * n * ((2 * n) + 1)));
        var cos = Series(minusSquare, One, static (term, y, n) => Small(term * y, 2 * n * ((2 * n) - 1)));
        for (int k = 0; k < halvings; k++)
        {
            var product = sin * cos;
            (sin, cos) = (product + product, One - (FromDouble(2) * sin * sin));
        }

        return (sin, cos);
    }

    private static BigReal Pi()
    {
        // Machin: π = 16 arctan(1/5) − 4 arctan(1/239).
        static BigReal InverseArctan(int n)
        {
            BigReal power = Small(One, n), sum = power;
            for (int k = 3; IsLargeBeside(power, sum); k += 2)
            {
                power = FromDouble(-1) * Small(power, n * n);
                sum += Small(power, k);
            }

            return sum;
        }

        return (FromDouble(16) * InverseArctan(5)) - (FromDouble(4) * InverseArctan(239));
    }

    private static BigReal Series(BigReal x, BigReal first, Func<BigReal, BigReal, int, BigReal> next)
    {
        BigReal term = first, sum = first;
        for (int n = 1; IsLargeBeside(term, sum); n++)
        {
            term = next(term, x, n);
            sum += term;
        }

        return sum;
    }

    private static BigReal Small(BigReal a, int divisor)
    {
        int shift = Math.Max(0, Bits + 64 - (int)BigInteger.Abs(a._mantissa).GetBitLength());
        return new((a._mantissa << shift) / divisor, a._exponent - shift);
    }

    private static bool IsLargeBeside(BigReal term, BigReal sum) =>
        !term._mantissa.IsZero && Magnitude(term) > Magnitude(sum) - Bits - 10;

    private static int Magnitude(BigReal a) => (int)BigInteger.Abs(a._mantissa).GetBitLength() + a._exponent;
}
