using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>An activation σ and its first three derivatives, on vectors.</summary>
/// <remarks>
/// Results are accurate to a few units in the last place relative to themselves on the whole axis, tails included. Near a
/// zero other than z = 0 they are so relative to the terms that cancel there, since the rounding of z alone moves the result
/// by as much.
/// </remarks>
/// <typeparam name="TVector">What a register holds.</typeparam>
internal interface IActivationFunction<TVector>
    where TVector : struct
{
    /// <summary>σ(z).</summary>
    static abstract TVector Value(TVector z);

    /// <summary>σ'(z) to σ'''(z), given z and a = σ(z), so that nothing is computed twice where a suffices.</summary>
    static abstract void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third);

    /// <summary>σ(z) and σ'(z) to σ'''(z), with the bits of <see cref="Value"/> and <see cref="Derivatives"/>; what both need is computed once.</summary>
    static abstract TVector Evaluate(TVector z, out TVector first, out TVector second, out TVector third);
}

/// <summary>What <see cref="IActivationFunction{TVector}.Evaluate"/> is where value and derivatives share nothing but a.</summary>
internal static class OneAfterTheOther
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Evaluate<TFunction, TVector>(TVector z, out TVector first, out TVector second, out TVector third)
        where TFunction : struct, IActivationFunction<TVector>
        where TVector : struct
    {
        var a = TFunction.Value(z);
        TFunction.Derivatives(z, a, out first, out second, out third);
        return a;
    }
}
