using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The logistic function s = 1/(1 + e⁻ᶻ).</summary>
/// <remarks>
/// With q = e^{−|z|} and t = (1 − q)/(1 + q) = |tanh(z/2)|:  s = 1/(1 + q) for z ≥ 0 and q/(1 + q) for z &lt; 0,
/// s' = q/(1 + q)²,  s'' = ∓s't,  s''' = s'(1 − 6s'). Nothing cancels where s rounds to 1, nor near z = 0, since 1 − q is
/// accurate relative to itself.
/// </remarks>
internal readonly struct Sigmoid<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var q = Decay(z, out _);
        return Value(z, q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var q = Decay(z, out var complement);
        Derivatives(z, q, complement, a, out first, out second, out third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third)
    {
        var q = Decay(z, out var complement);
        var a = Value(z, q);
        Derivatives(z, q, complement, a, out first, out second, out third);
        return a;
    }

    /// <summary>The logistic function, given e^{−|z|}.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z, TVector q)
    {
        var one = TSimd.Broadcast(T.One);
        return TSimd.Divide(TSimd.SelectLess(z, TSimd.Zero, q, one), TSimd.Add(one, q));
    }

    /// <summary>Its derivatives, given e^{−|z|} and one minus it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(
        TVector z, TVector q, TVector complement, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var one = TSimd.Broadcast(T.One);
        var reciprocal = TSimd.SelectLess(z, TSimd.Zero, TSimd.Subtract(one, a), a); // 1/(1 + q)
        first = TSimd.Multiply(q, TSimd.Multiply(reciprocal, reciprocal));
        second = TSimd.Multiply(first, TSimd.CopySign(TSimd.Multiply(complement, reciprocal), TSimd.Subtract(TSimd.Zero, z)));
        third = TSimd.Multiply(first, TSimd.MultiplyAdd(TSimd.Broadcast(T.CreateTruncating(-6)), first, one));
    }

    /// <summary>e^{−|z|}, and one minus it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Decay(TVector z, out TVector complement) => Exponential<TSimd, TVector, T>.Lower(
        Exponential<TSimd, TVector, T>.Lifted(TSimd.Subtract(TSimd.Zero, TSimd.Abs(z)), out complement));
}
