using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet;

/// <summary>Least squares over pairs of samples, with standard errors that allow for pairs that share samples and for noise of any distribution.</summary>
internal static class SlopeRegression
{
    /// <summary>
    /// How many standard errors a coefficient must be from its right value before it counts, with as many samples as can be: a chance of 4·10⁻⁸.
    /// </summary>
    private const double Crucial = 5.5;

    /// <summary>One coefficient.</summary>
    /// <param name="Value">The coefficient; NaN if its column is 0 throughout.</param>
    /// <param name="Error">Its standard error.</param>
    /// <param name="Samples">The number of samples that matter to it.</param>
    /// <param name="OwnLength">Length of the part of its column that no other column explains.</param>
    public readonly record struct Coefficient(double Value, double Error, double Samples, double OwnLength)
    {
        /// <summary>
        /// Whether it cannot be 0. For few samples the limit rises as that of Student's distribution does: t = √(ν (exp(z²/ν) − 1)) for the quantile z
        /// of the normal distribution. ν is half the samples, since the two of a pair count as one.
        /// </summary>
        public bool IsCertain =>
            Samples >= 8 && Math.Abs(Value) > Error * Math.Sqrt(Samples / 2 * (Math.Exp(2 * Crucial * Crucial / Samples) - 1));
    }

    /// <summary>Solves Σ z (r − t·δ) = 0 for δ: least squares where z and t are the same, else with the instruments z.</summary>
    /// <param name="from">First sample of each pair.</param>
    /// <param name="to">Second sample of each pair.</param>
    /// <param name="r">What is to be explained, one number a pair.</param>
    /// <param name="z">Shape (pairs, p).</param>
    /// <param name="t">Shape (pairs, p).</param>
    /// <param name="samples">The number of samples.</param>
    public static Coefficient[] Solve(int[] from, int[] to, double[] r, double[] z, double[] t, int samples)
    {
        int pairs = from.Length;
        int p = z.Length / pairs;
        var result = new Coefficient[p];
        Array.Fill(result, new Coefficient(double.NaN, double.PositiveInfinity, 0, 0));
        double[] lengthZ = Lengths(z, p);
        double[] lengthT = ReferenceEquals(z, t) ? lengthZ : Lengths(t, p);
        int[] used = [.. Enumerable.Range(0, p).Where(k => lengthZ[k] > 0 && lengthT[k] > 0)];
        if (used.Length == 0)
        {
            return result;
        }

        int q = used.Length;
        double[] matrix = new double[q * q];
        double[] right = new double[q];
        double[] zRow = new double[q];
        double[] tRow = new double[q];
        for (int pair = 0; pair < pairs; pair++)
        {
            Read(pair);
            for (int k = 0; k < q; k++)
            {
                right[k] += zRow[k] * r[pair];
                var row = matrix.AsSpan(k * q, q);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd<double>(tRow, zRow[k], row, row);
            }
        }

        // Row-major in the array is the transpose in MathNet's columns.
        var system = Matrix<double>.Build.Dense(q, q, matrix).Transpose();
        for (int k = 0; k < q; k++)
        {
            system[k, k] += 1e-9 * (system[k, k] < 0 ? -1 : 1);
        }

        var inverse = system.Inverse();
        var solution = inverse * Vector<double>.Build.Dense(right);
        if (!solution.All(double.IsFinite))
        {
            return result;
        }

        // Each pair's share in the coefficients, booked at both of its samples: sums of squares of the samples count every two pairs that share a
        // sample, and each pair itself twice.
        double[] shares = new double[samples * q];
        double[] twice = new double[q];
        double[] score = new double[q];
        for (int pair = 0; pair < pairs; pair++)
        {
            Read(pair);
            double rest = r[pair];
            for (int k = 0; k < q; k++)
            {
                rest -= tRow[k] * solution[k];
            }

            Array.Clear(score);
            for (int l = 0; l < q; l++)
            {
                double weighted = zRow[l] * rest;
                for (int k = 0; k < q; k++)
                {
                    score[k] += inverse[k, l] * weighted;
                }
            }

            for (int k = 0; k < q; k++)
            {
                shares[(from[pair] * q) + k] += score[k];
                shares[(to[pair] * q) + k] += score[k];
                twice[k] += score[k] * score[k];
            }
        }

        for (int k = 0; k < q; k++)
        {
            double square = 0;
            double fourth = 0;
            for (int s = 0; s < samples; s++)
            {
                double one = shares[(s * q) + k] * shares[(s * q) + k];
                square += one;
                fourth += one * one;
            }

            double variance = Math.Max(square - twice[k], square / 2);
            double unit = 1 / lengthT[used[k]];
            result[used[k]] = new Coefficient(
                solution[k] * unit,
                Math.Sqrt(variance) * unit,
                fourth > 0 ? square * square / fourth : samples,
                lengthT[used[k]] / Math.Sqrt(Math.Abs(inverse[k, k])));
        }

        return result;

        void Read(int pair)
        {
            for (int k = 0; k < q; k++)
            {
                zRow[k] = z[(pair * p) + used[k]] / lengthZ[used[k]];
                tRow[k] = t[(pair * p) + used[k]] / lengthT[used[k]];
            }
        }
    }

    /// <summary>Root of the sum of squares of each column.</summary>
    public static double[] Lengths(double[] columns, int p)
    {
        double[] squares = new double[p];
        for (int k = 0; k < columns.Length; k++)
        {
            squares[k % p] += columns[k] * columns[k];
        }

        return [.. squares.Select(Math.Sqrt)];
    }
}
