using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>z Φ(z), with Φ and φ the normal distribution function and its density.</summary>
/// <remarks>
/// Since φ' = −zφ:  σ' = Φ + zφ,  σ'' = φ(2 − z²),  σ''' = φ z(z² − 4). Beyond |z| = 64, where φ is zero in float and in
/// double, z stands still, so that its square does not overflow.
/// </remarks>
internal readonly struct Gelu<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z) => TSimd.Multiply(z, ErrorFunction<TSimd, TVector, T>.NormalCdf(z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        z = TSimd.Max(TSimd.Min(z, Constant(64)), Constant(-64));
        var cdf = ErrorFunction<TSimd, TVector, T>.NormalCdf(z, out var density);
        var square = TSimd.Multiply(z, z);
        first = TSimd.MultiplyAdd(z, density, cdf);
        second = TSimd.Multiply(density, TSimd.Subtract(Constant(2), square));
        third = TSimd.Multiply(TSimd.Multiply(density, z), TSimd.Subtract(square, Constant(4)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Constant(double value) => TSimd.Broadcast(T.CreateTruncating(value));
}
