using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Do the labels of one output explain the differences between neighbors, one by one? And if not: do the labels times a factor of each column, or exchanged?
/// </summary>
/// <remarks>
/// It can only tell where neighbors are near and noise is small: an explanation must leave at most a tenth of the differences' squares. The factors
/// come from <see cref="PairRegression"/>, with the labels themselves in the place of a model of them, so that a column's factor does not lean on other columns.
/// </remarks>
internal sealed class NearTest
{
    /// <summary>The share of the differences' squares that an explanation may leave between neighbors that are close enough.</summary>
    public const double GoodResidual = 0.1;

    /// <summary>How much less than the labels as supplied another explanation must leave.</summary>
    private const double Improvement = 0.3;

    /// <summary>How far a factor may be from 1 and still pass.</summary>
    private const double Tolerance = 0.2;

    private readonly SamplePairs _pairs;
    private readonly LabelSamples _data;
    private readonly double[] _differences;
    private readonly int[] _components;
    private readonly double[][]? _slopes;
    private readonly double[] _gap;
    private readonly double _total;

    /// <summary>Prepares the test of one output.</summary>
    /// <param name="pairs">Neighbors.</param>
    /// <param name="data">The samples.</param>
    /// <param name="differences">The difference to be explained, one number a pair.</param>
    /// <param name="components">The component of the derivative that belongs to each tangent.</param>
    /// <param name="output">The output feature.</param>
    /// <param name="slopes">Slopes of a model of the values, a column for each tangent; null if there is none.</param>
    /// <param name="hasFewValues">Whether the input takes only few different values along each tangent.</param>
    public NearTest(SamplePairs pairs, LabelSamples data, double[] differences, int[] components, int output, double[][]? slopes, bool[] hasFewValues)
    {
        _pairs = pairs;
        _data = data;
        _differences = differences;
        _components = components;
        Output = output;
        _slopes = slopes;
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            _total += Math.Pow(differences[pair] / pairs.Distance[pair], 2);
        }

        // Along a tangent of few values, slopes between them are not known; see AverageTest.
        _gap = [.. components.Select((c, k) => hasFewValues[k] ? 2 * Math.Sqrt(Differences(k, c, -1) / Math.Max(double.Epsilon, Differences(k, c, 1))) : 0)];
        var all = Solve(Enumerable.Range(0, pairs.Count));
        double median = MathNet.Numerics.Statistics.Statistics.Median(pairs.Distance);
        var near = Solve(Enumerable.Range(0, pairs.Count).Where(pair => pairs.Distance[pair] <= median));
        Scale = [.. all.Select(column => column.Scale)];
        Uncertainty = [.. all.Zip(near, (a, b) => double.IsFinite(a.Scale)
            ? Math.Sqrt(Math.Pow(2 * a.ScaleError, 2) + Math.Pow(double.IsFinite(b.Scale) ? a.Scale - b.Scale : 0, 2))
            : double.PositiveInfinity)];
        ResidualAsSupplied = Residual([.. components.Select(_ => 1.0)], components, [.. components.Select(_ => output)]);
        ResidualScaled = Residual(
            [.. Scale.Select(scale => double.IsFinite(scale) ? scale : 0)], components, [.. components.Select(_ => output)]);
    }

    /// <summary>The output feature.</summary>
    public int Output { get; }

    /// <summary>The factor of each tangent's derivative: 1 for a right one, −1 for a wrong sign; NaN if it has no effect on the differences.</summary>
    public double[] Scale { get; }

    /// <summary>Two standard errors with the drift between the nearer half of the pairs and all pairs; infinite where the factor is NaN.</summary>
    public double[] Uncertainty { get; }

    /// <summary>The share of the differences' squares that the derivatives leave unexplained as they are.</summary>
    public double ResidualAsSupplied { get; }

    /// <summary>The same after each derivative is multiplied by its factor.</summary>
    public double ResidualScaled { get; }

    /// <summary>Names the simplest mistake that explains the differences; none if the labels do; inconclusive if nothing does.</summary>
    /// <param name="candidates">The components that may have been exchanged: all of the same order.</param>
    public List<LabelVerdict> Diagnose(int[] candidates)
    {
        var columns = Enumerable.Range(0, _components.Length);
        if (ResidualAsSupplied <= GoodResidual && !columns.Any(k => IsOff(k) || Math.Abs(Scale[k] - 1) > Math.Max(0.5, 2 * Uncertainty[k])))
        {
            return [];
        }

        var exchanged = Exchanged(candidates);
        if (exchanged.Count > 0)
        {
            return exchanged;
        }

        if (ResidualScaled <= GoodResidual && ResidualScaled <= Improvement * ResidualAsSupplied && columns.Any(IsOff))
        {
            return [.. columns.Where(IsOff).Select(k => LabelVerdict.OfScale(_components[k], Output, Scale[k], Uncertainty[k], Tolerance))];
        }

        return [LabelVerdict.Open(Output)];
    }

    /// <summary>The unexplained share if other components, perhaps of other outputs, stand for the derivatives.</summary>
    public double Residual(double[] factors, int[] components, int[] outputs)
    {
        if (_total == 0)
        {
            return 0;
        }

        int p = components.Length;
        double sum = 0;
        for (int pair = 0; pair < _pairs.Count; pair++)
        {
            double rest = _differences[pair];
            for (int k = 0; k < p; k++)
            {
                rest -= factors[k] * Term(pair, k, components[k], outputs[k]);
            }

            sum += Math.Pow(rest / _pairs.Distance[pair], 2);
        }

        return sum / _total;
    }

    /// <summary>The weighted squares of a column's sums (sign 1) or differences (sign −1) between both ends.</summary>
    private double Differences(int k, int component, int sign) => Enumerable.Range(0, _pairs.Count).Sum(pair => Math.Pow(
        _pairs.FromFactor[(pair * _components.Length) + k] / _pairs.Distance[pair]
        * (_data.Target[component, _pairs.From[pair], Output] + (sign * _data.Target[component, _pairs.To[pair], Output])), 2));

    private double Term(int pair, int k, int component, int output)
    {
        int index = (pair * _components.Length) + k;
        return (_pairs.FromFactor[index] * _data.Target[component, _pairs.From[pair], output])
            + (_pairs.ToFactor[index] * _data.Target[component, _pairs.To[pair], output]);
    }

    private PairRegression.Column[] Solve(IEnumerable<int> included)
    {
        int[] chosen = [.. included];
        int p = _components.Length;
        int width = _slopes is null ? 2 : 3;
        int[] from = [.. chosen.Select(pair => _pairs.From[pair])];
        int[] to = [.. chosen.Select(pair => _pairs.To[pair])];
        var rest = Vector<double>.Build.Dense(chosen.Length);
        var supplied = Matrix<double>.Build.Dense(chosen.Length, p);
        var directions = Matrix<double>.Build.Dense(chosen.Length, p * width);
        for (int row = 0; row < chosen.Length; row++)
        {
            // Each pair is weighted by its inverse squared distance, so that relative errors count.
            int pair = chosen[row];
            double weight = 1 / _pairs.Distance[pair];
            rest[row] = weight * _differences[pair];
            for (int k = 0; k < p; k++)
            {
                double a = weight * _pairs.FromFactor[(pair * p) + k];
                double b = weight * _pairs.ToFactor[(pair * p) + k];
                double term = weight * Term(pair, k, _components[k], Output);
                rest[row] -= term;
                supplied[row, k] = term;
                directions[row, k * width] = term;
                directions[row, (k * width) + 1] = a + b;
                if (_slopes is not null)
                {
                    directions[row, (k * width) + 2] = (a * _slopes[k][from[row]]) + (b * _slopes[k][to[row]]);
                }
            }
        }

        return PairRegression.Solve(new SamplePairs(from, to, [], [], []), _data.Count, rest, supplied, directions, width);
    }

    private bool IsOff(int k) => double.IsFinite(Scale[k]) && Math.Abs(Scale[k] - 1) > Math.Max(Math.Max(Tolerance, _gap[k]), 4 * Uncertainty[k]);

    private List<LabelVerdict> Exchanged(int[] candidates)
    {
        double[][] expected = new double[_components.Length][];
        for (int k = 0; k < expected.Length; k++)
        {
            if (ResidualScaled <= GoodResidual && double.IsFinite(Scale[k]))
            {
                expected[k] = [.. Column(_components[k]).Select(value => value * Scale[k])];
            }
            else if (_slopes is not null)
            {
                expected[k] = _slopes[k][.._data.Count];
            }
            else
            {
                return [];
            }
        }

        int[] match = LabelVerdict.Assign(expected, _components, candidates, [.. candidates.Select(Column)]);
        int[] moved = [.. Enumerable.Range(0, match.Length).Where(k => match[k] != _components[k])];
        double residual = moved.Length == 0 ? 1 : Residual([.. match.Select(_ => 1.0)], match, [.. match.Select(_ => Output)]);
        bool asGoodAsScales = ResidualScaled > GoodResidual || residual <= (3 * ResidualScaled) + 1e-5;
        return residual <= GoodResidual && residual <= Improvement * ResidualAsSupplied && asGoodAsScales
            ? [.. moved.Select(k => new LabelVerdict(LabelProblem.SwappedAxes, _components[k], Output, double.NaN, match[k]))]
            : [];
    }

    private double[] Column(int component) => [.. Enumerable.Range(0, _data.Count).Select(s => _data.Target[component, s, Output])];
}
