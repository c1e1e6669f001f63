using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>Copies a block of one matrix to another, rows becoming columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>destination[k·step + r] = source[r·stride + k] for r below <paramref name="rows"/>, k below <paramref name="columns"/>.</summary>
    /// <param name="source">The block, row-major.</param>
    /// <param name="stride">Elements from a row of the source to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Receives the transpose, row-major.</param>
    /// <param name="step">Elements from a row of the destination to the next.</param>
    public static void Run<T>(ReadOnlySpan<T> source, int stride, int rows, int columns, Span<T> destination, int step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.CheckMatrix(source.Length, rows, columns, stride, nameof(source));
        Gemm.CheckMatrix(destination.Length, columns, rows, step, nameof(destination));
        fixed (T* from = source, to = destination)
        {
            GemmPacking.Transpose(from, stride, rows, columns, to, step);
        }
    }
}
