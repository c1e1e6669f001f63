using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>
/// An activation where values go forward and the adjoints of some seeds go back through it, with k tangents of both; and the reverse of the two.
/// </summary>
/// <remarks>
/// <para>
/// A value block has 1 + k rows for each of S samples, component-major: the value and its tangents. An adjoint block has them for each seed:
/// component c of seed u of sample s is row c·S·m + s·m + u. Rows lie <c>stride</c> elements apart, and features are whole vectors: a multiple of
/// <see cref="FeatureMultiple"/>. Elements of a row are independent:
/// <code>
/// forward   a = σ(z + b)      aᵢ = σ' zᵢ
/// adjoint   p = σ' q          pᵢ = σ' qᵢ + σ'' zᵢ q                          for each seed
/// upward    q̄ = σ' p̄ + σ'' Σᵢ zᵢ p̄ᵢ             q̄ᵢ = σ' p̄ᵢ                  for each seed
///           s = σ'' Σ (q p̄ + Σᵢ qᵢ p̄ᵢ) + σ''' Σᵢ zᵢ Σ q p̄ᵢ    sᵢ = σ'' Σ q p̄ᵢ  summed over seeds
/// downward  z̄ = σ' ā + σ'' Σᵢ zᵢ āᵢ + s         z̄ᵢ = σ' āᵢ + sᵢ
/// </code>
/// The forward sweep alone evaluates the activation. It leaves σ' in the place of z and σ'' (with tangents σ''' too) in a block of its own, where
/// the upward sweep then leaves s. Source: method, section 2, applied to the forward pass and to its adjoint.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class AdjointActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Features of a row come in multiples of this: whole vectors of any width.</summary>
    public const int FeatureMultiple = 16;

    /// <summary>Rows of the block of curvatures for each sample: σ'' and later s, sᵢ, σ'''.</summary>
    /// <param name="tangents">k.</param>
    public static int CurvatureRows(int tangents) => tangents == 0 ? 1 : tangents + 2;

    /// <summary>a from z; replaces z by σ'.</summary>
    /// <param name="block">The sizes.</param>
    /// <param name="z">A value block: the layer's product without the bias. On return its values are σ'; tangents stay.</param>
    /// <param name="bias">The layer's bias.</param>
    /// <param name="a">Receives a value block.</param>
    /// <param name="curvature">Receives σ'' and, with tangents, σ'''; <see cref="CurvatureRows"/> rows for each sample.</param>
    public abstract void Forward(in AdjointBlock block, Span<T> z, ReadOnlySpan<T> bias, Span<T> a, Span<T> curvature);

    /// <summary>p from q.</summary>
    /// <param name="block">The sizes.</param>
    /// <param name="z">What <see cref="Forward"/> left: σ' and the tangents of z.</param>
    /// <param name="curvature">What <see cref="Forward"/> left.</param>
    /// <param name="q">An adjoint block.</param>
    /// <param name="p">Receives an adjoint block.</param>
    public abstract void Adjoint(in AdjointBlock block, ReadOnlySpan<T> z, ReadOnlySpan<T> curvature, ReadOnlySpan<T> q, Span<T> p);

    /// <summary>The reverse of <see cref="Adjoint"/>: replaces q by q̄ and curvatures by s.</summary>
    /// <param name="block">The sizes.</param>
    /// <param name="z">As for <see cref="Adjoint"/>; tangents are replaced by σ'' times them.</param>
    /// <param name="curvature">On return s and sᵢ.</param>
    /// <param name="q">What <see cref="Adjoint"/> read; replaced by q̄.</param>
    /// <param name="pAdjoint">p̄, an adjoint block.</param>
    public abstract void Upward(in AdjointBlock block, Span<T> z, Span<T> curvature, Span<T> q, ReadOnlySpan<T> pAdjoint);

    /// <summary>The reverse of <see cref="Forward"/>: replaces z by z̄.</summary>
    /// <param name="block">The sizes.</param>
    /// <param name="z">What <see cref="Upward"/> left; replaced by z̄.</param>
    /// <param name="curvature">What <see cref="Upward"/> left: s and sᵢ.</param>
    /// <param name="aAdjoint">ā, a value block.</param>
    public abstract void Downward(in AdjointBlock block, Span<T> z, ReadOnlySpan<T> curvature, ReadOnlySpan<T> aAdjoint);

    /// <summary>The kernel of an activation at a vector width, which must be supported; null for the machine's.</summary>
    public static AdjointActivation<T> Create(Activation activation, VectorWidth? width = null) =>
        ActivationDispatch<T>.Run(default(Creation), activation, width).Kernel!;

    private struct Creation : IActivationOperation<T>
    {
        public AdjointActivation<T>? Kernel { get; private set; }

        public void Run<TFunction, TScalarFunction, TSimd, TVector>()
            where TFunction : struct, IActivationFunction<TVector>
            where TScalarFunction : struct, IActivationFunction<T>
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            Kernel = new AdjointActivation<TFunction, TSimd, TVector, T>();
    }
}

/// <summary>The sizes of a block of values and adjoints.</summary>
/// <param name="Samples">S.</param>
/// <param name="Seeds">m, the adjoints of each sample.</param>
/// <param name="Tangents">k.</param>
/// <param name="Features">Elements of a row that are used, a multiple of <see cref="AdjointActivation{T}.FeatureMultiple"/>.</param>
/// <param name="Stride">Elements from a row to the next.</param>
internal readonly record struct AdjointBlock(int Samples, int Seeds, int Tangents, int Features, int Stride)
{
    /// <summary>Elements of a value block.</summary>
    public long ValueLength => Length(1L + Tangents);

    /// <summary>Elements of an adjoint block.</summary>
    public long AdjointLength => Length((1L + Tangents) * Seeds);

    /// <summary>Elements of a block of curvatures.</summary>
    public long CurvatureLength => Length(AdjointActivation<double>.CurvatureRows(Tangents));

    private long Length(long rowsOfSample) => Samples == 0 ? 0 : (((rowsOfSample * Samples) - 1) * Stride) + Features;
}
