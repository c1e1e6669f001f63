using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>z Φ(z), with Φ and φ the normal distribution function and its density.</summary>
/// <remarks>
/// Since φ' = −zφ:  σ' = Φ + zφ,  σ'' = φ(2 − z²),  σ''' = φ z(z² − 4). All follow from the lower tail Φ(−m), m = |z|:
/// σ' = Φ(−m) − mφ for z &lt; 0 and one minus that for z ≥ 0. Φ(−m) and φ come multiplied by 2ᵏ and are lowered at the end
/// alone, so that products with them do not inherit the rounding of a subnormal φ.
/// </remarks>
internal readonly struct Gelu<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var size = ErrorFunction<TSimd, TVector, T>.Bound(TSimd.Abs(z));
        return Value(z, size, ErrorFunction<TSimd, TVector, T>.LiftedTail(size, out _));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var size = ErrorFunction<TSimd, TVector, T>.Bound(TSimd.Abs(z));
        var tail = ErrorFunction<TSimd, TVector, T>.LiftedTail(size, out var density);
        Derivatives(z, size, tail, density, out first, out second, out third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third)
    {
        var size = ErrorFunction<TSimd, TVector, T>.Bound(TSimd.Abs(z));
        var tail = ErrorFunction<TSimd, TVector, T>.LiftedTail(size, out var density);
        Derivatives(z, size, tail, density, out first, out second, out third);
        return Value(z, size, tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Value(TVector z, TVector size, TVector tail)
    {
        var below = TSimd.Subtract(TSimd.Zero, Lower(TSimd.Multiply(size, tail)));
        return TSimd.SelectLess(z, TSimd.Zero, below, TSimd.Multiply(z, TSimd.Subtract(Constant(1), Lower(tail))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Derivatives(
        TVector z, TVector size, TVector tail, TVector density, out TVector first, out TVector second, out TVector third)
    {
        var negative = TSimd.Subtract(TSimd.Zero, size);
        var below = Lower(TSimd.MultiplyAdd(negative, density, tail));
        first = TSimd.SelectLess(z, TSimd.Zero, below, TSimd.Subtract(Constant(1), below));
        second = Lower(TSimd.Multiply(density, TSimd.MultiplyAdd(negative, size, Constant(2))));
        var cubic = TSimd.Multiply(size, TSimd.MultiplyAdd(size, size, Constant(-4)));
        cubic = Lower(TSimd.Multiply(density, cubic));
        third = TSimd.SelectLess(z, TSimd.Zero, TSimd.Subtract(TSimd.Zero, cubic), cubic);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lower(TVector lifted) => Exponential<TSimd, TVector, T>.Lower(lifted);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(T.CreateTruncating(value));
}
