using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>A decaying covariance matrix and, approximately, its eigenvectors, which follow it by orthogonal iteration.</summary>
/// <remarks>
/// One iteration is Q ← orthonormalize(C Q). It starts from the unit matrix, and a small multiple of Q, above the rounding of C Q, is
/// added to it, so that directions the covariance has not seen yet stay as they are. Orthonormal by Gram and Schmidt in descending order of the
/// eigenvalues, in blocks so that most of it is products of matrices, then once by Newton and Schulz, Q ← Q(3 − QᵀQ)/2, which takes
/// away what rounding left.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Eigenbasis<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockRows = 32;

    /// <summary>A vector that keeps less than this share of its length after projection is projected a second time.</summary>
    private const double LittleLeft = 0.1;

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

        // In units of the trace, so that the squares of tiny gradients do not underflow.
        TensorPrimitives.Divide(_next, trace, _next);
        TensorPrimitives.MultiplyAdd(Transposed, T.Max(T.CreateTruncating(1e-6 / Size), T.BitIncrement(T.One) - T.One), _next, _next);
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

    /// <summary>Makes rows unit vectors orthogonal to each other and to those above; twice if little is left of one.</summary>
    private void Orthonormalize(int first, int count, Workspace<T> workspace)
    {
        var rows = _next.AsSpan(first * Size, count * Size);
        Span<T> lengths = stackalloc T[BlockRows];
        bool isFirstTime = true;
        bool again = true;
        while (again)
        {
            for (int k = 0; k < count; k++)
            {
                lengths[k] = TensorPrimitives.Norm<T>(rows.Slice(k * Size, Size));
            }

            if (first > 0)
            {
                var shares = _product.AsSpan(0, count * first);
                var along = _product.AsSpan(count * first, count * Size);
                Gemm.MultiplyStoredTransposed(rows, Size, count, _next, first, Size, shares, first, workspace);
                Gemm.MultiplyStored(shares, first, count, _next, first, Size, along, Size, workspace);
                TensorPrimitives.Subtract(rows, along, rows);
            }

            again = false;
            for (int k = 0; k < count; k++)
            {
                bool isEnough = Orthonormalize(first + k, first) > lengths[k] * T.CreateTruncating(LittleLeft);
                if (!isEnough && !isFirstTime)
                {
                    Replace(first + k);
                }

                again |= !isEnough && isFirstTime;
            }

            isFirstTime = false;
        }
    }

    /// <summary>Makes a row a unit vector orthogonal to those from a first one to the one above it.</summary>
    /// <returns>The length of what was left of it.</returns>
    private T Orthonormalize(int j, int first)
    {
        var row = _next.AsSpan(j * Size, Size);
        GramSchmidt.Project<T>(_next.AsSpan(first * Size, (j - first) * Size), row);
        T left = TensorPrimitives.Norm<T>(row);
        if (left > T.Zero)
        {
            TensorPrimitives.Divide(row, left, row);
        }

        return left;
    }

    /// <summary>
    /// Replaces a row that is a combination of the rows above, up to rounding, by a random unit vector orthogonal to them: projecting such a
    /// row leaves only rounding errors.
    /// </summary>
    private void Replace(int j)
    {
        var row = _next.AsSpan(j * Size, Size);
        var random = RandomStream.For(StreamPurpose.ReplacedAxes, (ulong)Size, (ulong)j);
        for (int k = 0; k < Size; k++)
        {
            row[k] = T.CreateTruncating(random.NextNormal());
        }

        Orthonormalize(j, 0);
        Orthonormalize(j, 0);
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
