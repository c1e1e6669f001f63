using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>½z(1 + tanh(√(2/π)(z + κz³))) with κ = 0.044715, which is z·s(v): s the logistic function, v = c z(1 + κz²), c = 2√(2/π).</summary>
/// <remarks>
/// With m = |z|, V = v(m) ≥ 0, q = e⁻ⱽ, r = 1/(1 + q), t = (1 − q)r and s' = qr²:
/// <code>
/// σ'   = qr(1 − mrV') for z &lt; 0, and one minus that for z ≥ 0
/// σ''  = s'(2V' + mV'' − mtV'²)
/// σ''' = ±s'(4V'' + V'(m(3t² − 1)/2 V'² − 3t(V' + mV'')))
/// </code>
/// e⁻ⱽ would lose V units in the last place to the rounding of V, so V is computed as a sum of two numbers. Both precisions use the constants as doubles.
/// Products with q are lowered at the end alone, so that they do not inherit the rounding of a subnormal q.
/// </remarks>
internal readonly struct GeluTanh<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double C = 1.5957691216057308;
    private const double Kappa = 0.044715;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var size = Size(z);
        var q = Decay(size, out var r, out _, out _);
        return Value(z, size, q, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var size = Size(z);
        var q = Decay(size, out var r, out var complement, out var slope);
        Derivatives(z, size, q, r, complement, slope, out first, out second, out third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third)
    {
        var size = Size(z);
        var q = Decay(size, out var r, out var complement, out var slope);
        Derivatives(z, size, q, r, complement, slope, out first, out second, out third);
        return Value(z, size, q, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Value(TVector z, TVector size, TVector q, TVector r)
    {
        var below = TSimd.Subtract(TSimd.Zero, Lower(TSimd.Multiply(size, TSimd.Multiply(q, r))));
        return TSimd.SelectLess(z, TSimd.Zero, below, TSimd.Multiply(z, r));
    }

    /// <summary>The derivatives, given m, q (not yet lowered), r, 1 − q and V'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Derivatives(
        TVector z, TVector m, TVector q, TVector r, TVector complement, TVector slope, out TVector first, out TVector second, out TVector third)
    {
        var one = Constant(1);
        var t = TSimd.Multiply(complement, r);
        var logistic = TSimd.Multiply(q, r);
        var rise = TSimd.Multiply(m, slope);
        var below = Lower(TSimd.Multiply(logistic, TSimd.Subtract(one, TSimd.Multiply(rise, r))));
        first = TSimd.SelectLess(z, TSimd.Zero, below, TSimd.Subtract(one, below));

        // bend = V' + mV'' with V'' = 6cκm.
        var curve = TSimd.Multiply(Constant(6 * C * Kappa), m);
        var bend = TSimd.MultiplyAdd(curve, m, slope);
        var density = TSimd.Multiply(logistic, r);
        second = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Zero, rise), TSimd.Multiply(t, slope), TSimd.Add(slope, bend));
        second = Lower(TSimd.Multiply(density, second));
        var cubic = TSimd.MultiplyAdd(TSimd.Multiply(Constant(1.5), t), t, Constant(-0.5));
        cubic = TSimd.MultiplyAdd(Constant(-3), TSimd.Multiply(t, bend), TSimd.Multiply(cubic, TSimd.Multiply(rise, slope)));
        cubic = TSimd.MultiplyAdd(slope, cubic, TSimd.Multiply(Constant(4), curve));
        cubic = Lower(TSimd.Multiply(density, cubic));
        third = TSimd.SelectLess(z, TSimd.Zero, TSimd.Subtract(TSimd.Zero, cubic), cubic);
    }

    /// <summary>|z|, or the size from which on e⁻ⱽ counts as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Size(TVector z)
    {
        var limit = Constant(typeof(T) == typeof(float) ? 13 : 23);
        var size = TSimd.Abs(z);
        return TSimd.SelectLess(limit, size, limit, size);
    }

    /// <summary>q = e⁻ⱽ, not yet lowered, with 1/(1 + q), 1 − q and V'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Decay(TVector m, out TVector r, out TVector complement, out TVector slope)
    {
        var one = Constant(1);

        // κm² = k + kLow and 1 + κm² = w + wLow.
        var square = TSimd.Multiply(m, m);
        var squareLow = RoundingError<TSimd, TVector, T>.OfProduct(m, m, square);
        var k = TSimd.Multiply(square, Constant(Kappa));
        var kLow = RoundingError<TSimd, TVector, T>.OfProduct(square, Constant(Kappa), k);
        kLow = TSimd.MultiplyAdd(squareLow, Constant(Kappa), TSimd.MultiplyAdd(square, Constant(Low(Kappa)), kLow));
        var w = TSimd.Add(k, one);
        var added = TSimd.Subtract(w, one);
        var wLow = TSimd.Add(TSimd.Subtract(one, TSimd.Subtract(w, added)), TSimd.Add(TSimd.Subtract(k, added), kLow));

        // cm = g + gLow and V = v + vLow.
        var g = TSimd.Multiply(m, Constant(C));
        var gLow = TSimd.MultiplyAdd(m, Constant(Low(C)), RoundingError<TSimd, TVector, T>.OfProduct(m, Constant(C), g));
        var v = TSimd.Multiply(g, w);
        var vLow = TSimd.MultiplyAdd(g, wLow, TSimd.MultiplyAdd(gLow, w, RoundingError<TSimd, TVector, T>.OfProduct(g, w, v)));
        var q = Exponential<TSimd, TVector, T>.Lifted(TSimd.Subtract(TSimd.Zero, v), out complement);
        q = TSimd.MultiplyAdd(TSimd.Subtract(TSimd.Zero, vLow), q, q);
        r = TSimd.Divide(one, TSimd.Add(one, Lower(q)));
        slope = TSimd.MultiplyAdd(Constant(3), kLow, TSimd.MultiplyAdd(Constant(3), k, one));
        slope = TSimd.MultiplyAdd(slope, Constant(C), TSimd.Multiply(slope, Constant(Low(C))));
        return q;
    }

    /// <summary>What a float leaves of a double; nothing in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Low(double value) => typeof(T) == typeof(float) ? value - (float)value : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lower(TVector lifted) => Exponential<TSimd, TVector, T>.Lower(lifted);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(T.CreateTruncating(value));
}
