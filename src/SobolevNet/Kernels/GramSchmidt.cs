using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Kernels;

/// <summary>The step of a Gram–Schmidt process: makes a vector orthogonal to others.</summary>
/// <remarks>
/// Not a QR decomposition of MathNet.Numerics: callers drop, replace or draw again vectors that depend on earlier ones, work in blocks and in
/// float, and allocate nothing.
/// </remarks>
internal static class GramSchmidt
{
    /// <summary>
    /// Subtracts from a vector its projections on orthonormal rows, one row after the other. Rounding leaves parts along them of the size of
    /// what was subtracted times the precision, so a vector that keeps little of its length is projected twice.
    /// </summary>
    /// <param name="rows">Orthonormal rows, shape (count, n).</param>
    /// <param name="vector">The vector, n elements.</param>
    public static void Project<T>(ReadOnlySpan<T> rows, Span<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int at = 0; at < rows.Length; at += vector.Length)
        {
            var row = rows.Slice(at, vector.Length);
            TensorPrimitives.MultiplyAdd(row, -TensorPrimitives.Dot<T>(row, vector), vector, vector);
        }
    }
}
