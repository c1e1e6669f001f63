using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>Applies an activation to all components of a block of jets, forward and in reverse.</summary>
/// <remarks>
/// A block holds the components of some samples as rows, component-major: component c of sample s is row
/// c·samples + s, and rows lie <c>stride</c> elements apart. Elements of a row are independent; only components mix:
/// <code>
/// a   = σ(z + b)            aᵢ  = σ' zᵢ            aᵢⱼ = σ'' zᵢ zⱼ + σ' zᵢⱼ
/// z̄ᵢⱼ = σ' āᵢⱼ
/// z̄ᵢ  = σ' āᵢ + Σⱼ σ'' zⱼ āᵢⱼ   (the pair (i, i) counts twice)
/// z̄   = σ' ā + σ'' (Σᵢ zᵢ āᵢ + Σᵢⱼ zᵢⱼ āᵢⱼ) + σ''' Σᵢⱼ zᵢ zⱼ āᵢⱼ
/// </code>
/// The bias b is added here, to the value alone, which spares the product a pass. Source: method, section 2.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class JetActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>a from z. <paramref name="a"/> may not overlap <paramref name="z"/>.</summary>
    /// <param name="layout">The components of the block.</param>
    /// <param name="samples">Samples of the block.</param>
    /// <param name="features">Elements of a row that are used; the bias has at least as many.</param>
    /// <param name="stride">Elements from a row to the next, in all blocks.</param>
    /// <param name="z">The result of the layer's product, without the bias.</param>
    /// <param name="bias">The layer's bias.</param>
    /// <param name="a">The activated jets.</param>
    /// <param name="workspace">Scratch memory for a vector of each tangent, used where there are second derivatives.</param>
    public abstract void Forward(
        JetLayout layout, int samples, int features, int stride, ReadOnlySpan<T> z, ReadOnlySpan<T> bias, Span<T> a,
        Workspace<T> workspace);

    /// <summary>Replaces z by z̄, given ā and the values a of the forward pass.</summary>
    /// <param name="layout">The components of the block.</param>
    /// <param name="samples">Samples of the block.</param>
    /// <param name="features">Elements of a row that are used; the bias has at least as many.</param>
    /// <param name="stride">Elements from a row to the next, in all blocks.</param>
    /// <param name="z">On entry what <see cref="Forward"/> read, on return its adjoint.</param>
    /// <param name="bias">The layer's bias.</param>
    /// <param name="a">What <see cref="Forward"/> wrote; only the values are read.</param>
    /// <param name="adjoint">ā.</param>
    /// <param name="workspace">Scratch memory for two vectors of each tangent, used where there are second derivatives.</param>
    public abstract void Reverse(
        JetLayout layout, int samples, int features, int stride, Span<T> z, ReadOnlySpan<T> bias, ReadOnlySpan<T> a,
        ReadOnlySpan<T> adjoint, Workspace<T> workspace);

    /// <summary>The kernel of an activation at a vector width, which must be supported; null for the machine's.</summary>
    public static JetActivation<T> Create(Activation activation, VectorWidth? width = null) =>
        ActivationDispatch<T>.Run(default(Creation), activation, width).Kernel!;

    private struct Creation : IActivationOperation<T>
    {
        public JetActivation<T>? Kernel { get; private set; }

        public void Run<TFunction, TScalarFunction, TSimd, TVector>()
            where TFunction : struct, IActivationFunction<TVector>
            where TScalarFunction : struct, IActivationFunction<T>
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            Kernel = new JetActivation<TFunction, TScalarFunction, TSimd, TVector, T>();
    }
}
