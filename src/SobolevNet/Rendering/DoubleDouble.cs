using System.Runtime.CompilerServices;

namespace SobolevNet.Rendering;

/// <summary>A number as an unevaluated sum of two doubles, with some 106 bits: for differences of nearly equal products.</summary>
/// <remarks>
/// Sums and products of two doubles are exact; operations on pairs have relative errors of a few 2⁻¹⁰⁴, sums even where they
/// cancel (Dekker, 1971; Knuth; Joldes, Muller and Popescu, 2017). Nothing may overflow.
/// </remarks>
/// <param name="High">The number rounded to double.</param>
/// <param name="Low">What the rounding took away.</param>
internal readonly record struct DoubleDouble(double High, double Low)
{
    /// <summary>A double as it is.</summary>
    public static implicit operator DoubleDouble(double value) => new(value, 0);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        var high = Sum(a.High, b.High);
        var low = Sum(a.Low, b.Low);
        var carried = OrderedSum(high.High, high.Low + low.High);
        return OrderedSum(carried.High, low.Low + carried.Low);
    }

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + (-b);

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        double product = a.High * b.High;
        double error = Math.FusedMultiplyAdd(a.High, b.High, -product);
        double rest = (a.High * b.Low) + Math.FusedMultiplyAdd(a.Low, b.High, a.Low * b.Low);
        return OrderedSum(product, error + rest);
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        // Long division, a double at a time.
        double first = a.High / b.High;
        var rest = a - (b * first);
        double second = rest.High / b.High;
        rest -= b * second;
        return OrderedSum(first, second) + (rest.High / b.High);
    }

    /// <summary>The sum of two doubles, exactly.</summary>
    public static DoubleDouble Sum(double a, double b)
    {
        double sum = a + b;
        double part = sum - a;
        return new(sum, (a - (sum - part)) + (b - part));
    }

    /// <summary>The sum of two doubles of which the first is zero or not smaller, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DoubleDouble OrderedSum(double a, double b)
    {
        double sum = a + b;
        return new(sum, b - (sum - a));
    }
}
