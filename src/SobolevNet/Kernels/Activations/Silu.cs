using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>z·s(z) with s the logistic function.</summary>
/// <remarks>
/// With m = |z|, q = e^{−m}, r = 1/(1 + q) and t = (1 − q)r:  σ' = qr(1 − mr) for z &lt; 0 and one minus that for z ≥ 0,
/// σ'' = s'(2 − mt),  σ''' = ±s'(m(1 − 6s') − 3t), where s' = qr². Products of m and q are lowered at the end alone, so
/// that they do not inherit the rounding of a subnormal q.
/// </remarks>
internal readonly struct Silu<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var size = Size(z);
        var q = Decay(size, out var reciprocal, out _);
        return Value(z, size, q, reciprocal);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var size = Size(z);
        var q = Decay(size, out var reciprocal, out var complement);
        Derivatives(z, size, q, reciprocal, complement, out first, out second, out third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third)
    {
        var size = Size(z);
        var q = Decay(size, out var reciprocal, out var complement);
        Derivatives(z, size, q, reciprocal, complement, out first, out second, out third);
        return Value(z, size, q, reciprocal);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Value(TVector z, TVector size, TVector q, TVector reciprocal)
    {
        var below = TSimd.Subtract(TSimd.Zero, Lower(TSimd.Multiply(size, TSimd.Multiply(q, reciprocal))));
        return TSimd.SelectLess(z, TSimd.Zero, below, TSimd.Multiply(z, reciprocal));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Derivatives(
        TVector z, TVector size, TVector q, TVector r, TVector complement, out TVector first, out TVector second, out TVector third)
    {
        var t = TSimd.Multiply(complement, r);
        var negative = TSimd.Subtract(TSimd.Zero, size);
        var s = TSimd.Multiply(q, r);
        var slope = TSimd.Multiply(s, r);
        var below = Lower(TSimd.Multiply(s, TSimd.MultiplyAdd(negative, r, Constant(1))));
        first = TSimd.SelectLess(z, TSimd.Zero, below, TSimd.Subtract(Constant(1), below));
        second = Lower(TSimd.Multiply(slope, TSimd.MultiplyAdd(negative, t, Constant(2))));
        var curve = TSimd.MultiplyAdd(Constant(-6), Lower(slope), Constant(1));
        curve = TSimd.MultiplyAdd(size, curve, TSimd.Multiply(Constant(-3), t));
        curve = Lower(TSimd.Multiply(slope, curve));
        third = TSimd.SelectLess(z, TSimd.Zero, TSimd.Subtract(TSimd.Zero, curve), curve);
    }

    /// <summary>|z|, or the size from which on its exponential counts as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Size(TVector z)
    {
        var limit = Constant(Exponential<TSimd, TVector, T>.Limit);
        var size = TSimd.Abs(z);
        return TSimd.SelectLess(limit, size, limit, size);
    }

    /// <summary>q = e^{−m}, not yet lowered, with 1/(1 + q) and 1 − q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Decay(TVector size, out TVector reciprocal, out TVector complement)
    {
        var q = Exponential<TSimd, TVector, T>.Lifted(TSimd.Subtract(TSimd.Zero, size), out complement);
        reciprocal = TSimd.Divide(Constant(1), TSimd.Add(Constant(1), Lower(q)));
        return q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lower(TVector lifted) => Exponential<TSimd, TVector, T>.Lower(lifted);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(T.CreateTruncating(value));
}
