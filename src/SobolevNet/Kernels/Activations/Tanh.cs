using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>tanh, with a relative error of a few units in the last place everywhere.</summary>
/// <remarks>
/// For |z| below 0.625 the Padé approximant of order (7, 8), which is the continued fraction z/(1 + z²/(3 + z²/(5 + …)))
/// cut after 15; its relative error there is below z¹⁶/(17·(15!!)²) ≤ 8e-18. Elsewhere 1 − 2/(e^{2|z|} + 1), which would
/// lose all relative accuracy near zero but has none to lose here; it saturates to 1 when the exponential overflows.
/// With a = tanh z:  σ' = 1 − a²,  σ'' = −2aσ',  σ''' = σ'(6a² − 2).
/// </remarks>
internal readonly struct Tanh<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z)
    {
        var one = Constant(1);
        var size = TSimd.Abs(z);
        var square = TSimd.Multiply(z, z);
        var numerator = TSimd.MultiplyAdd(square, Constant(36), Constant(6930));
        numerator = TSimd.MultiplyAdd(square, numerator, Constant(270270));
        numerator = TSimd.MultiplyAdd(square, numerator, Constant(2027025));
        var denominator = TSimd.Add(square, Constant(630));
        denominator = TSimd.MultiplyAdd(square, denominator, Constant(51975));
        denominator = TSimd.MultiplyAdd(square, denominator, Constant(945945));
        denominator = TSimd.MultiplyAdd(square, denominator, Constant(2027025));
        var near = TSimd.Divide(TSimd.Multiply(z, numerator), denominator);
        var exponential = TSimd.Exp(TSimd.Add(size, size));
        var far = TSimd.Subtract(one, TSimd.Divide(Constant(2), TSimd.Add(exponential, one)));
        return TSimd.SelectLess(size, Constant(0.625), near, TSimd.CopySign(far, z));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        var square = TSimd.Multiply(a, a);
        first = TSimd.Subtract(Constant(1), square);
        second = TSimd.Multiply(TSimd.Multiply(Constant(-2), a), first);
        third = TSimd.Multiply(first, TSimd.MultiplyAdd(Constant(6), square, Constant(-2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(T.CreateTruncating(value));
}
