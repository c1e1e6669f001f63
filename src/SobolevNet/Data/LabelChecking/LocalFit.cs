using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Derivatives along each sample's own directions, estimated without the labels that are checked: around some samples, y is taken as a quadratic function
/// of all input features, y(x + d) = y + g·d + ½ dᵀH d, and fitted to the values of neighbors (for first derivatives) or to their first derivatives (for second ones).
/// </summary>
/// <remarks>
/// For random directions: neighbors do not lie along them, so that no difference can be explained by labels alone. A sample is left out of its own
/// fit; how far the fit misses it tells how far the estimates may be off.
/// </remarks>
internal static class LocalFit
{
    private const int MaxCenters = 64;
    private const int MaxUnknowns = 120;

    /// <summary>Estimates at the centers for each component of an order, their typical errors, and the share of what is fitted that is predicted at the centers.</summary>
    public sealed record Estimates(int[] Centers, double[][] Estimated, double[] Error, double Predictability);

    /// <summary>Fits one output.</summary>
    /// <param name="data">The samples; for second derivatives, their paths must be straight.</param>
    /// <param name="frames">Distances and scales.</param>
    /// <param name="output">The output feature.</param>
    /// <param name="order">The order of the derivatives to estimate, 1 or 2.</param>
    /// <param name="firsts">First derivatives with known mistakes of scale corrected: factor for each tangent.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The estimates; null if there are too many unknowns for the samples.</returns>
    public static Estimates? Of(
        LabelSamples data, NeighborFrames frames, int output, int order, Func<int, double> firsts, CancellationToken cancellationToken)
    {
        int n = data.Input.Features;
        int p = data.Tangents;
        int rowsOfSample = order == 1 ? 1 : p;
        int unknowns = 1 + n + (n * (n + 1) / 2);
        if (order == 1 && (unknowns > MaxUnknowns || 4 * unknowns > data.Count))
        {
            unknowns = 1 + n;
        }

        int neighbors = Math.Max(8, ((2 * unknowns) + rowsOfSample - 1) / rowsOfSample);
        if (unknowns > MaxUnknowns + 1 || 2 * neighbors > data.Count)
        {
            return null;
        }

        int stride = ((data.Count - 1) / MaxCenters) + 1;
        int[] centers = [.. Enumerable.Range(0, data.Count).Where(s => s % stride == 0)];
        var seconds = data.Layout.Seconds.ToArray();
        int components = order == 1 ? p : seconds.Length;
        double[][] estimated = [.. Enumerable.Range(0, components).Select(_ => new double[centers.Length])];
        double[] variance = new double[components];
        double mean = centers.Average(s => data.Target[0, s, output]);
        double missed = 0;
        double missedPerLength = 0;
        double total = 0;
        for (int c = 0; c < centers.Length; c++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int s = centers[c];
            var (solution, smoother, radius) = Fit(s, frames.Nearest(s, neighbors));
            for (int row = 0; row < rowsOfSample; row++)
            {
                var (terms, weight, known) = Row(s, s, row, radius);
                double miss = (terms * solution) - known;
                missed += miss * miss;
                missedPerLength += Math.Pow(weight * miss, 2);
                total += Math.Pow(known - (order == 1 ? mean : 0), 2);
            }

            for (int q = 0; q < components; q++)
            {
                var terms = order == 1
                    ? Terms(0, Tangent(s, q), null)
                    : Terms(0, null, Bilinear(Tangent(s, seconds[q].FirstI - 1), Tangent(s, seconds[q].FirstJ - 1)));
                terms /= radius;
                estimated[q][c] = terms * solution;
                variance[q] += Math.Pow((terms * smoother).L2Norm(), 2) / centers.Length;
            }
        }

        double missPerRow = missedPerLength / (centers.Length * rowsOfSample);
        return new Estimates(
            centers, estimated, [.. variance.Select(value => Math.Sqrt(value * missPerRow))], total > 0 ? 1 - (missed / total) : 1);

        Vector<double> Tangent(int sample, int k) =>
            Vector<double>.Build.Dense(n, f => data.Input[1 + k, sample, f] * frames.FeatureScale[f]);

        // What a row says of the value, the gradient and the upper triangle of the Hessian.
        Vector<double> Terms(double value, Vector<double>? gradient, double[]? hessian)
        {
            var terms = Vector<double>.Build.Dense(unknowns);
            terms[0] = value;
            for (int f = 0; gradient is not null && f < n; f++)
            {
                terms[1 + f] = gradient[f];
            }

            for (int i = 0; hessian is not null && 1 + n + i < unknowns; i++)
            {
                terms[1 + n + i] = hessian[i];
            }

            return terms;
        }

        // leftᵀ H right
        double[] Bilinear(Vector<double> left, Vector<double> right) => [.. Enumerable.Range(0, n).SelectMany(f => Enumerable.Range(f, n - f).Select(
            g => f == g ? left[f] * right[f] : (left[f] * right[g]) + (left[g] * right[f])))];

        // A row of a sample in the fit around a center; differences in units of the radius, so that all unknowns are of one size.
        (Vector<double> Terms, double Weight, double Known) Row(int center, int sample, int row, double radius)
        {
            var difference = Vector<double>.Build.Dense(n, f => (frames.Position(sample)[f] - frames.Position(center)[f]) / radius);
            if (order == 1)
            {
                return (Terms(1, difference, Bilinear(difference / 2, difference)), 1, data.Target[0, sample, output]);
            }

            var v = Tangent(sample, row);
            return (Terms(0, v, Bilinear(v, difference)), 1 / Math.Max(1e-300, v.L2Norm()), firsts(row) * data.Target[1 + row, sample, output]);
        }

        // The coefficients, and the matrix that takes the rows' knowns, each divided by its tangent's length, to them.
        (Vector<double> Solution, Matrix<double> Smoother, double Radius) Fit(int center, int[] nearest)
        {
            double radius = frames.Distance(center, nearest[^1]) * 1.001;
            int count = nearest.Length * rowsOfSample;
            var rows = Matrix<double>.Build.Dense(count, unknowns);
            var right = Vector<double>.Build.Dense(count);
            var near = Vector<double>.Build.Dense(count);
            for (int row = 0; row < count; row++)
            {
                int t = nearest[row / rowsOfSample];
                var (terms, weight, known) = Row(center, t, row % rowsOfSample, radius);
                near[row] = Math.Pow(1 - Math.Pow(frames.Distance(center, t) / radius, 3), 1.5);
                rows.SetRow(row, terms * weight * near[row]);
                right[row] = weight * known;
            }

            // The small ridge keeps a direction without neighbors from dividing by zero.
            var normal = rows.TransposeThisAndMultiply(rows) + (Matrix<double>.Build.DenseIdentity(unknowns) * 1e-9);
            var smoother = normal.Cholesky().Solve(rows.Transpose()).MapIndexed((_, row, value) => value * near[row], Zeros.Include);
            return (smoother * right, smoother, radius);
        }
    }
}
