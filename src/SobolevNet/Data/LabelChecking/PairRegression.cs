using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Least squares over pairs of samples with all columns of labels at once: what each column leaves unexplained that no other column can explain.
/// </summary>
/// <remarks>
/// <para>
/// Every column has several directions (functions of the inputs times its coordinate of the difference). What a column's directions share with those of other
/// columns is taken from them first (partial regression), so that a mistake in another column, correlated or not, does not count here.
/// </para>
/// <para>
/// Standard errors come from sums over samples, not over pairs: they allow for pairs that share a sample and for noise whose size varies. The chance that
/// right labels leave as much is that of Fisher's F distribution, whose second degree of freedom falls where few samples matter.
/// </para>
/// </remarks>
internal static class PairRegression
{
    /// <summary>The part of a direction's square that must be its column's own; less is lost in rounding.</summary>
    private const double LeastShare = 1e-6;

    /// <summary>What the regression says of one column. Sizes are root mean squares over the pairs, of the parts that no other column explains.</summary>
    /// <param name="Wrong">Size of what the column's directions explain of the rest.</param>
    /// <param name="WrongError">Its standard error.</param>
    /// <param name="Label">Size of the label's part.</param>
    /// <param name="Right">Size of the label's part with what was wrong added.</param>
    /// <param name="Chance">The probability of a <paramref name="Wrong"/> as large if the labels are right.</param>
    /// <param name="Scale">The factor that the label needs if nothing but a factor is wrong; NaN if unknown.</param>
    /// <param name="ScaleError">Its standard error.</param>
    /// <param name="Share">The part of its coordinate's square that no other column explains.</param>
    public readonly record struct Column(
        double Wrong, double WrongError, double Label, double Right, double Chance, double Scale, double ScaleError, double Share)
    {
        public static Column Unknown { get; } = new(0, double.PositiveInfinity, 0, 0, 1, double.NaN, double.PositiveInfinity, 0);
    }

    /// <summary>Explains a rest.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="rest">What the labels leave unexplained, one number a pair.</param>
    /// <param name="supplied">The labels' terms, shape (pairs, p).</param>
    /// <param name="directions">
    /// Shape (pairs, p·width + others): for each column the label's term, or a model of it without noise; the coordinate itself; and more. Then others,
    /// which only explain.
    /// </param>
    /// <param name="width">Directions of each column, at least 2.</param>
    public static Column[] Solve(
        SamplePairs pairs, int samples, Vector<double> rest, Matrix<double> supplied, Matrix<double> directions, int width)
    {
        int p = supplied.ColumnCount;
        int q = directions.ColumnCount;
        var result = new Column[p];
        Array.Fill(result, Column.Unknown);

        // Pairs share samples, so that there are no more independent pairs than samples.
        if (Math.Min(pairs.Count, samples) <= q)
        {
            return result;
        }

        var length = directions.ColumnNorms(2).Map(norm => norm > 0 ? norm : 1, Zeros.Include);
        var z = directions.MapIndexed((_, column, value) => value / length[column], Zeros.Include);
        var identity = Matrix<double>.Build.DenseIdentity(q);
        var inverse = (z.TransposeThisAndMultiply(z) + (identity * 1e-9)).Cholesky().Solve(identity);
        var weights = z * inverse;
        var solution = weights.TransposeThisAndMultiply(rest);
        var labels = weights.TransposeThisAndMultiply(supplied);
        var error = rest - (z * solution);
        var labelRest = supplied - (z * labels);

        // Errors as if each pair had been left out: what a pair explains of itself alone counts for nothing.
        var leftOut = weights.PointwiseMultiply(z).RowSums().Map(leverage => 1 / Math.Max(1e-3, 1 - leverage), Zeros.Include);
        var predicted = error.MapIndexed((pair, value) => leftOut[pair] < 1e3 ? value * leftOut[pair] : rest[pair], Zeros.Include);
        double root = Math.Sqrt(pairs.Count);
        for (int k = 0; k < p; k++)
        {
            int first = k * width;
            var gram = inverse.SubMatrix(first, width, first, width).Inverse();
            var axes = ((gram + gram.Transpose()) / 2).Evd(Symmetricity.Symmetric);
            int[] kept = [.. Enumerable.Range(0, width).Where(i => axes.EigenValues[i].Real > LeastShare)];
            if (kept.Length == 0)
            {
                continue;
            }

            // Coordinates in an orthonormal basis of what is the column's own.
            var toOwn = Matrix<double>.Build.Dense(
                kept.Length, width, (i, j) => Math.Sqrt(axes.EigenValues[kept[i]].Real) * axes.EigenVectors[j, kept[i]]);
            var coefficients = solution.SubVector(first, width);
            var wrong = toOwn * coefficients;
            var label = toOwn.Column(0) * length[first];
            var blockWeights = weights.SubMatrix(0, pairs.Count, first, width);
            var scores = blockWeights * toOwn.Transpose();
            var (covariance, independent) = Covariance(pairs, samples, scores.MapIndexed((pair, _, value) => value * predicted[pair], Zeros.Include));
            double chance = 1;
            if (independent >= 4 && wrong.L2Norm() > 0)
            {
                // Rounding keeps labels without noise from having no error at all.
                double rounding = Math.Pow(1e-12 * (wrong.L2Norm() + label.L2Norm()), 2);
                double wald = wrong * (covariance + (Matrix<double>.Build.DenseIdentity(kept.Length) * rounding)).Inverse() * wrong;
                chance = 1 - FisherSnedecor.CDF(kept.Length, independent, wald / kept.Length);
            }

            var own = blockWeights * gram;
            var instrument = own.Column(0);
            double relevance = instrument * supplied.Column(k);
            double scale = double.NaN;
            double scaleError = double.PositiveInfinity;
            if (Math.Abs(relevance) > LeastShare * instrument.L2Norm() * supplied.Column(k).L2Norm() && instrument.L2Norm() > 0)
            {
                double change = (instrument * rest) / relevance;
                var left = error + (own * coefficients) - (change * (labelRest.Column(k) + (own * labels.Column(k).SubVector(first, width))));
                var score = instrument.PointwiseMultiply(left).PointwiseMultiply(leftOut) / relevance;
                scale = 1 + change;
                scaleError = Math.Sqrt(Covariance(pairs, samples, score.ToColumnMatrix()).Covariance[0, 0]);
            }

            result[k] = new Column(
                wrong.L2Norm() / root,
                Math.Sqrt(covariance.Diagonal().Maximum()) / root,
                label.L2Norm() / root,
                (wrong + label).L2Norm() / root,
                chance,
                scale,
                scaleError,
                gram[1, 1]);
        }

        return result;
    }

    /// <summary>
    /// Covariance of sums over pairs, and the number of independent pairs that matter to it. Each pair's score is booked at both of its samples: products
    /// of the samples' sums count every two pairs that share a sample, but each pair itself twice.
    /// </summary>
    private static (Matrix<double> Covariance, double Independent) Covariance(SamplePairs pairs, int samples, Matrix<double> scores)
    {
        var sums = Matrix<double>.Build.Dense(samples, scores.ColumnCount);
        for (int column = 0; column < scores.ColumnCount; column++)
        {
            for (int pair = 0; pair < pairs.Count; pair++)
            {
                sums[pairs.From[pair], column] += scores[pair, column];
                sums[pairs.To[pair], column] += scores[pair, column];
            }
        }

        var products = sums.TransposeThisAndMultiply(sums);
        double once = 0.5;
        for (int column = 0; column < scores.ColumnCount; column++)
        {
            double twice = scores.Column(column).DotProduct(scores.Column(column));
            once = products[column, column] > 0 ? Math.Max(once, 1 - (twice / products[column, column])) : once;
        }

        // The samples' shares in the statistic: if n of them have equal shares and the others none, n / 2 pairs matter.
        var leverages = (sums * products.PseudoInverse()).PointwiseMultiply(sums).RowSums();
        double square = leverages.DotProduct(leverages);
        return (products * once, square > 0 ? Math.Pow(leverages.Sum(), 2) / (2 * square) : Math.Min(pairs.Count, samples) / 2.0);
    }
}
