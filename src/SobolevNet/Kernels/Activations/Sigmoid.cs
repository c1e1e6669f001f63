using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The logistic function, and what softplus and SiLU take from it.</summary>
/// <remarks>With s = 1/(1 + e⁻ᶻ):  s' = s(1 − s),  s'' = s'(1 − 2s),  s''' = s'(1 − 6s').</remarks>
internal readonly struct Sigmoid<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var one = TSimd.Broadcast(T.One);
        return TSimd.Divide(one, TSimd.Add(one, TSimd.Exp(TSimd.Subtract(TSimd.Zero, z))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var one = TSimd.Broadcast(T.One);
        first = TSimd.Multiply(a, TSimd.Subtract(one, a));
        second = TSimd.Multiply(first, TSimd.Subtract(one, TSimd.Add(a, a)));
        third = TSimd.Multiply(first, TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-6)), first, one));
    }
}

/// <summary>log(1 + eᶻ), whose derivatives are the logistic function and its.</summary>
/// <remarks>
/// Computed as max(z, 0) + log1p(u), u = e^{−|z|} in (0, 1], with log1p(u) = log(w)·u/(w − 1), w = 1 + u rounded: the
/// quotient undoes the rounding of w, so small values keep their relative accuracy.
/// </remarks>
internal readonly struct Softplus<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var one = TSimd.Broadcast(T.One);
        var u = TSimd.Exp(TSimd.Subtract(TSimd.Zero, TSimd.Abs(z)));
        var w = TSimd.Add(one, u);
        var rounded = TSimd.Subtract(w, one);
        var log = TSimd.Divide(TSimd.Multiply(TSimd.Log(w), u), rounded);
        return TSimd.Add(TSimd.Max(z, TSimd.Zero), TSimd.SelectLess(TSimd.Zero, rounded, log, u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        first = Sigmoid<TSimd, TVector, T>.Value(z);
        Sigmoid<TSimd, TVector, T>.Derivatives(z, first, out second, out third, out _);
    }
}

/// <summary>z·s(z) with s the logistic function; σ⁽ᵏ⁾ = k s⁽ᵏ⁻¹⁾ + z s⁽ᵏ⁾ by Leibniz's rule.</summary>
internal readonly struct Silu<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z) => TSimd.Multiply(z, Sigmoid<TSimd, TVector, T>.Value(z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var s = Sigmoid<TSimd, TVector, T>.Value(z);
        Sigmoid<TSimd, TVector, T>.Derivatives(z, s, out var s1, out var s2, out var s3);
        first = TSimd.MultiplyAdd(z, s1, s);
        second = TSimd.MultiplyAdd(z, s2, TSimd.Add(s1, s1));
        third = TSimd.MultiplyAdd(z, s3, TSimd.Multiply(TSimd.Broadcast(T.CreateTruncating(3)), s2));
    }
}
