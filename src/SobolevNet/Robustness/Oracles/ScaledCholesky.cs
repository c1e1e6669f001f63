namespace SobolevNet.Robustness;

/// <summary>
/// Solves with small symmetric positive definite matrices, scaled to a unit diagonal, and bounds their condition numbers.
/// </summary>
/// <remarks>
/// Degrees of freedom have different units (lengths and angles), so a condition number is meaningful only after scaling: with
/// D² a positive diagonal, M = D M̂ D and M̂ = L Lᵀ. For D² = diag M the condition of M̂ is within a factor p of the least that
/// any diagonal scaling reaches (van der Sluis, 1969).
/// </remarks>
internal static class ScaledCholesky
{
    private const double MachineEpsilon = 1.0 / (1L << 52);

    /// <summary>Factors M = D L Lᵀ D.</summary>
    /// <param name="matrix">M, shape (p, p), row-major; only the lower triangle is read.</param>
    /// <param name="scale">D, p numbers above 0.</param>
    /// <param name="damping">Added to the diagonal of M̂.</param>
    /// <param name="factor">Receives L in its lower triangle, shape (p, p).</param>
    /// <returns>False if M̂ is not positive definite to rounding.</returns>
    public static bool TryFactor(ReadOnlySpan<double> matrix, ReadOnlySpan<double> scale, double damping, Span<double> factor)
    {
        int p = scale.Length;
        double smallest = 4 * p * MachineEpsilon;
        for (int j = 0; j < p; j++)
        {
            var rowJ = factor.Slice(j * p, p);
            for (int i = j; i < p; i++)
            {
                var rowI = factor.Slice(i * p, p);
                double sum = matrix[(i * p) + j] / (scale[i] * scale[j]);
                sum += i == j ? damping : 0;
                for (int k = 0; k < j; k++)
                {
                    sum -= rowI[k] * rowJ[k];
                }

                if (i > j)
                {
                    rowI[j] = sum / rowJ[j];
                }
                else if (sum > smallest)
                {
                    rowJ[j] = Math.Sqrt(sum);
                }
                else
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Replaces b by M⁻¹b.</summary>
    public static void Solve(ReadOnlySpan<double> factor, ReadOnlySpan<double> scale, Span<double> b)
    {
        int p = scale.Length;
        for (int i = 0; i < p; i++)
        {
            double sum = b[i] / scale[i];
            for (int k = 0; k < i; k++)
            {
                sum -= factor[(i * p) + k] * b[k];
            }

            b[i] = sum / factor[(i * p) + i];
        }

        SolveTransposed(factor, scale, b);
    }

    /// <summary>Replaces b by D⁻¹L⁻ᵀb: maps p independent normal numbers to numbers with the covariance M⁻¹.</summary>
    public static void SolveTransposed(ReadOnlySpan<double> factor, ReadOnlySpan<double> scale, Span<double> b)
    {
        int p = scale.Length;
        for (int i = p - 1; i >= 0; i--)
        {
            double sum = b[i];
            for (int k = i + 1; k < p; k++)
            {
                sum -= factor[(k * p) + i] * b[k];
            }

            b[i] = sum / factor[(i * p) + i];
        }

        for (int i = 0; i < p; i++)
        {
            b[i] /= scale[i];
        }
    }

    /// <summary>√(p·tr M̂⁻¹) for a factored M̂ of unit diagonal: at least √κ(M̂) and at most p times that.</summary>
    /// <remarks>The eigenvalues of M̂ sum to p, so λmax ≤ p; and 1/λmin ≤ tr M̂⁻¹ ≤ p/λmin. tr M̂⁻¹ = ‖L⁻¹‖²_F.</remarks>
    public static double ConditionBound(ReadOnlySpan<double> factor, int p)
    {
        double trace = 0;
        Span<double> column = p <= 64 ? stackalloc double[p] : new double[p];
        for (int j = 0; j < p; j++)
        {
            // Column j of L⁻¹ by forward substitution.
            for (int i = j; i < p; i++)
            {
                double sum = i == j ? 1 : 0;
                for (int k = j; k < i; k++)
                {
                    sum -= factor[(i * p) + k] * column[k];
                }

                column[i] = sum / factor[(i * p) + i];
                trace += column[i] * column[i];
            }
        }

        return p == 1 ? 1 : Math.Sqrt(p * trace);
    }
}
