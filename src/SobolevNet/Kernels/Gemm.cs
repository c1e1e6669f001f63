using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Kernels;

/// <summary>The three matrix products of a training step. Every element of a result is one chain of sums in the order of
/// the depth, so its bits depend neither on its place in a tile nor on how rows are shared between threads.</summary>
internal static class Gemm
{
    /// <summary>C = A·B. A is (rows × depth) and C (rows × columns), row-major with the strides given.</summary>
    public static void Multiply<T>(
        ReadOnlySpan<T> a, int strideA, int rows, PackedMatrix<T> b, Span<T> c, int strideC, Workspace<T> workspace)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _ = workspace;
        for (int r = 0; r < rows; r++)
        {
            var row = c.Slice(r * strideC, b.Columns);
            row.Clear();
            for (int k = 0; k < b.Depth; k++)
            {
                TensorPrimitives.FusedMultiplyAdd(b.Data.Slice(k * b.Columns, b.Columns), a[(r * strideA) + k], row, row);
            }
        }
    }

    /// <summary>
    /// G[first..first+count, :] (+)= (Zᵀ·A)[first..first+count, :]: the weight gradient of some output features, summed over
    /// all rows in order. Z is (rows × strideZ), A (rows × columns), G (… × columns).
    /// </summary>
    public static void MultiplyTransposed<T>(
        ReadOnlySpan<T> z, int strideZ, ReadOnlySpan<T> a, int strideA, int rows, int columns, int first, int count,
        Span<T> g, int strideG, bool accumulate, Workspace<T> workspace)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _ = workspace;
        for (int o = first; o < first + count; o++)
        {
            var row = g.Slice(o * strideG, columns);
            if (!accumulate)
            {
                row.Clear();
            }

            for (int r = 0; r < rows; r++)
            {
                TensorPrimitives.FusedMultiplyAdd(a.Slice(r * strideA, columns), z[(r * strideZ) + o], row, row);
            }
        }
    }
}
