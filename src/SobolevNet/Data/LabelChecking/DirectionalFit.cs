using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet;

/// <summary>
/// Second derivatives along directions, estimated from supplied first ones: around some samples, y is taken as quadratic in all input
/// features, and its gradient g and Hessian H are fitted to vₜ·(g + H(xₜ − x)) = dy·vₜ for the directions vₜ of the neighbors.
/// </summary>
/// <remarks>
/// For labels of random directions, whose mixed second derivatives are unknown, so that differences of first derivatives
/// cannot be explained by second ones directly. A sample's own derivatives are left out of its fit and tell how far to trust it.
/// </remarks>
internal static class DirectionalFit
{
    private const int MaxCenters = 64;
    private const int MaxUnknowns = 120;

    /// <summary>Fits one output.</summary>
    /// <param name="data">The samples; their paths must be straight.</param>
    /// <param name="frames">Distances and scales.</param>
    /// <param name="output">The output feature.</param>
    /// <param name="firsts">First derivatives with known mistakes of scale corrected: factor for each tangent.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>
    /// For each second component of the layout estimates at the centers, what was supplied there, and the estimates' typical error; and
    /// how well first derivatives are predicted. Null if there are too many unknowns for the samples.
    /// </returns>
    public static (double[][] Estimated, double[][] Supplied, double[] Error, double Predictability)? Estimate(
        LabelSamples data, NeighborFrames frames, int output, Func<int, double> firsts, CancellationToken cancellationToken)
    {
        int n = data.Input.Features;
        int unknowns = n + (n * (n + 1) / 2);
        int neighbors = Math.Max(8, ((2 * unknowns) + data.Tangents - 1) / data.Tangents);
        if (unknowns > MaxUnknowns || 2 * neighbors > data.Count)
        {
            return null;
        }

        int stride = ((data.Count - 1) / MaxCenters) + 1;
        int[] centers = [.. Enumerable.Range(0, data.Count).Where(s => s % stride == 0)];
        var seconds = data.Layout.Seconds.ToArray();
        double[][] estimated = [.. seconds.Select(_ => new double[centers.Length])];
        double[][] supplied = [.. seconds.Select(_ => new double[centers.Length])];
        double[][] variances = [.. seconds.Select(_ => new double[centers.Length])];
        double missed = 0;
        double total = 0;
        for (int c = 0; c < centers.Length; c++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int s = centers[c];
            var (gradient, hessian, covariance, reach) = Fit(s, frames.Nearest(s, neighbors));
            for (int k = 0; k < data.Tangents; k++)
            {
                double known = firsts(k) * data.Target[1 + k, s, output];
                missed += Math.Pow((Tangent(s, k) * gradient) - known, 2);
                total += known * known;
            }

            for (int q = 0; q < seconds.Length; q++)
            {
                var left = Tangent(s, seconds[q].FirstI - 1);
                var right = Tangent(s, seconds[q].FirstJ - 1);
                estimated[q][c] = left * hessian * right;
                var terms = Terms(left, right) / reach;
                variances[q][c] = terms * covariance * terms;
                supplied[q][c] = data.Target[1 + data.Tangents + q, s, output];
            }
        }

        // Mostly it is the third derivative that the fit lacks, of which its own scatter shows about a quarter (seen on waves).
        const double scatterToError = 4;
        return (
            estimated,
            supplied,
            [.. variances.Select(list => scatterToError * Math.Sqrt(list.Order().ElementAt(list.Length / 2)))],
            total > 0 ? 1 - (missed / total) : 1);

        Vector<double> Tangent(int sample, int k) =>
            Vector<double>.Build.Dense(n, f => data.Input[1 + k, sample, f] * frames.FeatureScale[f]);

        // The coefficients of the Hessian's upper triangle in a bilinear form; those of the gradient, first, are 0.
        Vector<double> Terms(Vector<double> left, Vector<double> right)
        {
            var terms = Vector<double>.Build.Dense(unknowns);
            int column = n;
            for (int f = 0; f < n; f++)
            {
                for (int g = f; g < n; g++)
                {
                    terms[column++] = f == g ? left[f] * right[f] : (left[f] * right[g]) + (left[g] * right[f]);
                }
            }

            return terms;
        }

        (Vector<double> Gradient, Matrix<double> Hessian, Matrix<double> Covariance, double Reach) Fit(int sample, int[] nearest)
        {
            double reach = frames.Distance(sample, nearest[^1]) * 1.001;
            var rows = Matrix<double>.Build.Dense(nearest.Length * data.Tangents, unknowns);
            var right = Vector<double>.Build.Dense(rows.RowCount);
            for (int row = 0; row < rows.RowCount; row++)
            {
                int t = nearest[row / data.Tangents];
                int k = row % data.Tangents;
                var v = Tangent(t, k);
                double weight = Math.Pow(1 - Math.Pow(frames.Distance(sample, t) / reach, 3), 1.5) / Math.Max(1e-300, v.L2Norm());

                // Differences in units of the reach, so that all unknowns are of one size.
                var difference = Vector<double>.Build.Dense(n, f => (frames.Position(t)[f] - frames.Position(sample)[f]) / reach);
                var terms = Terms(v, difference);
                terms.SetSubVector(0, n, v);
                rows.SetRow(row, terms * weight);
                right[row] = weight * firsts(k) * data.Target[1 + k, t, output];
            }

            var normal = rows.TransposeThisAndMultiply(rows) + (Matrix<double>.Build.DenseIdentity(unknowns) * 1e-9);
            var inverse = normal.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(unknowns));
            var solution = inverse * rows.TransposeThisAndMultiply(right);
            double rest = ((rows * solution) - right).DotProduct((rows * solution) - right) / (rows.RowCount - unknowns);
            var hessian = Matrix<double>.Build.Dense(n, n);
            int index = n;
            for (int f = 0; f < n; f++)
            {
                for (int g = f; g < n; g++, index++)
                {
                    hessian[f, g] = hessian[g, f] = solution[index] / reach;
                }
            }

            return (solution.SubVector(0, n), hessian, inverse * rest, reach);
        }
    }
}
