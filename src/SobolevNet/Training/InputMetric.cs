using System.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet;

/// <summary>How much the labels change along the directions of the input space, as a matrix that the first layer is trained through.</summary>
/// <remarks>
/// <para>
/// With z the standardized input and C = mean_s Σ_f u_f (∂y_f/∂z)(∂y_f/∂z)ᵀ = U Λ Uᵀ, the metric is
/// M = U S Uᵀ / σ, Sₖ = max(<see cref="Least"/>, √(Λₖ/Λ₁)), σ the deviation of the input along the first axis: the features M z
/// vary along a direction as much as the labels do. Trained is V in W₁ = V M.
/// </para>
/// <para>
/// Where a function of many inputs depends on few combinations of them (a basket option on one), its derivatives say so at once,
/// while an optimizer that takes steps of one size in all directions would go on to fit the labels' noise along the others.
/// Source: the differential principal components of B. Huge and A. Savine, "Axes that Matter: PCA with a Difference".
/// </para>
/// </remarks>
internal static class InputMetric
{
    /// <summary>The most inputs that are taken for quantities of their own, as for standardization.</summary>
    private const int MaxInputs = Standardization.MaxSeparateInputs;

    /// <summary>
    /// The least of Sₖ: along a direction that the labels do not change along at all the first layer is still trained, slowly. With
    /// few samples it is larger, since fewer gradients than inputs are zero along some direction anyway.
    /// </summary>
    private const double Least = 0.001;

    /// <summary>Measures the metric of a source.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The training data; at most 4,096 samples of it are looked at.</param>
    /// <param name="scaling">How inputs are standardized; not at all if null.</param>
    /// <param name="outputWeights">u_f of each output.</param>
    /// <returns>M, symmetric, shape (inputs, inputs); null if the source does not give derivatives by each of its 2 to 64 inputs.</returns>
    public static double[]? Measure<T>(IJetSource<T> source, FeatureScaling<T>? scaling, ReadOnlySpan<double> outputWeights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = source.InputFeatures;
        if (n is < 2 or > MaxInputs || source.Layout.Order == 0 || source.Layout.Tangents != n || source.Layout.Firsts.Length != n)
        {
            return null;
        }

        double[] scales = new double[n];
        for (int i = 0; i < n; i++)
        {
            scales[i] = scaling is null ? 1 : double.CreateTruncating(scaling.Scale[i]);
        }

        var gradients = Matrix<double>.Build.Dense(n, n);
        var squares = Matrix<double>.Build.Dense(n, n);
        double[] mean = new double[n];
        double[] z = new double[n];
        double[] gradient = new double[n];
        var layout = source.Layout.Truncate(1);
        var (input, target) = (new JetBatch<T>(layout, 1, n), new JetBatch<T>(layout, 1, source.OutputFeatures));
        int count = Math.Min(source.Count, SourceStatistics.MaxSamples);
        for (int s = 0; s < count; s++)
        {
            source.Fill([(long)s * source.Count / count], input.AsSpan(), target.AsSpan());
            if (!TangentsAreInputs(input))
            {
                return null;
            }

            for (int i = 0; i < n; i++)
            {
                z[i] = double.CreateTruncating(input[0, 0, i]) / scales[i];
                mean[i] += z[i] / count;
            }

            AddSquare(squares, z, 1.0 / count);
            for (int f = 0; f < source.OutputFeatures; f++)
            {
                for (int i = 0; i < n; i++)
                {
                    gradient[i] = scales[i] * double.CreateTruncating(target[1 + i, 0, f]);
                }

                AddSquare(gradients, gradient, outputWeights[f] / count);
            }
        }

        AddSquare(squares, mean, -1);
        return Of(gradients, squares, Math.Min(1, Math.Max(Least, (double)n / count)));
    }

    /// <summary>A ← A + w v vᵀ.</summary>
    private static void AddSquare(Matrix<double> sum, double[] vector, double weight)
    {
        for (int i = 0; i < vector.Length; i++)
        {
            for (int j = 0; j < vector.Length; j++)
            {
                sum[i, j] += weight * vector[i] * vector[j];
            }
        }
    }

    /// <summary>M of the second moments of the gradient and the covariance of the inputs; null if a size is missing.</summary>
    private static double[]? Of(Matrix<double> gradients, Matrix<double> covariance, double least)
    {
        var decomposition = gradients.Evd(Symmetricity.Symmetric);
        var vectors = decomposition.EigenVectors;
        var squares = decomposition.EigenValues.Real();
        int first = squares.MaximumIndex();
        var axis = vectors.Column(first);
        double spread = Math.Sqrt(Math.Max(0, axis * covariance * axis));
        if (!(squares[first] > 0) || !(spread > 0) || !double.IsFinite(squares[first] / spread))
        {
            return null;
        }

        var sizes = squares.Map(square => Math.Max(least, Math.Sqrt(Math.Max(0, square) / squares[first])) / spread);
        return (vectors * Matrix<double>.Build.DenseOfDiagonalVector(sizes) * vectors.Transpose()).ToRowMajorArray();
    }

    /// <summary>Whether tangent i is input i: ∂xⱼ/∂rᵢ = δᵢⱼ.</summary>
    private static bool TangentsAreInputs<T>(JetBatch<T> input)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < input.Features; i++)
        {
            for (int j = 0; j < input.Features; j++)
            {
                if (input[1 + i, 0, j] != (i == j ? T.One : T.Zero))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
