using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>
/// The tail Φ(−z) of the normal distribution function and its density φ, element by element; to be inlined into kernels.
/// </summary>
/// <remarks>
/// <para>
/// Φ(−z) = exp(−z²/2)·g(z), z ≥ 0. The scaled tail g falls smoothly from 1/2 to
/// 1/(z√(2π)), so (z + k)·g(z) is a slowly varying function of r = 1/(z + k), here a polynomial in s = S₀ − S₁·r, which
/// runs from −1 at z = 0 to 1 at z = Z, where Φ(−z) has fallen below the smallest positive number. One division, one
/// exponential, no table. The coefficients are a Chebyshev interpolation computed with 50 digits; its own relative error
/// on [0, Z] is 9e-18 for double (k = 5.5, Z = 38.6, degree 21) and 1.7e-9 for float (k = 4.5, Z = 14.5, degree 10); a
/// little further out, where only products with powers of z are not yet zero, it is some ten times that.
/// </para>
/// <para>
/// exp(−z²/2) would lose z²/2 units in the last place to the rounding of z²; the rounding error is computed exactly and
/// multiplied back in. What remains is a few units in the last place, relative to the result, on the whole axis
/// (ErrorFunctionTests); results below the smallest normal number are rounded like any other. NaN gives NaN.
/// </para>
/// </remarks>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal static class ErrorFunction<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The smaller of m and a limit beyond which Φ(−m), φ(m) and their products with m³ round to zero; NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Bound(TVector m) => TSimd.SelectLess(Constant(Limit), m, Constant(Limit), m);

    /// <summary>Φ(−m) and φ(m), both multiplied by a power of two that <see cref="Exponential{TSimd,TVector,T}.Lower"/> takes back.</summary>
    /// <param name="m">Not negative, and bounded by <see cref="Bound"/>.</param>
    /// <param name="density">2ᵏ·φ(m).</param>
    /// <returns>2ᵏ·Φ(−m).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LiftedTail(TVector m, out TVector density)
    {
        TVector exponential = ProductExponential(TSimd.Multiply(m, Constant(-0.5)), m);
        density = TSimd.Multiply(exponential, Constant(0.39894228040143267794));
        return TSimd.Multiply(exponential, ScaledTail(m));
    }

    /// <summary>2ᵏ·exp(a·b) for a·b ≤ 0, with the rounding error of the product taken back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ProductExponential(TVector a, TVector b)
    {
        TVector product = TSimd.Multiply(a, b);
        TVector exponential = Exponential<TSimd, TVector, T>.Lifted(product);
        return TSimd.MultiplyAdd(exponential, RoundingError<TSimd, TVector, T>.OfProduct(a, b, product), exponential);
    }

    /// <summary>The z from which on everything is zero; larger arguments are treated like it.</summary>
    private static double Limit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 16 : 40;
    }

    /// <summary>g(z) = exp(z²/2)·Φ(−z) for z in [0, Z].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ScaledTail(TVector z)
    {
        if (typeof(T) == typeof(float))
        {
            TVector reciprocal = TSimd.Divide(Constant(1), TSimd.Add(z, Constant(4.5)));
            TVector s = TSimd.MultiplyAdd(reciprocal, Constant(-11.793103448275862069), Constant(1.6206896551724137931));
            TVector square = TSimd.Multiply(s, s);
            TVector even = Constant(5.16440609042911431e-6);
            even = TSimd.MultiplyAdd(even, square, Constant(-0.0000719937940413559538));
            even = TSimd.MultiplyAdd(even, square, Constant(-0.0000100368276576397781));
            even = TSimd.MultiplyAdd(even, square, Constant(0.0522492297673007862));
            even = TSimd.MultiplyAdd(even, square, Constant(0.389324378226658444));
            even = TSimd.MultiplyAdd(even, square, Constant(0.943653397722006191));
            TVector odd = Constant(-0.0000197479024818870092);
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.000496535252909394587));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.00961538258391385432));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.168256354172892941));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.687454912305295942));
            return TSimd.Multiply(TSimd.MultiplyAdd(odd, s, even), reciprocal);
        }
        else
        {
            TVector reciprocal = TSimd.Divide(Constant(1), TSimd.Add(z, Constant(5.5)));
            TVector s = TSimd.MultiplyAdd(reciprocal, Constant(-12.567357512953367818), Constant(1.2849740932642486942));
            TVector square = TSimd.Multiply(s, s);
            TVector even = Constant(7.58520594223024963e-11);
            even = TSimd.MultiplyAdd(even, square, Constant(-1.28187630236734739e-9));
            even = TSimd.MultiplyAdd(even, square, Constant(2.13732034297629333e-8));
            even = TSimd.MultiplyAdd(even, square, Constant(-3.97589797737962263e-7));
            even = TSimd.MultiplyAdd(even, square, Constant(7.11926309282135465e-6));
            even = TSimd.MultiplyAdd(even, square, Constant(-0.000105321075247612218));
            even = TSimd.MultiplyAdd(even, square, Constant(0.000652065761594432877));
            even = TSimd.MultiplyAdd(even, square, Constant(0.0261957163512915226));
            even = TSimd.MultiplyAdd(even, square, Constant(0.174784550038776928));
            even = TSimd.MultiplyAdd(even, square, Constant(0.532884437461039305));
            even = TSimd.MultiplyAdd(even, square, Constant(0.868322357857761347));
            TVector odd = Constant(-1.5460882545504875e-10);
            odd = TSimd.MultiplyAdd(odd, square, Constant(2.26301891140818724e-9));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-2.2886777442517701e-8));
            odd = TSimd.MultiplyAdd(odd, square, Constant(2.15090151611475685e-7));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-1.82230897828037401e-6));
            odd = TSimd.MultiplyAdd(odd, square, Constant(7.50527066743577618e-6));
            odd = TSimd.MultiplyAdd(odd, square, Constant(0.000219027089177542937));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.00634825172289534546));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.0761630779044200516));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.331714628926264073));
            odd = TSimd.MultiplyAdd(odd, square, Constant(-0.733258397573381299));
            return TSimd.Multiply(TSimd.MultiplyAdd(odd, s, even), reciprocal);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value));
}
