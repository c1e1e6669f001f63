using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>A dense layer for one sample's values: product, bias and activation in one call, a = σ(W x + b).</summary>
/// <remarks>The sums are those of <see cref="Gemm"/> and the activation that of <see cref="JetActivation{T}"/>, with the same bits.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class DenseRow<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>a from x.</summary>
    /// <param name="x">The layer's input, as many elements as <paramref name="weights"/> is deep.</param>
    /// <param name="weights">Wᵀ, packed for the width of this kernel.</param>
    /// <param name="bias">b, padded to whole panels of <paramref name="weights"/>.</param>
    /// <param name="a">Receives the layer's output and, up to whole panels, numbers without meaning. May not overlap <paramref name="x"/>.</param>
    public abstract void Run(ReadOnlySpan<T> x, PackedMatrix<T> weights, ReadOnlySpan<T> bias, Span<T> a);

    /// <summary>The kernel of an activation at a vector width, which must be supported; null for the machine's.</summary>
    public static DenseRow<T> Create(Activation activation, VectorWidth? width = null) =>
        ActivationDispatch<T>.Run(default(Creation), activation, width).Kernel!;

    private struct Creation : IActivationOperation<T>
    {
        public DenseRow<T>? Kernel { get; private set; }

        public void Run<TFunction, TScalarFunction, TSimd, TVector>()
            where TFunction : struct, IActivationFunction<TVector>
            where TScalarFunction : struct, IActivationFunction<T>
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            Kernel = new DenseRow<TFunction, TSimd, TVector, T>();
    }
}

/// <summary>The kernel for one activation and one vector width.</summary>
/// <remarks>
/// A panel of weights makes two chains of sums, each as long as the layer is deep. Two panels at a time make four, which a core computes
/// in the time of two. The activation is in a loop of its own, so that its code is there once: with a copy for each vector the JIT stopped inlining, by chance of
/// its profile, and a layer of 32 took twice as long. So it did where a caller's profile made the JIT inline the whole kernel, which is not allowed for that.
/// </remarks>
internal sealed unsafe class DenseRow<TFunction, TSimd, TVector, T> : DenseRow<T>
    where TFunction : struct, IActivationFunction<TVector>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override void Run(ReadOnlySpan<T> x, PackedMatrix<T> weights, ReadOnlySpan<T> bias, Span<T> a)
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int columns = weights.Panels * panelWidth;
        if (weights.PanelWidth != panelWidth || x.Length < weights.Depth || bias.Length < columns || a.Length < columns)
        {
            Refuse(x.Length, weights, bias.Length, a.Length);
        }

        nint panelLength = (nint)weights.Depth * panelWidth;
        T* w = weights.Pointer;
        fixed (T* x0 = x, b0 = bias, a0 = a)
        {
            T* end = x0 + weights.Depth;
            T* to = a0;
            int panels = weights.Panels;
            for (; panels > 1; panels -= 2)
            {
                TVector c0 = TSimd.Zero, c1 = TSimd.Zero, c2 = TSimd.Zero, c3 = TSimd.Zero;
                T* second = w + panelLength;
                for (T* from = x0; from < end; from++)
                {
                    var factor = TSimd.Broadcast(*from);
                    c0 = TSimd.MultiplyAdd(factor, TSimd.Load(w), c0);
                    c1 = TSimd.MultiplyAdd(factor, TSimd.Load(w + TSimd.Width), c1);
                    c2 = TSimd.MultiplyAdd(factor, TSimd.Load(second), c2);
                    c3 = TSimd.MultiplyAdd(factor, TSimd.Load(second + TSimd.Width), c3);
                    w += panelWidth;
                    second += panelWidth;
                }

                w = second;
                TSimd.Store(c0, to);
                TSimd.Store(c1, to + TSimd.Width);
                TSimd.Store(c2, to + panelWidth);
                TSimd.Store(c3, to + panelWidth + TSimd.Width);
                to += 2 * panelWidth;
            }

            if (panels == 1)
            {
                TVector c0 = TSimd.Zero, c1 = TSimd.Zero;
                for (T* from = x0; from < end; from++)
                {
                    var factor = TSimd.Broadcast(*from);
                    c0 = TSimd.MultiplyAdd(factor, TSimd.Load(w), c0);
                    c1 = TSimd.MultiplyAdd(factor, TSimd.Load(w + TSimd.Width), c1);
                    w += panelWidth;
                }

                TSimd.Store(c0, to);
                TSimd.Store(c1, to + TSimd.Width);
            }

            for (nint f = 0; f < columns; f += TSimd.Width)
            {
                TSimd.Store(TFunction.Value(TSimd.Add(TSimd.Load(a0 + f), TSimd.Load(b0 + f))), a0 + f);
            }
        }

        GC.KeepAlive(weights);
    }

    private static void Refuse(int x, PackedMatrix<T> weights, int bias, int a) =>
        throw new ArgumentException(
            $"Weights of depth {weights.Depth} in {weights.Panels} panels of {weights.PanelWidth} do not fit an input of {x}, a bias of {bias} and an output of " +
            $"{a} elements, or panels of {GemmTile<TSimd, TVector, T>.Columns}.");
}
