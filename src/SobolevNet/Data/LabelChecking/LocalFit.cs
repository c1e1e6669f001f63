using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet;

/// <summary>
/// Derivatives estimated from values alone: a linear and a quadratic function fitted around some samples, which are left
/// out of their own fit so that the fit's prediction of them tells how far to trust it.
/// </summary>
internal sealed class LocalFit
{
    private const int MaxCenters = 64;
    private const int MaxQuadraticUnknowns = 120;

    private readonly LabelSamples _data;
    private readonly NeighborFrames _frames;
    private readonly bool _ambient;
    private readonly List<Center> _centers;

    private LocalFit(LabelSamples data, NeighborFrames frames, bool ambient, List<Center> centers)
    {
        _data = data;
        _frames = frames;
        _ambient = ambient;
        _centers = centers;
    }

    /// <summary>A fit's coefficients are weighted sums of the neighbors' values: shape (unknowns, neighbors).</summary>
    private sealed record Center(int Sample, int[] Neighbors, Matrix<double> Linear, Matrix<double>? Quadratic);

    /// <summary>The samples fitted around.</summary>
    public IEnumerable<int> Centers => _centers.Select(center => center.Sample);

    /// <summary>Prepares the fits.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="frames">Their tangents.</param>
    /// <param name="ambient">
    /// False: in coordinates of the tangents, with neighbors that lie along them. True: in all input features, for samples that
    /// fill the input space while the tangents do not.
    /// </param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The fits; null if there are too few neighbors for any.</returns>
    public static LocalFit? Build(LabelSamples data, NeighborFrames frames, bool ambient, CancellationToken cancellationToken)
    {
        int d = ambient ? data.Input.Features : data.Tangents;
        int linear = 1 + d;
        int quadratic = linear + (d * (d + 1) / 2);
        bool mayBeQuadratic = quadratic <= MaxQuadraticUnknowns && 2 * quadratic < data.Count;
        int wanted = Math.Max(8, 2 * (mayBeQuadratic ? quadratic : linear));
        int least = Math.Max(linear + 3, (3 * linear) / 2);
        var centers = new List<Center>();
        int stride = ((data.Count - 1) / MaxCenters) + 1;
        double[] a = new double[d];
        for (int s = 0; s < data.Count; s += stride)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var neighbors = new List<int>();
            var coordinates = new List<double[]>();
            foreach (int t in frames.Nearest(s, 2 * wanted))
            {
                if (neighbors.Count == wanted)
                {
                    break;
                }

                if (!ambient && !frames.TryCoordinates(s, s, t, a))
                {
                    continue;
                }

                if (ambient)
                {
                    System.Numerics.Tensors.TensorPrimitives.Subtract(frames.Position(t), frames.Position(s), a);
                }

                neighbors.Add(t);
                coordinates.Add([.. a]);
            }

            if (neighbors.Count >= least)
            {
                bool fitsQuadratic = mayBeQuadratic && neighbors.Count >= quadratic + (quadratic / 2);
                int forLinear = Math.Min(neighbors.Count, Math.Max(8, 2 * linear));
                centers.Add(new Center(
                    s,
                    [.. neighbors],
                    Solve(coordinates[..forLinear], withSquares: false),
                    fitsQuadratic ? Solve(coordinates, withSquares: true) : null));
            }
        }

        return centers.Count >= Math.Min(8, data.Count / 2) && centers.Count > 0 ? new LocalFit(data, frames, ambient, centers) : null;
    }

    /// <summary>First derivatives of a component along every tangent, at the centers.</summary>
    /// <returns>
    /// For each tangent the estimates at the centers; their typical error, judged by how far the fits miss samples they have not
    /// seen; and the share of the component's variance that they predict there (1 is perfect, 0 or less is worthless).
    /// </returns>
    public (double[][] Firsts, double[] Error, double Predictability) Estimate(int component, int output)
    {
        double linear = Predict(component, output, quadratic: false);
        double quadratic = _centers.All(center => center.Quadratic is not null)
            ? Predict(component, output, quadratic: true)
            : double.NegativeInfinity;
        bool useQuadratic = quadratic > linear;
        double[][] firsts = [.. Enumerable.Range(0, _data.Tangents).Select(_ => new double[_centers.Count])];
        double[] gradient = new double[_ambient ? _data.Input.Features : _data.Tangents];
        double[] spread = new double[gradient.Length];
        double[] error = new double[firsts.Length];
        double miss = Miss(component, output, useQuadratic).Error / _centers.Count;
        for (int c = 0; c < _centers.Count; c++)
        {
            for (int f = 0; f < gradient.Length; f++)
            {
                gradient[f] = Coefficient(_centers[c], useQuadratic, 1 + f, component, output);
                spread[f] = miss * SquaredWeights(_centers[c], useQuadratic, 1 + f);
            }

            for (int k = 0; k < firsts.Length; k++)
            {
                firsts[k][c] = _ambient ? Along(_centers[c].Sample, k, gradient) : gradient[k];
                error[k] += (_ambient ? AlongSquared(_centers[c].Sample, k, spread) : spread[k]) / _centers.Count;
            }
        }

        return (firsts, [.. error.Select(Math.Sqrt)], Math.Max(linear, quadratic));
    }

    private double Along(int sample, int tangent, double[] gradient)
    {
        double sum = 0;
        for (int f = 0; f < gradient.Length; f++)
        {
            sum += _data.Input[1 + tangent, sample, f] * _frames.FeatureScale[f] * gradient[f];
        }

        return sum;
    }

    private double AlongSquared(int sample, int tangent, double[] variances)
    {
        double sum = 0;
        for (int f = 0; f < variances.Length; f++)
        {
            sum += Math.Pow(_data.Input[1 + tangent, sample, f] * _frames.FeatureScale[f], 2) * variances[f];
        }

        return sum;
    }

    private double Predict(int component, int output, bool quadratic)
    {
        var (error, variance) = Miss(component, output, quadratic);
        return variance > 0 ? 1 - (error / variance) : 1;
    }

    /// <summary>Squares of what the fits miss at their centers, and of the values' deviation from their mean there.</summary>
    private (double Error, double Variance) Miss(int component, int output, bool quadratic)
    {
        double mean = _centers.Average(center => _data.Target[component, center.Sample, output]);
        double error = 0;
        double variance = 0;
        foreach (var center in _centers)
        {
            double value = _data.Target[component, center.Sample, output];
            error += Math.Pow(Coefficient(center, quadratic, 0, component, output) - value, 2);
            variance += Math.Pow(value - mean, 2);
        }

        return (error, variance);
    }

    private static double SquaredWeights(Center center, bool quadratic, int unknown)
    {
        var weights = quadratic ? center.Quadratic! : center.Linear;
        double sum = 0;
        for (int k = 0; k < weights.ColumnCount; k++)
        {
            sum += weights[unknown, k] * weights[unknown, k];
        }

        return sum;
    }

    private double Coefficient(Center center, bool quadratic, int unknown, int component, int output)
    {
        var weights = quadratic ? center.Quadratic! : center.Linear;
        double sum = 0;
        for (int k = 0; k < weights.ColumnCount; k++)
        {
            sum += weights[unknown, k] * _data.Target[component, center.Neighbors[k], output];
        }

        return sum;
    }

    /// <summary>The matrix that takes the neighbors' values to the coefficients of 1, aᵢ and, if wanted, aᵢaⱼ.</summary>
    private static Matrix<double> Solve(List<double[]> coordinates, bool withSquares)
    {
        int d = coordinates[0].Length;
        double[] reach = new double[d];
        for (int i = 0; i < d; i++)
        {
            reach[i] = coordinates.Max(a => Math.Abs(a[i]));
            reach[i] = reach[i] > 0 ? reach[i] : 1;
        }

        int unknowns = 1 + d + (withSquares ? d * (d + 1) / 2 : 0);
        double[] size = new double[unknowns];
        var terms = Matrix<double>.Build.Dense(coordinates.Count, unknowns);
        double farthest = coordinates.Max(a => Radius(a, reach)) * 1.001;
        double[] weights = [.. coordinates.Select(a => Math.Pow(1 - Math.Pow(Radius(a, reach) / farthest, 3), 1.5))];
        for (int row = 0; row < coordinates.Count; row++)
        {
            double[] a = coordinates[row];
            int column = 0;
            Set(row, column++, 1, 1);
            for (int i = 0; i < d; i++)
            {
                Set(row, column++, a[i] / reach[i], reach[i]);
            }

            for (int i = 0; withSquares && i < d; i++)
            {
                for (int j = i; j < d; j++)
                {
                    Set(row, column++, a[i] * a[j] / (reach[i] * reach[j]), reach[i] * reach[j]);
                }
            }
        }

        // Ridge far below anything that matters: it only keeps a direction without neighbors from dividing by zero.
        var normal = terms.TransposeThisAndMultiply(terms) + (Matrix<double>.Build.DenseIdentity(unknowns) * 1e-8);
        var solution = normal.Cholesky().Solve(terms.Transpose());
        solution.MapIndexedInplace((unknown, row, value) => value * weights[row] / size[unknown]);
        return solution;

        void Set(int row, int column, double term, double unit)
        {
            terms[row, column] = term * weights[row];
            size[column] = unit;
        }
    }

    private static double Radius(double[] a, double[] reach)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += Math.Pow(a[i] / reach[i], 2);
        }

        return Math.Sqrt(sum);
    }
}
