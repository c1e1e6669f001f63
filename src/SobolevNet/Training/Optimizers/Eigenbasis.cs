using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>A decaying covariance matrix and, approximately, its eigenvectors, which follow it by orthogonal iteration.</summary>
/// <remarks>
/// One iteration is Q ← orthonormalize(C Q). It starts from the unit matrix, and a small multiple of Q is added to C Q, so that
/// directions the covariance has not seen yet stay as they are. Orthonormal by Gram and Schmidt in descending order of the
/// eigenvalues, in blocks so that most of it is products of matrices, then once by Newton and Schulz, Q ← Q(3 − QᵀQ)/2, which takes
/// away what rounding left.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Eigenbasis<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockRows = 32;

    private readonly PackedMatrix<T> _operand;
    private readonly T[] _next;
    private readonly T[] _product;

    public Eigenbasis(int size)
    {
        Size = size;
        Covariance = new T[size * size];
        Vectors = new T[size * size];
        Transposed = new T[size * size];
        _next = new T[size * size];
        _product = new T[size * size];
        _operand = new PackedMatrix<T>(size, size);
        PackedVectors = new PackedMatrix<T>(size, size);
        PackedTransposed = new PackedMatrix<T>(size, size);
        for (int k = 0; k < size; k++)
        {
            Transposed[(k * size) + k] = T.One;
        }

        Publish();
    }

    /// <summary>Rows and columns.</summary>
    public int Size { get; }

    /// <summary>C, row-major.</summary>
    public T[] Covariance { get; }

    /// <summary>Q, row-major; column j is the j-th eigenvector.</summary>
    public T[] Vectors { get; }

    /// <summary>Qᵀ, row-major; row j is the j-th eigenvector.</summary>
    public T[] Transposed { get; }

    /// <summary>Q as the right factor of a product.</summary>
    public PackedMatrix<T> PackedVectors { get; }

    /// <summary>Qᵀ as the right factor of a product.</summary>
    public PackedMatrix<T> PackedTransposed { get; }

    /// <summary>Follows the covariance by one iteration.</summary>
    public void Refresh(Workspace<T> workspace)
    {
        T trace = T.Zero;
        for (int k = 0; k < Size; k++)
        {
            trace += Covariance[(k * Size) + k];
        }

        if (!(trace > T.Zero) || !T.IsFinite(trace))
        {
            return;
        }

        _operand.Pack(Covariance);
        Gemm.Multiply(Transposed, Size, Size, _operand, _next, Size, workspace);

        // In units of the trace, lest the squares of tiny gradients underflow.
        TensorPrimitives.Divide(_next, trace, _next);
        TensorPrimitives.MultiplyAdd(Transposed, T.CreateTruncating(1e-6 / Size), _next, _next);
        for (int first = 0; first < Size; first += BlockRows)
        {
            Orthonormalize(first, Math.Min(BlockRows, Size - first), workspace);
        }

        _operand.PackTransposed(_next);
        Gemm.Multiply(_next, Size, Size, _operand, _product, Size, workspace);
        _operand.Pack(_next);
        Gemm.Multiply(_product, Size, Size, _operand, Transposed, Size, workspace);
        for (int k = 0; k < _next.Length; k++)
        {
            Transposed[k] = (T.CreateTruncating(1.5) * _next[k]) - (T.CreateTruncating(0.5) * Transposed[k]);
        }

        Publish();
    }

    /// <summary>Makes rows unit vectors orthogonal to each other and to those above.</summary>
    private void Orthonormalize(int first, int count, Workspace<T> workspace)
    {
        var rows = _next.AsSpan(first * Size, count * Size);
        Span<T> lengths = stackalloc T[BlockRows];
        for (int k = 0; k < count; k++)
        {
            lengths[k] = TensorPrimitives.Norm<T>(rows.Slice(k * Size, Size));
        }

        if (first > 0)
        {
            var width = VectorWidths.Current;
            var shares = _product.AsSpan(0, count * first);
            var along = _product.AsSpan(count * first, count * Size);
            Gemm.MultiplyStoredTransposed(rows, Size, count, _next, first, Size, shares, first, workspace, width);
            Gemm.MultiplyStored(shares, first, count, _next, first, Size, along, Size, workspace, width);
            TensorPrimitives.Subtract(rows, along, rows);
        }

        for (int k = 0; k < count; k++)
        {
            Orthonormalize(first + k, first, lengths[k]);
        }
    }

    /// <summary>
    /// Makes a row a unit vector orthogonal to those of its block above; once more, and to all above, if little of it was left, for then
    /// rounding shows.
    /// </summary>
    private void Orthonormalize(int j, int first, T length)
    {
        const int MostRounds = 3;
        var row = _next.AsSpan(j * Size, Size);
        for (int round = 0; round < MostRounds; round++)
        {
            for (int k = first; k < j; k++)
            {
                var other = _next.AsSpan(k * Size, Size);
                TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<T>(other, row), row, row);
            }

            T left = TensorPrimitives.Norm<T>(row);
            TensorPrimitives.Divide(row, left, row);
            if (left > length * T.CreateTruncating(0.1))
            {
                break;
            }

            (length, first) = (T.One, 0);
        }
    }

    /// <summary>Makes the other forms of Q from <see cref="Transposed"/>.</summary>
    public void Publish()
    {
        for (int j = 0; j < Size; j++)
        {
            for (int i = 0; i < Size; i++)
            {
                Vectors[(i * Size) + j] = Transposed[(j * Size) + i];
            }
        }

        PackedVectors.Pack(Vectors);
        PackedTransposed.Pack(Transposed);
    }
}
