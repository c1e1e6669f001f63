using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;
using SobolevNet.Kernels;

namespace SobolevNet.FrontEnds;

/// <summary>The leading principal components of samples: orthonormal directions of input space and the variances along them.</summary>
/// <remarks>
/// Eigenvectors of the smaller of XXᵀ and XᵀX, by subspace iteration from a fixed start: a full decomposition of 1,000 samples
/// would take many seconds for hundreds of axes that are not needed. It is used only where at most <see cref="Spare"/> more axes exist
/// than are wanted.
/// </remarks>
internal sealed class PrincipalAxes
{
    /// <summary>Extra vectors of the iteration; the wanted ones converge as the ratio of the first unseen eigenvalue to theirs.</summary>
    private const int Spare = 32;

    private const int Iterations = 8;

    /// <summary>An axis whose variance is below this share of the largest is rounding.</summary>
    private const double RankTolerance = 1e-12;

    private PrincipalAxes(double[] axes, double[] variances) => (Axes, Variances) = (axes, variances);

    /// <summary>Orthonormal rows, shape (count, inputs), by falling variance.</summary>
    public double[] Axes { get; }

    /// <summary>The variance along each axis; as many as the samples have independent directions, and no more than were wanted.</summary>
    public double[] Variances { get; }

    public int Count => Variances.Length;

    /// <summary>Finds the axes.</summary>
    /// <param name="x">Centered samples, shape (samples, inputs).</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="wanted">The most axes.</param>
    /// <param name="product">Does the products.</param>
    /// <param name="cancellationToken">Stops the iteration.</param>
    public static PrincipalAxes Find(
        double[] x, int samples, int inputs, int wanted, SharedProduct product, CancellationToken cancellationToken = default)
    {
        bool bySamples = samples < inputs;
        int size = Math.Min(samples, inputs);
        double[] gram;
        if (bySamples)
        {
            gram = product.Multiply(x, samples, SharedProduct.PackTransposed(x, samples, inputs));
        }
        else
        {
            gram = new double[size * size];
            product.Gram(x, 0, samples, inputs, gram, accumulate: false);
        }

        var (vectors, values) = Leading(gram, size, Math.Min(wanted, size), product, cancellationToken);
        int rank = 0;
        while (rank < values.Length && values[rank] > 0 && values[rank] > RankTolerance * values[0])
        {
            rank++;
        }

        if (rank == 0)
        {
            return new PrincipalAxes([], []);
        }

        double[] axes = vectors[..(rank * size)];
        if (bySamples)
        {
            axes = product.Multiply(axes, rank, SharedProduct.Pack(x, samples, inputs));
            for (int k = 0; k < rank; k++)
            {
                var axis = axes.AsSpan(k * inputs, inputs);
                TensorPrimitives.Divide(axis, TensorPrimitives.Norm<double>(axis), axis);
            }
        }

        return new PrincipalAxes(axes, [.. values[..rank].Select(value => value / samples)]);
    }

    /// <summary>The leading eigenvectors, as rows, and eigenvalues of a symmetric matrix without negative ones.</summary>
    private static (double[] Vectors, double[] Values) Leading(double[] matrix, int size, int wanted, SharedProduct product, CancellationToken cancellationToken)
    {
        int block = wanted + Spare;
        if (block >= size)
        {
            var (all, values) = Symmetric.Decompose(matrix, size);
            return (all[..(wanted * size)], values[..wanted]);
        }

        double[] basis = new double[block * size];
        var random = RandomStream.For(StreamPurpose.PrincipalAxes, 0);
        foreach (ref double element in basis.AsSpan())
        {
            element = random.NextUniform(-1, 1);
        }

        var packed = SharedProduct.Pack(matrix, size, size);
        for (int k = 0; k < Iterations; k++)
        {
            basis = product.Multiply(basis, block, packed);
            block = Orthonormalize(basis, block, size, cancellationToken);
            if (block == 0)
            {
                return ([], []);
            }
        }

        // In the basis found the problem is small and is solved whole.
        var image = product.Multiply(basis, block, packed);
        var small = product.Multiply(image, block, SharedProduct.PackTransposed(basis[..(block * size)], block, size));
        var (rotation, found) = Symmetric.Decompose(small, block);
        wanted = Math.Min(wanted, block);
        double[] vectors = product.Multiply(rotation[..(wanted * block)], wanted, SharedProduct.Pack(basis[..(block * size)], block, size));
        return (vectors, found[..wanted]);
    }

    /// <summary>Gram and Schmidt, twice over for each row; rows that depend on earlier ones are dropped.</summary>
    /// <returns>How many rows are left, at the front.</returns>
    private static int Orthonormalize(double[] rows, int count, int size, CancellationToken cancellationToken)
    {
        int kept = 0;
        for (int k = 0; k < count; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = rows.AsSpan(k * size, size);
            double before = TensorPrimitives.Norm<double>(row);
            for (int pass = 0; pass < 2; pass++)
            {
                GramSchmidt.Project<double>(rows.AsSpan(0, kept * size), row);
            }

            double norm = TensorPrimitives.Norm<double>(row);
            if (!(norm > RankTolerance * before))
            {
                continue;
            }

            TensorPrimitives.Divide(row, norm, rows.AsSpan(kept * size, size));
            kept++;
        }

        return kept;
    }
}

/// <summary>Symmetric eigenproblems of some hundred unknowns.</summary>
internal static class Symmetric
{
    /// <summary>Eigenvectors as rows and eigenvalues of a symmetric matrix, largest first.</summary>
    public static (double[] Vectors, double[] Values) Decompose(double[] matrix, int size) =>
        Sorted(Matrix<double>.Build.DenseOfRowMajor(size, size, matrix), size);

    /// <summary>
    /// The problem A w = μ B w with B positive definite: vectors as rows with wᵀBw = 1, and μ, largest first. With the Cholesky factor L of B
    /// it is the ordinary problem of L⁻¹AL⁻ᵀ.
    /// </summary>
    public static (double[] Vectors, double[] Values) Decompose(double[] a, double[] b, int size)
    {
        var inverse = Matrix<double>.Build.DenseOfRowMajor(size, size, b).Cholesky().Factor.Inverse();
        var reduced = inverse * Matrix<double>.Build.DenseOfRowMajor(size, size, a) * inverse.Transpose();
        var (vectors, values) = Sorted((reduced + reduced.Transpose()) / 2, size);
        return ((Matrix<double>.Build.DenseOfRowMajor(size, size, vectors) * inverse).ToRowMajorArray(), values);
    }

    private static (double[] Vectors, double[] Values) Sorted(Matrix<double> matrix, int size)
    {
        var decomposition = matrix.Evd(Symmetricity.Symmetric);
        double[] vectors = new double[size * size];
        double[] values = new double[size];
        for (int k = 0; k < size; k++)
        {
            int from = size - 1 - k;
            values[k] = decomposition.EigenValues[from].Real;
            decomposition.EigenVectors.Column(from).AsArray().CopyTo(vectors, k * size);
        }

        return (vectors, values);
    }
}
