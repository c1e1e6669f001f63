namespace SobolevNet.Kernels;

/// <summary>An activation σ and its first three derivatives, on vectors.</summary>
/// <typeparam name="TVector">What a register holds.</typeparam>
internal interface IActivationFunction<TVector>
    where TVector : struct
{
    /// <summary>σ(z).</summary>
    static abstract TVector Value(TVector z);

    /// <summary>σ'(z) to σ'''(z), given z and a = σ(z), so that nothing is computed twice where a suffices.</summary>
    static abstract void Derivatives(TVector z, TVector a, out TVector first, out TVector second, out TVector third);
}
