using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>eˣ and 1 − eˣ for x ≤ 0, element by element; to be inlined into kernels.</summary>
/// <remarks>
/// <para>
/// x = n·ln 2 + r with n whole and |r| ≤ ln 2/2, eʳ = 1 + m and m = r + r²·P(r). P is a Chebyshev interpolation; relative to
/// m its error is 5e-10 for float (degree 5) and 5e-19 for double (degree 10). Both results follow from m, so that 1 − eˣ is
/// accurate relative to itself near x = 0. The same operations at every width give the same bits at every width.
/// </para>
/// <para>
/// eˣ comes multiplied by 2ᵏ, k = 64 for float and 160 for double. A caller multiplies it by what it needs, by z³ for example,
/// and calls <see cref="Lower"/> at the end: only the end result is rounded to a subnormal number. Below x = −130 (float) or
/// −800 (double) x stands still; eˣ is then so small that the lowered result is zero.
/// </para>
/// </remarks>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal static class Exponential<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The size of x from which on eˣ counts as zero.</summary>
    public static double Limit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 130 : 800;
    }

    /// <summary>2ᵏ·eˣ.</summary>
    /// <param name="x">At most 0.</param>
    /// <returns>2ᵏ·eˣ with a relative error of about one unit in the last place; NaN for NaN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Lifted(TVector x) => Lifted(x, out _);

    /// <summary>2ᵏ·eˣ, and 1 − eˣ.</summary>
    /// <param name="x">At most 0.</param>
    /// <param name="complement">1 − eˣ, accurate relative to itself.</param>
    /// <returns>2ᵏ·eˣ with a relative error of about one unit in the last place; NaN for NaN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Lifted(TVector x, out TVector complement)
    {
        bool single = typeof(T) == typeof(float);
        x = TSimd.SelectLess(x, Constant(-Limit), Constant(-Limit), x);
        TVector shift = Constant(single ? 12582912.0 : 6755399441055744.0);
        TVector shifted = TSimd.MultiplyAdd(x, Constant(1.4426950408889634074), shift);
        TVector n = TSimd.Subtract(shifted, shift);

        // The first part of ln 2 has so few bits that its product with n is exact.
        TVector r = TSimd.MultiplyAdd(n, Constant(single ? -0.693145751953125 : -0.693147180559890330187045), x);
        r = TSimd.MultiplyAdd(n, Constant(single ? -1.428606820309417232e-6 : -5.497923018708371174712e-14), r);
        TVector m = PowerMinusOne(r);
        TVector scale = TSimd.MultiplyPowerOfTwo(Constant(LiftFactor), shifted);
        TVector lowered = Lower(scale);
        complement = TSimd.Subtract(TSimd.Subtract(Constant(1), lowered), TSimd.Multiply(lowered, m));
        return TSimd.MultiplyAdd(scale, m, scale);
    }

    /// <summary>Divides by 2ᵏ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Lower(TVector lifted) => TSimd.Multiply(lifted, Constant(1 / LiftFactor));

    /// <summary>2ᵏ.</summary>
    private static double LiftFactor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 18446744073709551616.0 : 1461501637330902918203684832716283019655932542976.0;
    }

    /// <summary>eʳ − 1 for |r| ≤ ln 2/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector PowerMinusOne(TVector r)
    {
        TVector square = TSimd.Multiply(r, r);
        TVector even, odd;
        if (typeof(T) == typeof(float))
        {
            even = Constant(0.0013933685862617173589);
            even = TSimd.MultiplyAdd(even, square, Constant(0.041666464602026541557));
            even = TSimd.MultiplyAdd(even, square, Constant(0.50000000134981778643));
            odd = Constant(0.00019891030654370327738);
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.0083333108895820771937));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.16666666681659179129));
        }
        else
        {
            even = Constant(2.0914717341716375952e-9);
            even = TSimd.MultiplyAdd(even, square, Constant(2.7557273570102139673e-7));
            even = TSimd.MultiplyAdd(even, square, Constant(0.000024801587325605322782));
            even = TSimd.MultiplyAdd(even, square, Constant(0.0013888888888883731828));
            even = TSimd.MultiplyAdd(even, square, Constant(0.041666666666666669767));
            even = TSimd.MultiplyAdd(even, square, Constant(0.5));
            odd = Constant(2.5105259538448493419e-8);
            odd = TSimd.MultiplyAdd(odd, square, Constant(2.7557255297969644392e-6));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.00019841269874901259234));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.0083333333333261120526));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.16666666666666671008));
        }

        return TSimd.MultiplyAdd(square, TSimd.MultiplyAdd(odd, r, even), r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value));
}
