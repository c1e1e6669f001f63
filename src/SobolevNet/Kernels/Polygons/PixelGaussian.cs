using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>
/// exp(−z²/2) and Φ(z) for rendering: accurate to rounding in absolute terms, zero (or one) where nothing can be seen of it.
/// </summary>
/// <remarks>
/// exp(−z²/2) = 2^y with y = −z²/(2 ln 2) = n + f, n whole, |f| ≤ 1/2; 2^f is a polynomial (Chebyshev interpolation on
/// [−1/2, 1/2]; relative error 2.6e-9 at degree 6 for float, 4.3e-18 at degree 11 for double) and n goes into the exponent
/// bits. Adding 1.5·2ᵐ, m the mantissa bits, rounds y to n. Unlike <see cref="ErrorFunction{TSimd,TVector,T}"/> the rounding
/// of y is not taken back: its effect, y units in the last place of the result, is under one unit of the peak. Beyond
/// <see cref="Limit"/> the result is zero, so that products of two never leave the normal numbers. Against the library's
/// own exponential this one is inlined: no call, no spilled registers.
/// </remarks>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal static class PixelGaussian<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The z² above which exp(−z²/2) is zero: 2e-18 for float, 1e-152 for double.</summary>
    private static double Limit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 81 : 700;
    }

    /// <summary>exp(−z²/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exponential(TVector z)
    {
        TVector square = TSimd.Multiply(z, z);
        TVector y = TSimd.Multiply(square, Constant(-0.72134752044448170368));
        TVector shift = Constant(typeof(T) == typeof(float) ? 12582912.0 : 6755399441055744.0);
        TVector shifted = TSimd.Add(y, shift);
        TVector f = TSimd.Subtract(y, TSimd.Subtract(shifted, shift));
        TVector power = TSimd.MultiplyPowerOfTwo(PowerOfTwo(f), shifted);
        return TSimd.SelectLess(square, Constant(Limit), power, TSimd.Zero);
    }

    /// <summary>Φ(z), and exp(−z²/2) which it comes from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Distribution(TVector z, out TVector exponential)
    {
        exponential = Exponential(z);
        TVector tail = TSimd.Multiply(exponential, ErrorFunction<TSimd, TVector, T>.ScaledTail(TSimd.Abs(z)));
        return TSimd.SelectLess(z, TSimd.Zero, tail, TSimd.Subtract(Constant(1), tail));
    }

    /// <summary>2^f, |f| ≤ 1/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector PowerOfTwo(TVector f)
    {
        if (typeof(T) == typeof(float))
        {
            TVector sum = Constant(0.00015469731977475548114);
            sum = TSimd.MultiplyAdd(sum, f, Constant(0.0013400432165385695725));
            sum = TSimd.MultiplyAdd(sum, f, Constant(0.0096180256029558372859));
            sum = TSimd.MultiplyAdd(sum, f, Constant(0.05550327214209201288));
            sum = TSimd.MultiplyAdd(sum, f, Constant(0.24022651213595232122));
            sum = TSimd.MultiplyAdd(sum, f, Constant(0.69314720671061993379));
            return TSimd.MultiplyAdd(sum, f, Constant(1));
        }
        else
        {
            TVector square = TSimd.Multiply(f, f);
            TVector odd = Constant(4.4566754636398607237e-10);
            odd = TSimd.MultiplyAdd(odd, square, Constant(1.0178051192117846665e-7));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.000015252733856295573396));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.001333355814639035047));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.055504108664821699003));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.69314718055994530835));
            TVector even = Constant(7.0741945626131047707e-9);
            even = TSimd.MultiplyAdd(even, square, Constant(1.3215432534254118261e-6));
            even = TSimd.MultiplyAdd(even, square, Constant(0.00015403530463727981589));
            even = TSimd.MultiplyAdd(even, square, Constant(0.0096181291075872534294));
            even = TSimd.MultiplyAdd(even, square, Constant(0.24022650695910159577));
            even = TSimd.MultiplyAdd(even, square, Constant(1));
            return TSimd.MultiplyAdd(odd, f, even);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value));
}
