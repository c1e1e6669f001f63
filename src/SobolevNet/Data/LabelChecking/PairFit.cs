using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet;

/// <summary>
/// One output's <see cref="PairEquations"/> solved for a factor of each supplied derivative: 1 for a right one, −1 for a wrong sign, 2 for one that
/// is half as large as it should be.
/// </summary>
internal sealed class PairFit
{
    private readonly PairEquations _equations;
    private readonly int[] _components;
    private readonly int _output;
    private readonly double _total;

    /// <summary>Solves by least squares, each pair weighted by its inverse squared distance so that relative errors count.</summary>
    /// <param name="equations">The differences.</param>
    /// <param name="components">The component of the derivative that belongs to each tangent.</param>
    /// <param name="output">The output feature.</param>
    public PairFit(PairEquations equations, int[] components, int output)
    {
        _equations = equations;
        _components = components;
        _output = output;
        int p = components.Length;
        double median = Median(equations.Distance);
        var (all, allRight, total) = Normal(_ => true);
        var (near, nearRight, _) = Normal(pair => equations.Distance[pair] <= median);
        _total = total;
        Scale = new double[p];
        Uncertainty = new double[p];
        Array.Fill(Scale, double.NaN);
        Array.Fill(Uncertainty, double.PositiveInfinity);
        ResidualAsSupplied = Residual(components, [.. components.Select(_ => output)]);
        if (total == 0)
        {
            ResidualScaled = 0;
            return;
        }

        int[] used = [.. Enumerable.Range(0, p).Where(k => all[k, k] > 1e-12 * total)];
        var (scale, inverse) = Solve(all, allRight, used);
        var (scaleNear, _) = Solve(near, nearRight, used);
        ResidualScaled = ScaledResidual(scale, all, allRight, used);

        // Pairs share samples, so that there are fewer independent equations than pairs.
        double freedom = Math.Max(1, Math.Min(equations.From.Length, 2 * equations.Data.Count) - used.Length);
        double variance = ResidualScaled * total / freedom;
        for (int k = 0; k < used.Length; k++)
        {
            double statistical = 2 * Math.Sqrt(variance * inverse[k, k]);
            Scale[used[k]] = scale[k];
            Uncertainty[used[k]] = Math.Sqrt(Math.Pow(statistical, 2) + Math.Pow(scale[k] - scaleNear[k], 2));
        }
    }

    /// <summary>The factor of each tangent's derivative; NaN if it has no effect on the differences.</summary>
    public double[] Scale { get; }

    /// <summary>Statistical error with the drift between near pairs and all pairs; infinite where the factor is NaN.</summary>
    public double[] Uncertainty { get; }

    /// <summary>The share of the differences' squares that the derivatives leave unexplained as they are.</summary>
    public double ResidualAsSupplied { get; }

    /// <summary>The same after each derivative is multiplied by its factor.</summary>
    public double ResidualScaled { get; }

    /// <summary>The unexplained share if other components, perhaps of other outputs, stand for the derivatives.</summary>
    public double Residual(ReadOnlySpan<int> components, ReadOnlySpan<int> outputs)
    {
        if (_total == 0)
        {
            return 0;
        }

        var target = _equations.Data.Target;
        int p = components.Length;
        int m = _equations.Data.Outputs;
        double sum = 0;
        for (int pair = 0; pair < _equations.From.Length; pair++)
        {
            double rest = _equations.Response[(pair * m) + _output];
            for (int k = 0; k < p; k++)
            {
                rest -= (_equations.FromFactor[(pair * p) + k] * target[components[k], _equations.From[pair], outputs[k]])
                    + (_equations.ToFactor[(pair * p) + k] * target[components[k], _equations.To[pair], outputs[k]]);
            }

            sum += Weight(pair) * rest * rest;
        }

        return sum / _total;
    }

    private double Weight(int pair) => 1 / (_equations.Distance[pair] * _equations.Distance[pair]);

    private (double[,] Matrix, double[] Right, double Total) Normal(Func<int, bool> includes)
    {
        var target = _equations.Data.Target;
        int p = _components.Length;
        int m = _equations.Data.Outputs;
        var matrix = new double[p, p];
        double[] right = new double[p];
        double total = 0;
        double[] feature = new double[p];
        for (int pair = 0; pair < _equations.From.Length; pair++)
        {
            if (!includes(pair))
            {
                continue;
            }

            double weight = Weight(pair);
            double response = _equations.Response[(pair * m) + _output];
            total += weight * response * response;
            for (int k = 0; k < p; k++)
            {
                feature[k] = (_equations.FromFactor[(pair * p) + k] * target[_components[k], _equations.From[pair], _output])
                    + (_equations.ToFactor[(pair * p) + k] * target[_components[k], _equations.To[pair], _output]);
                right[k] += weight * feature[k] * response;
                for (int l = 0; l <= k; l++)
                {
                    matrix[k, l] += weight * feature[k] * feature[l];
                }
            }
        }

        for (int k = 0; k < p; k++)
        {
            for (int l = 0; l < k; l++)
            {
                matrix[l, k] = matrix[k, l];
            }
        }

        return (matrix, right, total);
    }

    /// <summary>Solves the normal equations of the used columns, each scaled to unit diagonal; gives the inverse too.</summary>
    private static (double[] Solution, double[,] Inverse) Solve(double[,] matrix, double[] right, int[] used)
    {
        if (used.Length == 0)
        {
            return ([], new double[0, 0]);
        }

        double[] length = [.. used.Select(k => matrix[k, k] > 0 ? Math.Sqrt(matrix[k, k]) : 1)];
        var scaled = Matrix<double>.Build.Dense(
            used.Length, used.Length, (k, l) => (matrix[used[k], used[l]] / (length[k] * length[l])) + (k == l ? 1e-10 : 0));
        var inverse = scaled.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(used.Length));
        var solution = inverse * Vector<double>.Build.Dense(used.Length, k => right[used[k]] / length[k]);
        var unscaled = new double[used.Length, used.Length];
        for (int k = 0; k < used.Length; k++)
        {
            for (int l = 0; l < used.Length; l++)
            {
                unscaled[k, l] = inverse[k, l] / (length[k] * length[l]);
            }
        }

        return ([.. solution.Select((value, k) => value / length[k])], unscaled);
    }

    private double ScaledResidual(double[] scale, double[,] matrix, double[] right, int[] used)
    {
        double sum = _total;
        for (int k = 0; k < used.Length; k++)
        {
            sum -= 2 * scale[k] * right[used[k]];
            for (int l = 0; l < used.Length; l++)
            {
                sum += scale[k] * scale[l] * matrix[used[k], used[l]];
            }
        }

        return Math.Max(0, sum) / _total;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
