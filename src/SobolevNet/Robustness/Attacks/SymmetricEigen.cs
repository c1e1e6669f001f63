namespace SobolevNet.Robustness;

/// <summary>Eigenvalues and eigenvectors of small symmetric matrices by cyclic Jacobi rotations, which find even tiny ones accurately.</summary>
internal static class SymmetricEigen
{
    private const int Sweeps = 60;

    /// <summary>Decomposes S = V diag(λ) Vᵀ.</summary>
    /// <param name="matrix">S, shape (n, n); destroyed: its diagonal becomes λ.</param>
    /// <param name="vectors">Receives the eigenvectors as rows: row k belongs to λₖ.</param>
    /// <param name="n">The size.</param>
    public static void Decompose(Span<double> matrix, Span<double> vectors, int n)
    {
        vectors[..(n * n)].Clear();
        for (int k = 0; k < n; k++)
        {
            vectors[(k * n) + k] = 1;
        }

        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            bool rotated = false;
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    double off = matrix[(p * n) + q];
                    double scale = Math.Sqrt(Math.Abs(matrix[(p * n) + p])) * Math.Sqrt(Math.Abs(matrix[(q * n) + q]));
                    if (off == 0 || Math.Abs(off) <= 1e-17 * scale)
                    {
                        continue;
                    }

                    rotated = true;
                    Rotate(matrix, vectors, n, p, q, off);
                }
            }

            if (!rotated)
            {
                return;
            }
        }
    }

    /// <summary>The index of the largest eigenvalue on the diagonal of a decomposed matrix.</summary>
    public static int Largest(ReadOnlySpan<double> decomposed, int n)
    {
        int best = 0;
        for (int k = 1; k < n; k++)
        {
            best = decomposed[(k * n) + k] > decomposed[(best * n) + best] ? k : best;
        }

        return best;
    }

    /// <summary>Makes element (p, q) zero: t = tan θ is the smaller root of t² + 2t cot 2θ − 1 = 0.</summary>
    private static void Rotate(Span<double> matrix, Span<double> vectors, int n, int p, int q, double off)
    {
        double cotangent = (matrix[(q * n) + q] - matrix[(p * n) + p]) / (2 * off);
        double t = Math.CopySign(1, cotangent) / (Math.Abs(cotangent) + Math.Sqrt((cotangent * cotangent) + 1));
        double c = 1 / Math.Sqrt((t * t) + 1);
        double s = t * c;
        matrix[(p * n) + p] -= t * off;
        matrix[(q * n) + q] += t * off;
        matrix[(p * n) + q] = matrix[(q * n) + p] = 0;
        for (int k = 0; k < n; k++)
        {
            if (k != p && k != q)
            {
                double a = matrix[(k * n) + p];
                double b = matrix[(k * n) + q];
                matrix[(k * n) + p] = matrix[(p * n) + k] = (c * a) - (s * b);
                matrix[(k * n) + q] = matrix[(q * n) + k] = (s * a) + (c * b);
            }

            double x = vectors[(p * n) + k];
            double y = vectors[(q * n) + k];
            vectors[(p * n) + k] = (c * x) - (s * y);
            vectors[(q * n) + k] = (s * x) + (c * y);
        }
    }
}
