using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// Singular vectors and pseudo-inverses of m × n matrices with few rows, through the m × m Gram matrix. Keeps its memory; one
/// thread at a time.
/// </summary>
internal sealed class WideMatrix(int rows, int columns)
{
    private const double Cutoff = 1e-12;

    private readonly double[] _gram = new double[rows * rows];
    private readonly double[] _vectors = new double[rows * rows];
    private readonly double[] _coefficients = new double[rows];
    private readonly double[] _products = new double[rows];

    /// <summary>The elements, shape (m, n), row-major, to be written.</summary>
    public double[] Elements { get; } = new double[rows * columns];

    /// <summary>One row.</summary>
    public Span<double> Row(int row) => Elements.AsSpan(row * columns, columns);

    /// <summary>The largest singular value with its vectors.</summary>
    /// <param name="left">Receives m elements of unit length.</param>
    /// <param name="right">Receives n elements of unit length; zeros where the matrix is zero.</param>
    public double LargestSingular(Span<double> left, Span<double> right)
    {
        Decompose();
        _vectors.AsSpan(SymmetricEigen.Largest(_gram, rows) * rows, rows).CopyTo(left);
        right.Clear();
        for (int k = 0; k < rows; k++)
        {
            TensorPrimitives.MultiplyAdd(Row(k), left[k], right, right);
        }

        // The length of Mᵀu rather than √λ: no error of the Gram matrix is left in it to first order.
        double value = VectorLength.Of<double>(right);
        VectorLength.TryNormalize(right);
        return value;
    }

    /// <summary>How far M maps vectors of size 1 at most: √λmax in L2, once decomposed; the bound √(Σ‖rows‖₁²) in L∞.</summary>
    public double Gain(PerturbationNorm norm)
    {
        if (norm == PerturbationNorm.L2)
        {
            return Math.Sqrt(Math.Max(0, _gram[SymmetricEigen.Largest(_gram, rows) * (rows + 1)]));
        }

        double sum = 0;
        for (int k = 0; k < rows; k++)
        {
            double row = TensorPrimitives.SumOfMagnitudes<double>(Row(k));
            sum += row * row;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Prepares <see cref="Gain"/>, <see cref="SubtractPseudoInverse"/> and <see cref="RemoveRows"/> once the elements are written.</summary>
    public void Decompose()
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                _gram[(i * rows) + j] = _gram[(j * rows) + i] = TensorPrimitives.Dot<double>(Row(i), Row(j));
            }
        }

        SymmetricEigen.Decompose(_gram, _vectors, rows);
    }

    /// <summary>Subtracts M⁺b, the shortest vector that M maps to b (as far as its rank allows).</summary>
    public void SubtractPseudoInverse(ReadOnlySpan<double> b, Span<double> vector)
    {
        double largest = _gram[SymmetricEigen.Largest(_gram, rows) * (rows + 1)];
        _coefficients.AsSpan().Clear();
        for (int k = 0; k < rows; k++)
        {
            double value = _gram[k * (rows + 1)];
            if (value > Cutoff * largest)
            {
                var direction = _vectors.AsSpan(k * rows, rows);
                TensorPrimitives.MultiplyAdd(direction, TensorPrimitives.Dot(direction, b) / value, _coefficients, _coefficients);
            }
        }

        for (int k = 0; k < rows; k++)
        {
            TensorPrimitives.MultiplyAdd(Row(k), -_coefficients[k], vector, vector);
        }
    }

    /// <summary>Removes the part of a vector in the space of the rows, so that M maps the rest to zero.</summary>
    public void RemoveRows(Span<double> vector)
    {
        // Twice, because once leaves the rounding errors of a long vector's short remainder.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int k = 0; k < rows; k++)
            {
                _products[k] = TensorPrimitives.Dot<double>(Row(k), vector);
            }

            SubtractPseudoInverse(_products, vector);
        }
    }
}
