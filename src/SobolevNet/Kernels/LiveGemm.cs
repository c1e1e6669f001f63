using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The products of the first layer when most columns of its input are zero, as those of images are.</summary>
/// <remarks>
/// <para>
/// Rows come in groups of samples, component-major: component c of sample s of a group of n is row c·n + s. The live columns
/// differ from sample to sample and are the same for all its components, so a tile's rows are components of one sample.
/// </para>
/// <para>
/// The sums are those of <see cref="Gemm"/> without the terms that are zero. Forward results have the same bits (but for
/// the sign of a zero); a weight gradient adds its terms sample by sample rather than row by row, always in that order.
/// </para>
/// <para>
/// Of 1681 pixels of a cube's image some 15 to 20 % are live, so both products of the first layer shrink to about a fifth,
/// and a whole step of order 2 to 60 %.
/// </para>
/// </remarks>
internal static unsafe class LiveGemm
{
    /// <summary>C = A·B for a group. A is (components·samples × depth).</summary>
    /// <param name="a">The rows of the group.</param>
    /// <param name="strideA">Elements from a row of A to the next.</param>
    /// <param name="samples">Samples of the group.</param>
    /// <param name="components">Components of a sample.</param>
    /// <param name="live">The live columns of A.</param>
    /// <param name="firstSample">The number by which <paramref name="live"/> knows the first sample of the group.</param>
    /// <param name="b">B.</param>
    /// <param name="c">Receives the rows of the result.</param>
    /// <param name="strideC">Elements from a row of C to the next.</param>
    /// <param name="workspace">Scratch memory.</param>
    public static void Multiply<T>(
        ReadOnlySpan<T> a, int strideA, int samples, int components, LiveColumns live, int firstSample, PackedMatrix<T> b, Span<T> c,
        int strideC, Workspace<T> workspace)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.CheckMatrix(a.Length, samples * components, b.Depth, strideA, nameof(a));
        Gemm.CheckMatrix(c.Length, samples * components, b.Columns, strideC, nameof(c));
        fixed (T* pointerA = a, pointerC = c)
        {
            VectorDispatch<T>.Run(
                new LiveProduct<T>(pointerA, strideA, samples, components, live, firstSample, b, pointerC, strideC, workspace), b.Width);
        }

        GC.KeepAlive(b);
        GC.KeepAlive(workspace);
    }

    /// <summary>
    /// G[first..first+count, :] (+)= (Zᵀ·A)[first..first+count, :], summed over some groups. The rows of a group of A and Z
    /// start at its first sample times <paramref name="rowsOfSample"/>; only its first components·samples rows are read. <paramref name="firstSample"/> is the
    /// number by which <paramref name="live"/> knows the first sample of the first group.
    /// </summary>
    public static void MultiplyTransposed<T>(
        ReadOnlySpan<T> z, int strideZ, ReadOnlySpan<T> a, int strideA, int samples, int groupSamples, int rowsOfSample, int components,
        LiveColumns live, int firstSample, int columns, int first, int count, Span<T> g, int strideG, bool accumulate, Workspace<T> workspace,
        VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsOfSample, components);
        Gemm.CheckMatrix(z.Length, samples * rowsOfSample, first + count, strideZ, nameof(z));
        Gemm.CheckMatrix(a.Length, samples * rowsOfSample, columns, strideA, nameof(a));
        Gemm.CheckMatrix(g.Length, first + count, columns, strideG, nameof(g));
        fixed (T* pointerZ = z, pointerA = a, pointerG = g)
        {
            VectorDispatch<T>.Run(
                new LiveGradient<T>(
                    pointerZ, strideZ, pointerA, strideA, samples, groupSamples, rowsOfSample, components, live, firstSample, columns, first, count,
                    pointerG, strideG, accumulate, workspace),
                width);
        }

        GC.KeepAlive(workspace);
    }
}
