using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>sin x and cos x, element by element; to be inlined into kernels.</summary>
/// <remarks>
/// <para>
/// x = n·π/2 + r with n whole and |r| ≤ π/4. π/2 is subtracted in parts so short that their products with n are exact; what rounding the differences loses
/// is kept beside r, so that both results are accurate relative to themselves next to their zeros too. sin r and cos r are Chebyshev interpolations, with
/// relative errors of 1.2e-8 and 8e-10 for float and 1.3e-17 and 5e-19 for double. The same operations at every width give the same bits at every width.
/// </para>
/// <para>
/// The functions of Vector128 to Vector512 do the same, but change their bits when the runtime compiles them anew: the code that comes with the runtime rounds a
/// multiply-add twice, the optimized code once.
/// </para>
/// </remarks>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal static class SineCosine<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The size of x beyond which elements are computed one by one: n has 13 (float) or 20 (double) bits.</summary>
    public static double Limit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 12800 : 1.6e6;
    }

    /// <summary>sin x and cos x.</summary>
    /// <param name="x">Any numbers.</param>
    /// <param name="cosine">cos x; NaN for infinity and NaN.</param>
    /// <returns>sin x, with an error of about one unit in the last place; NaN for infinity and NaN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Both(TVector x, out TVector cosine)
    {
        var sine = Near(x, out cosine);
        if (TSimd.LessThanAny(Constant(Limit), TSimd.Abs(x)))
        {
            sine = Far(x, sine, Math.Sin);
            cosine = Far(x, cosine, Math.Cos);
        }

        return sine;
    }

    /// <summary>Both within the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Near(TVector x, out TVector cosine)
    {
        bool single = typeof(T) == typeof(float);
        TVector shift = Constant(single ? 12582912.0 : 6755399441055744.0);
        TVector n = TSimd.Subtract(TSimd.MultiplyAdd(x, Constant(0.63661977236758134308), shift), shift);
        TVector r = Remainder(x, n, out TVector rest);
        TVector square = TSimd.Multiply(r, r);
        TVector sine = TSimd.Add(r, TSimd.MultiplyAdd(TSimd.Multiply(r, square), SinePolynomial(square), rest));

        // 1 − r²/2 is rounded once; what it lost goes into the small terms.
        TVector half = TSimd.Multiply(square, Constant(0.5));
        TVector leading = TSimd.Subtract(Constant(1), half);
        TVector lost = TSimd.Subtract(TSimd.Subtract(Constant(1), leading), half);
        TVector small = TSimd.MultiplyAdd(TSimd.Multiply(square, square), CosinePolynomial(square), lost);
        cosine = TSimd.Add(leading, TSimd.Subtract(small, TSimd.Multiply(r, rest)));

        // n = 2h + odd, h = 2k + g, odd and g of −1, 0, 1: sin x = (−1)ʰ·(sin r, or odd·cos r), cos x = (−1)ʰ·(cos r, or −odd·sin r).
        TVector h = TSimd.Subtract(TSimd.MultiplyAdd(n, Constant(0.5), shift), shift);
        TVector odd = TSimd.MultiplyAdd(h, Constant(-2), n);
        TVector k = TSimd.Subtract(TSimd.MultiplyAdd(h, Constant(0.5), shift), shift);
        TVector g = TSimd.MultiplyAdd(k, Constant(-2), h);
        TVector sign = TSimd.MultiplyAdd(TSimd.Multiply(g, g), Constant(-2), Constant(1));
        TVector even = TSimd.Subtract(Constant(0.5), TSimd.Abs(odd));
        TVector crossed = TSimd.Multiply(odd, sign);
        TVector sineOfX = TSimd.SelectLess(TSimd.Zero, even, TSimd.Multiply(sign, sine), TSimd.Multiply(crossed, cosine));
        cosine = TSimd.SelectLess(TSimd.Zero, even, TSimd.Multiply(sign, cosine), TSimd.Subtract(TSimd.Zero, TSimd.Multiply(crossed, sine)));
        return sineOfX;
    }

    /// <summary>x − n·π/2 as a sum of two numbers.</summary>
    /// <returns>The sum, rounded.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Remainder(TVector x, TVector n, out TVector rest)
    {
        bool single = typeof(T) == typeof(float);
        TVector r = TSimd.MultiplyAdd(n, Constant(single ? -1.5703125 : -1.57079632673412561416626), x);
        r = Sum(r, TSimd.Multiply(n, Constant(single ? -0.0004837512969970703125 : -6.077100506303965976595549e-11)), out TVector lost);
        r = Sum(r, TSimd.Multiply(n, Constant(single ? -7.549533620476722717285156e-8 : -2.022266248711166455795996e-21)), out rest);
        rest = TSimd.Add(rest, lost);
        rest = TSimd.MultiplyAdd(n, Constant(single ? -2.563282919254561420530081e-12 : -8.478427660368899643958701e-32), rest);
        if (single)
        {
            rest = TSimd.MultiplyAdd(n, Constant(-6.12323399573676588613033e-17), rest);
        }

        return Sum(r, rest, out rest);
    }

    /// <summary>a + b, rounded, and the rounding error, exactly (after Knuth).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Sum(TVector a, TVector b, out TVector error)
    {
        TVector sum = TSimd.Add(a, b);
        TVector added = TSimd.Subtract(sum, a);
        error = TSimd.Add(TSimd.Subtract(a, TSimd.Subtract(sum, added)), TSimd.Subtract(b, added));
        return sum;
    }

    /// <summary>(sin r/r − 1)/r² of r².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SinePolynomial(TVector square)
    {
        if (typeof(T) == typeof(float))
        {
            TVector p = TSimd.MultiplyAdd(Constant(-0.00019587387068464456456), square, Constant(0.0083327459363804223201));
            return TSimd.MultiplyAdd(p, square, Constant(-0.16666664650292082048));
        }
        else
        {
            TVector p = TSimd.MultiplyAdd(Constant(1.5917848524808261007e-10), square, Constant(-2.5051127944014187575e-8));
            p = TSimd.MultiplyAdd(p, square, Constant(2.755731608381635861e-6));
            p = TSimd.MultiplyAdd(p, square, Constant(-0.00019841269836722417756));
            p = TSimd.MultiplyAdd(p, square, Constant(0.0083333333333309245621));
            return TSimd.MultiplyAdd(p, square, Constant(-0.16666666666666664599));
        }
    }

    /// <summary>(cos r − 1 + r²/2)/r⁴ of r².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector CosinePolynomial(TVector square)
    {
        if (typeof(T) == typeof(float))
        {
            TVector p = TSimd.MultiplyAdd(Constant(0.000024547437210193198834), square, Constant(-0.0013888300696903898947));
            return TSimd.MultiplyAdd(p, square, Constant(0.041666664647457377173));
        }
        else
        {
            TVector p = TSimd.MultiplyAdd(Constant(-1.1382456778061305849e-11), square, Constant(2.0876143827993132496e-9));
            p = TSimd.MultiplyAdd(p, square, Constant(-2.7557317260008838164e-7));
            p = TSimd.MultiplyAdd(p, square, Constant(0.000024801587298743069286));
            p = TSimd.MultiplyAdd(p, square, Constant(-0.0013888888888887382271));
            return TSimd.MultiplyAdd(p, square, Constant(0.041666666666666665373));
        }
    }

    /// <summary>Replaces the elements beyond the limit, one by one, in double.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe TVector Far(TVector x, TVector near, Func<double, double> function)
    {
        T* arguments = stackalloc T[2 * TSimd.Width];
        T* results = arguments + TSimd.Width;
        TSimd.Store(x, arguments);
        TSimd.Store(near, results);
        for (int k = 0; k < TSimd.Width; k++)
        {
            double argument = double.CreateTruncating(arguments[k]);
            if (Math.Abs(argument) > Limit)
            {
                results[k] = T.CreateTruncating(function(argument));
            }
        }

        return TSimd.Load(results);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value));
}
