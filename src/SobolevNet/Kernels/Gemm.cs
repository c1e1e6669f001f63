using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The three matrix products of a training step.</summary>
/// <remarks>
/// <para>
/// With one row for each component of each sample: forward Z = A·Wᵀ and input gradient Ā = Z̄·W are <c>Multiply</c>,
/// W packed once a step in either order; the weight gradient Ḡ = Z̄ᵀ·A is <c>MultiplyTransposed</c>.
/// </para>
/// <para>
/// Every element of a result is one chain of multiply-adds in the order of the depth. So its bits do not depend on its
/// place in a tile or block, on how rows are grouped or ranges split, on the number of threads, or even on the vector width;
/// only on whether the machine has fused multiply-adds.
/// </para>
/// <para>
/// One call runs on the thread that makes it; callers share the work by groups of rows or ranges of output features. No
/// operand may overlap the result. Nothing is allocated once the workspace has its size.
/// </para>
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>C = A·B. A is (rows × depth) and C (rows × columns), row-major with the strides given.</summary>
    /// <param name="a">A.</param>
    /// <param name="strideA">Elements from a row of A to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="b">B.</param>
    /// <param name="c">Receives C.</param>
    /// <param name="strideC">Elements from a row of C to the next.</param>
    /// <param name="workspace">Scratch memory.</param>
    /// <param name="isPadded">
    /// Whether the rest of each row of C, up to the next, is padding that may be overwritten (with zeros where the row of A is finite): then the last panel of B need not be computed elsewhere and copied.
    /// </param>
    public static void Multiply<T>(
        ReadOnlySpan<T> a, int strideA, int rows, PackedMatrix<T> b, Span<T> c, int strideC, Workspace<T> workspace, bool isPadded = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckMatrix(a.Length, rows, b.Depth, strideA, nameof(a));
        CheckMatrix(c.Length, rows, isPadded ? strideC : b.Columns, strideC, nameof(c));
        if (rows == 0)
        {
            return;
        }

        fixed (T* pointerA = a, pointerC = c)
        {
            VectorDispatch<T>.Run(new GemmProduct<T>(pointerA, strideA, rows, b, pointerC, strideC, isPadded, workspace), b.Width);
        }

        GC.KeepAlive(b);
        GC.KeepAlive(workspace);
    }

    /// <summary>
    /// C = A·B for a few short rows, such as those of one sample of a small network. Rows of C have room for whole panels of B; elements beyond its columns
    /// are zero on return where the row of A is finite.
    /// </summary>
    public static void MultiplyFewRows<T>(ReadOnlySpan<T> a, int strideA, int rows, PackedMatrix<T> b, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckMatrix(a.Length, rows, b.Depth, strideA, nameof(a));
        CheckMatrix(c.Length, rows, b.Panels * b.PanelWidth, strideC, nameof(c));
        fixed (T* pointerA = a, pointerC = c)
        {
            VectorDispatch<T>.Run(new GemmFewRows<T>(pointerA, strideA, rows, b, pointerC, strideC), b.Width);
        }

        GC.KeepAlive(b);
    }

    /// <summary>C = A·Wᵀ with W (outputs × inputs) row-major, as it is stored. For fewer rows than packing W would pay for.</summary>
    public static void MultiplyStoredTransposed<T>(
        ReadOnlySpan<T> a, int strideA, int rows, ReadOnlySpan<T> w, int outputs, int inputs, Span<T> c, int strideC, Workspace<T> workspace,
        VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        MultiplyStored(a, strideA, rows, w, outputs, inputs, c, strideC, workspace, width, transposed: true);

    /// <summary>C = A·W with W (outputs × inputs) row-major, as it is stored. For fewer rows than packing W would pay for.</summary>
    public static void MultiplyStored<T>(
        ReadOnlySpan<T> a, int strideA, int rows, ReadOnlySpan<T> w, int outputs, int inputs, Span<T> c, int strideC, Workspace<T> workspace,
        VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        MultiplyStored(a, strideA, rows, w, outputs, inputs, c, strideC, workspace, width, transposed: false);

    /// <summary>
    /// G[first..first+count, :] (+)= (Zᵀ·A)[first..first+count, :]: the weight gradient of some output features, summed over
    /// all rows in order. Z is (rows × strideZ), A (rows × columns), G (… × columns).
    /// </summary>
    public static void MultiplyTransposed<T>(
        ReadOnlySpan<T> z, int strideZ, ReadOnlySpan<T> a, int strideA, int rows, int columns, int first, int count,
        Span<T> g, int strideG, bool accumulate, Workspace<T> workspace, VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        CheckMatrix(z.Length, rows, first + count, strideZ, nameof(z));
        CheckMatrix(a.Length, rows, columns, strideA, nameof(a));
        CheckMatrix(g.Length, first + count, columns, strideG, nameof(g));
        if (count == 0 || columns == 0)
        {
            return;
        }

        fixed (T* pointerZ = z, pointerA = a, pointerG = g)
        {
            T* partG = pointerG + ((nint)first * strideG);
            if (rows == 0)
            {
                for (int o = 0; o < count && !accumulate; o++)
                {
                    new Span<T>(partG + ((nint)o * strideG), columns).Clear();
                }

                return;
            }

            VectorDispatch<T>.Run(
                new GemmTransposed<T>(
                    pointerZ + first, strideZ, count, pointerA, strideA, columns, rows, partG, strideG, accumulate, workspace),
                width);
        }

        GC.KeepAlive(workspace);
    }

    private static void MultiplyStored<T>(
        ReadOnlySpan<T> a, int strideA, int rows, ReadOnlySpan<T> w, int outputs, int inputs, Span<T> c, int strideC, Workspace<T> workspace,
        VectorWidth? width, bool transposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckMatrix(a.Length, rows, transposed ? inputs : outputs, strideA, nameof(a));
        CheckMatrix(w.Length, outputs, inputs, inputs, nameof(w));
        CheckMatrix(c.Length, rows, transposed ? outputs : inputs, strideC, nameof(c));
        fixed (T* pointerA = a, pointerW = w, pointerC = c)
        {
            VectorDispatch<T>.Run(
                new GemmStored<T>(pointerA, strideA, rows, pointerW, outputs, inputs, pointerC, strideC, transposed, workspace), width);
        }

        GC.KeepAlive(workspace);
    }

    /// <summary>Refuses a matrix that does not fit its memory, since the kernels work with bare pointers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CheckMatrix(int length, int rows, int columns, int stride, string name)
    {
        if (rows < 0 || columns < 0 || (rows > 1 && stride < columns)
            || (rows > 0 && ((long)(rows - 1) * stride) + columns > length))
        {
            Refuse(length, rows, columns, stride, name);
        }
    }

    private static void Refuse(int length, int rows, int columns, int stride, string name) =>
        throw new ArgumentException(
            $"A matrix of {rows} × {columns} with stride {stride} does not fit into {length} elements.", name);
}
