using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>z; its derivatives are 1, 0, 0.</summary>
internal readonly struct IdentityFunction<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z) => z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        first = TSimd.Broadcast(T.One);
        second = TSimd.Zero;
        third = TSimd.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third) =>
        OneAfterTheOther.Evaluate<IdentityFunction<TSimd, TVector, T>, TVector>(z, out first, out second, out third);
}

/// <summary>sin z; its derivatives are cos z, −sin z, −cos z.</summary>
internal readonly struct Sine<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z) => SineCosine<TSimd, TVector, T>.Both(z, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        SineCosine<TSimd, TVector, T>.Both(z, out first);
        second = TSimd.Subtract(TSimd.Zero, a);
        third = TSimd.Subtract(TSimd.Zero, first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third)
    {
        var a = SineCosine<TSimd, TVector, T>.Both(z, out first);
        second = TSimd.Subtract(TSimd.Zero, a);
        third = TSimd.Subtract(TSimd.Zero, first);
        return a;
    }
}

/// <summary>max(0, z), with the derivative 0 at 0. Its second derivative is not a function; layouts of order 2 are refused.</summary>
internal readonly struct Relu<TSimd, TVector, T> : IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector z) => TSimd.Max(z, TSimd.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third)
    {
        first = TSimd.SelectLess(TSimd.Zero, z, TSimd.Broadcast(T.One), TSimd.Zero);
        second = TSimd.Zero;
        third = TSimd.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third) =>
        OneAfterTheOther.Evaluate<Relu<TSimd, TVector, T>, TVector>(z, out first, out second, out third);
}
