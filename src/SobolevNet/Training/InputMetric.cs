using System.Numerics;
using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet;

/// <summary>How much the labels change along the directions of the input space, as a matrix that the first layer is trained through.</summary>
/// <remarks>
/// <para>
/// With z the standardized input and C = mean_s Σ_f u_f (∂y_f/∂z)(∂y_f/∂z)ᵀ = U Λ Uᵀ, the metric is
/// M = U S Uᵀ / σ, Sₖ = max(<see cref="Least"/>, √(Λₖ/Λ₁)), σ the deviation of the input along the first axis: the features M z
/// vary along a direction as much as the labels do. Trained is V in W₁ = V M. An element of C is the mean over those samples and outputs in which both derivatives are known.
/// </para>
/// <para>
/// Where a function of many inputs depends on few combinations of them (a basket option on one), its derivatives say so at once,
/// while an optimizer that takes steps of one size in all directions would go on to fit the labels' noise along the others.
/// Source: the differential principal components of B. Huge and A. Savine, "Axes that Matter: PCA with a Difference".
/// </para>
/// </remarks>
internal static class InputMetric
{
    /// <summary>The most inputs. The decomposition takes their third power: 0.1 s for so many, and cannot be stopped.</summary>
    public const int MaxInputs = 256;

    /// <summary>
    /// The least of Sₖ: along a direction that the labels do not change along at all the first layer is still trained, slowly. With
    /// few samples it is larger, since fewer gradients than inputs are zero along some direction anyway.
    /// </summary>
    private const double Least = 0.001;

    /// <summary>Whether a source has derivatives by as many tangents as it has inputs, 2 or more, so that a metric may be made of them.</summary>
    /// <param name="source">The source.</param>
    /// <param name="componentWeights">v_c of each component; none may be 0, because labels that are not trained show no direction. Any if empty.</param>
    public static bool HasGradients<T>(IJetSource<T> source, ReadOnlySpan<double> componentWeights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = source.InputFeatures;
        return inputs >= 2 && source.Layout.Order > 0 && source.Layout.Tangents == inputs && source.Layout.Firsts.Length == inputs
            && (componentWeights.IsEmpty || !componentWeights.Slice(1, inputs).Contains(0));
    }

    /// <summary>Measures the metric of a source.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">The training data.</param>
    /// <param name="scaling">How inputs are standardized; not at all if null.</param>
    /// <param name="outputWeights">u_f of each output.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="time">Ends it.</param>
    /// <returns>M, symmetric, shape (inputs, inputs); null if the source does not give derivatives by each of its 2 to 256 inputs.</returns>
    public static double[]? Measure<T>(
        IJetSource<T> source, FeatureScaling<T>? scaling, ReadOnlySpan<double> outputWeights, WorkerTeam team, MeasuringTime time)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = source.InputFeatures;
        if (!HasGradients(source) || n > MaxInputs)
        {
            return null;
        }

        double[] scales = new double[n];
        for (int i = 0; i < n; i++)
        {
            scales[i] = scaling is null ? 1 : double.CreateTruncating(scaling.Scale[i]);
        }

        double[] weights = outputWeights.ToArray();
        Lane[] lanes = [.. Enumerable.Range(0, SourceSurvey.Lanes).Select(_ => new Lane(n, source.HasMissingLabels))];
        int[] inputs = [.. Enumerable.Range(0, n)];
        bool isKnown = !source.TangentInputs.IsEmpty;
        bool areInputs = !isKnown || source.TangentInputs.SequenceEqual(inputs);
        if (!areInputs)
        {
            return null;
        }

        SourceSurvey.Run(source, source.Layout.Truncate(1), team, time, (lane, samples, input, target) =>
        {
            for (int s = 0; s < input.Samples && Volatile.Read(ref areInputs); s++)
            {
                if (!isKnown && !UnitTangents.Are(input, s, inputs))
                {
                    Volatile.Write(ref areInputs, false);
                    return;
                }

                lanes[lane].Add(input, target, s, SampleWeights.Of(source, samples[s]), scales, weights);
            }
        });
        if (!areInputs)
        {
            return null;
        }

        var all = lanes[0];
        foreach (var lane in lanes.AsSpan(1))
        {
            all.Add(lane);
        }

        return Of(all.Gradients(), all.Covariance(), Math.Min(1, Math.Max(Least, (double)n / all.Count)));
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

    /// <summary>The sums of one lane: lower triangles, row by row, of symmetric matrices.</summary>
    private sealed class Lane(int inputs, bool hasMissingLabels)
    {
        private readonly double[] _gradients = new double[inputs * inputs];
        private readonly double[]? _known = hasMissingLabels ? new double[inputs * inputs] : null;
        private readonly double[] _mask = new double[inputs];
        private readonly double[] _deviations = new double[inputs * inputs];
        private readonly double[] _mean = new double[inputs];
        private readonly double[] _vector = new double[inputs];

        /// <summary>Samples taken in.</summary>
        public long Count { get; private set; }

        private double Weight { get; set; }

        /// <summary>The weight of all gradients, known or not.</summary>
        private double GradientWeight { get; set; }

        public Matrix<double> Gradients() => Symmetric(_gradients, _known);

        public Matrix<double> Covariance() => Symmetric(_deviations, null);

        public void Add<T>(JetSpan<T> input, JetSpan<T> target, int sample, double weight, double[] scales, double[] outputWeights)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (weight == 0)
            {
                return;
            }

            for (int f = 0; f < outputWeights.Length; f++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    double label = double.CreateTruncating(target[1 + i, sample, f]);
                    _mask[i] = double.IsNaN(label) ? 0 : 1;
                    _vector[i] = double.IsNaN(label) ? 0 : scales[i] * label;
                }

                AddSquare(_gradients, weight * outputWeights[f], _vector);
                GradientWeight += weight * outputWeights[f];
                if (_known is not null)
                {
                    AddSquare(_known, weight * outputWeights[f], _mask);
                }
            }

            // Welford's running mean and sum of squared deviations.
            Count++;
            double before = Weight;
            Weight += weight;
            for (int i = 0; i < inputs; i++)
            {
                _vector[i] = (double.CreateTruncating(input[0, sample, i]) / scales[i]) - _mean[i];
                _mean[i] += weight * _vector[i] / Weight;
            }

            AddSquare(_deviations, weight * (before / Weight), _vector);
        }

        public void Add(Lane other)
        {
            if (other.Count == 0)
            {
                return;
            }

            TensorPrimitives.Add(_gradients, other._gradients, _gradients);
            TensorPrimitives.Add(_deviations, other._deviations, _deviations);
            if (_known is not null)
            {
                TensorPrimitives.Add(_known, other._known!, _known);
            }

            double share = other.Weight / (Weight + other.Weight);
            for (int i = 0; i < inputs; i++)
            {
                _vector[i] = other._mean[i] - _mean[i];
                _mean[i] += share * _vector[i];
            }

            AddSquare(_deviations, share * Weight, _vector);
            Count += other.Count;
            Weight += other.Weight;
            GradientWeight += other.GradientWeight;
        }

        /// <summary>A ← A + w v vᵀ.</summary>
        private void AddSquare(double[] sums, double weight, double[] vector)
        {
            for (int i = 0; i < inputs; i++)
            {
                var row = sums.AsSpan(i * inputs, i + 1);
                TensorPrimitives.MultiplyAdd(vector.AsSpan(0, i + 1), weight * vector[i], row, row);
            }
        }

        /// <summary>Means of sums over samples; over those in which both derivatives are known, where some are missing.</summary>
        private Matrix<double> Symmetric(double[] sums, double[]? known) =>
            Matrix<double>.Build.Dense(inputs, inputs, (i, j) =>
            {
                int k = (Math.Max(i, j) * inputs) + Math.Min(i, j);
                double weight = known is null ? Weight : Weight * (known[k] / GradientWeight);
                return weight > 0 ? sums[k] / weight : 0;
            });
    }
}
