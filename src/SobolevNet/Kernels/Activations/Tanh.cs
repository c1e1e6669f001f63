using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>tanh.</summary>
/// <remarks>
/// With q = e^{−2|z|}:  |a| = (1 − q)/(1 + q),  σ' = 4q/(1 + q)² = q(1 + |a|)²,  σ'' = −2aσ',  σ''' = σ'(6a² − 2). Nothing
/// cancels where a rounds to ±1, nor near z = 0, since 1 − q is accurate relative to itself.
/// </remarks>
internal readonly struct Tanh<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var lifted = Decay(z, out var complement);
        return Value(z, lifted, complement);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        Slopes(Decay(z, out _), a, out first, out second, out third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third)
    {
        var lifted = Decay(z, out var complement);
        var a = Value(z, lifted, complement);
        Slopes(lifted, a, out first, out second, out third);
        return a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Value(TVector z, TVector lifted, TVector complement) =>
        TSimd.CopySign(TSimd.Divide(complement, TSimd.Add(Constant(1), Lower(lifted))), z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Slopes(TVector lifted, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var sum = TSimd.Add(Constant(1), TSimd.Abs(a));
        var slope = TSimd.Multiply(lifted, TSimd.Multiply(sum, sum));
        first = Lower(slope);
        second = Lower(TSimd.Multiply(TSimd.Multiply(Constant(-2), a), slope));
        third = Lower(TSimd.Multiply(slope, TSimd.MultiplyAdd(Constant(6), TSimd.Multiply(a, a), Constant(-2))));
    }

    /// <summary>e^{−2|z|}, not yet lowered, and one minus it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Decay(TVector z, out TVector complement) =>
        Exponential<TSimd, TVector, T>.Lifted(TSimd.Multiply(Constant(-2), TSimd.Abs(z)), out complement);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lower(TVector lifted) => Exponential<TSimd, TVector, T>.Lower(lifted);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(T.CreateTruncating(value));
}
