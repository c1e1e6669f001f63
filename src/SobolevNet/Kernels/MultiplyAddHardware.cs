using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SobolevNet.Kernels;

/// <summary>How multiply-adds are computed: with one rounding where there is an instruction for it, else by two instructions.</summary>
/// <remarks>
/// Without the instruction a multiply-add with one rounding is a call of software, 20 to 30 times as slow. An estimate is
/// fused where the compiler knows that the machine has the instruction; ahead of time it knows so from the target's
/// instruction set alone. With the JIT the instruction is asked for by name, since unoptimized code may compute an estimate
/// in two steps where optimized code takes one: bits must not depend on when a method was compiled.
/// </remarks>
internal static class MultiplyAddHardware
{
    /// <summary>Whether to ask for one rounding by name; if not, an estimate is what the target has. A constant to the compiler.</summary>
    public static bool IsFused
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RuntimeFeature.IsDynamicCodeCompiled && (Fma.IsSupported || AdvSimd.IsSupported);
    }
}

/// <summary>Rounding errors, exactly.</summary>
/// <typeparam name="TSimd">The vector instructions.</typeparam>
/// <typeparam name="TVector">The vector type.</typeparam>
/// <typeparam name="T">float or double.</typeparam>
internal static class RoundingError<TSimd, TVector, T>
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>a·b − product, where product is a·b rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector OfProduct(TVector a, TVector b, TVector product) =>
        MultiplyAddHardware.IsFused
            ? TSimd.MultiplyAdd(a, b, TSimd.Subtract(TSimd.Zero, product))
            : OfProductBySplitting(a, b, product);

    /// <summary>The same without a fused multiply-add: both factors are split into halves whose products are exact.</summary>
    /// <remarks>After Veltkamp and Dekker. Factors must be far from overflow and the product far from underflow.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector OfProductBySplitting(TVector a, TVector b, TVector product)
    {
        TVector highA = HighHalf(a), lowA = TSimd.Subtract(a, highA);
        TVector highB = HighHalf(b), lowB = TSimd.Subtract(b, highB);
        TVector error = TSimd.Subtract(TSimd.Multiply(highA, highB), product);
        error = TSimd.Add(error, TSimd.Multiply(highA, lowB));
        error = TSimd.Add(error, TSimd.Multiply(lowA, highB));
        return TSimd.Add(error, TSimd.Multiply(lowA, lowB));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector HighHalf(TVector a)
    {
        TVector scaled = TSimd.Multiply(a, TSimd.Broadcast(T.CreateTruncating(typeof(T) == typeof(float) ? 4097 : 134217729)));
        return TSimd.Subtract(scaled, TSimd.Subtract(scaled, a));
    }
}
