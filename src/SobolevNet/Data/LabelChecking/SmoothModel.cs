using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Polynomials of the inputs up to some total degree, fitted to one half of the samples to be used on the other half: so that a model knows nothing of
/// the noise in the samples that it is used on.
/// </summary>
/// <remarks>Products of Chebyshev polynomials of u = ξ/√(9 + ξ²), ξ being an input in standard deviations: bounded, so outliers do no harm.</remarks>
internal sealed class SmoothModel
{
    private const int MaxTerms = 120;
    private const double Bound = 3;

    private readonly LabelSamples _data;
    private readonly int[] _inputs;
    private readonly double[] _inverseDeviation;
    private readonly (int Variable, int Degree)[][] _terms;
    private readonly int _width;
    private readonly double[] _values;
    private readonly Matrix<double>?[] _solvers = new Matrix<double>?[2];

    /// <summary>Prepares the fits.</summary>
    /// <param name="data">Normalized samples; the halves are those of even and odd number.</param>
    /// <param name="maxInputs">The number of moving inputs above which the model is a constant.</param>
    /// <param name="samplesOfTerm">The number of samples that a term takes.</param>
    public SmoothModel(LabelSamples data, int maxInputs, int samplesOfTerm = 12)
    {
        _data = data;
        int n = data.Input.Features;
        double[] squares = new double[n];
        for (int s = 0; s < data.Count; s++)
        {
            for (int f = 0; f < n; f++)
            {
                squares[f] += data.Input[0, s, f] * data.Input[0, s, f] / data.Count;
            }
        }

        _inputs = [.. Enumerable.Range(0, n).Where(f => squares[f] > 0)];
        if (_inputs.Length > maxInputs)
        {
            _inputs = [];
        }

        _inverseDeviation = [.. _inputs.Select(f => 1 / Math.Sqrt(squares[f]))];
        _terms = TermsOf(_inputs.Length, Math.Min(MaxTerms, data.Count / samplesOfTerm));
        _width = 1 + Math.Max(1, _terms.Max(term => term.Sum(factor => factor.Degree)));
        Degree = _terms.Count(term => term.Sum(factor => factor.Degree) == 2) == _inputs.Length && _inputs.Length > 1 ? 1 : _terms.Max(term => term.Sum(factor => factor.Degree));
        _values = new double[data.Count * _terms.Length];
        for (int s = 0; s < data.Count; s++)
        {
            Evaluate(data.Input.Row(0, s), _values.AsSpan(s * _terms.Length, _terms.Length));
        }
    }

    /// <summary>A model of few terms, or one of many if it predicts the values of the other half better.</summary>
    public static SmoothModel Best(LabelSamples data, int maxInputs)
    {
        var few = new SmoothModel(data, maxInputs);
        var many = new SmoothModel(data, maxInputs, samplesOfTerm: 5);
        return few.Terms == many.Terms || few.Missed() <= many.Missed() ? few : many;
    }

    /// <summary>The squares of what the model misses of the values of each half, fitted to the other.</summary>
    private double Missed()
    {
        double sum = 0;
        for (int output = 0; output < _data.Outputs; output++)
        {
            double[][] fits = [.. Enumerable.Range(0, 2).Select(half => Fit(half, s => _data.Target[0, s, output]))];
            sum += Enumerable.Range(0, _data.Count).Sum(s => Math.Pow(At(fits[1 - (s % 2)], s) - _data.Target[0, s, output], 2));
        }

        return sum;
    }

    /// <summary>The number of terms.</summary>
    public int Terms => _terms.Length;

    /// <summary>The highest total degree of which the model has all terms.</summary>
    public int Degree { get; }

    /// <summary>Coefficients fitted to the samples of one half.</summary>
    public double[] Fit(int half, Func<int, double> response)
    {
        int count = _terms.Length;
        var right = Vector<double>.Build.Dense(count);
        for (int s = half; s < _data.Count; s += 2)
        {
            double y = response(s);
            for (int j = 0; j < count; j++)
            {
                right[j] += _values[(s * count) + j] * y;
            }
        }

        return [.. (_solvers[half] ??= Inverse(half)) * right];
    }

    /// <summary>The model's value at a sample.</summary>
    public double At(double[] coefficients, int sample) =>
        System.Numerics.Tensors.TensorPrimitives.Dot<double>(coefficients, _values.AsSpan(sample * _terms.Length, _terms.Length));

    /// <summary>The terms at any place.</summary>
    public void Evaluate(ReadOnlySpan<double> x, Span<double> terms)
    {
        Span<double> table = stackalloc double[Math.Max(1, _inputs.Length * _width)];
        for (int i = 0; i < _inputs.Length; i++)
        {
            double xi = x[_inputs[i]] * _inverseDeviation[i];
            Chebyshev(xi / Math.Sqrt((Bound * Bound) + (xi * xi)), table.Slice(i * _width, _width));
        }

        for (int j = 0; j < terms.Length; j++)
        {
            double product = 1;
            foreach (var (variable, degree) in _terms[j])
            {
                product *= table[(variable * _width) + degree];
            }

            terms[j] = product;
        }
    }

    /// <summary>The model's derivatives by all input features at a sample.</summary>
    public void Gradient(double[] coefficients, int sample, Span<double> gradient)
    {
        gradient.Clear();
        Span<double> table = stackalloc double[Math.Max(1, _inputs.Length * _width)];
        Span<double> slopes = stackalloc double[table.Length];
        for (int i = 0; i < _inputs.Length; i++)
        {
            double xi = _data.Input[0, sample, _inputs[i]] * _inverseDeviation[i];
            double root = Math.Sqrt((Bound * Bound) + (xi * xi));
            var values = table.Slice(i * _width, _width);
            Chebyshev(xi / root, values);
            ChebyshevSlopes(xi / root, values, slopes.Slice(i * _width, _width));
            for (int degree = 0; degree < _width; degree++)
            {
                slopes[(i * _width) + degree] *= Bound * Bound / (root * root * root) * _inverseDeviation[i];
            }
        }

        for (int j = 0; j < _terms.Length; j++)
        {
            var term = _terms[j];
            foreach (var (variable, degree) in term)
            {
                double product = coefficients[j] * slopes[(variable * _width) + degree];
                foreach (var (other, otherDegree) in term)
                {
                    product *= other == variable ? 1 : table[(other * _width) + otherDegree];
                }

                gradient[_inputs[variable]] += product;
            }
        }
    }

    private static void Chebyshev(double u, Span<double> values)
    {
        values[0] = 1;
        values[1] = u;
        for (int k = 2; k < values.Length; k++)
        {
            values[k] = (2 * u * values[k - 1]) - values[k - 2];
        }
    }

    private static void ChebyshevSlopes(double u, ReadOnlySpan<double> values, Span<double> slopes)
    {
        slopes[0] = 0;
        slopes[1] = 1;
        for (int k = 2; k < slopes.Length; k++)
        {
            slopes[k] = (2 * values[k - 1]) + (2 * u * slopes[k - 1]) - slopes[k - 2];
        }
    }

    /// <summary>All products up to the highest total degree, at most 8, that leaves no more than so many terms.</summary>
    private static (int Variable, int Degree)[][] TermsOf(int variables, int most)
    {
        var terms = new List<(int, int)[]> { Array.Empty<(int, int)>() };
        var last = new List<(int Variable, int Degree)[]> { Array.Empty<(int, int)>() };
        for (int degree = 1; degree <= 8 && variables > 0; degree++)
        {
            var next = new List<(int Variable, int Degree)[]>();
            foreach (var term in last)
            {
                // Each term once: factors in rising order of their variables.
                for (int v = term.Length == 0 ? 0 : term[^1].Variable; v < variables && terms.Count + next.Count <= most; v++)
                {
                    next.Add(term.Length > 0 && term[^1].Variable == v ? [.. term[..^1], (v, term[^1].Degree + 1)] : [.. term, (v, 1)]);
                }
            }

            if (terms.Count + next.Count > most)
            {
                // Too many products, but perhaps not too many squares.
                if (degree == 2 && terms.Count + variables <= most)
                {
                    terms.AddRange(Enumerable.Range(0, variables).Select(v => new[] { (v, 2) }));
                }

                break;
            }

            terms.AddRange(next);
            last = next;
        }

        return [.. terms];
    }

    private Matrix<double> Inverse(int half)
    {
        int count = _terms.Length;
        double[] normal = new double[count * count];
        for (int s = half; s < _data.Count; s += 2)
        {
            var row = _values.AsSpan(s * count, count);
            for (int j = 0; j < count; j++)
            {
                var target = normal.AsSpan(j * count, count);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd<double>(row, row[j], target, target);
            }
        }

        double largest = Enumerable.Range(0, count).Max(j => normal[(j * count) + j]);
        var matrix = Matrix<double>.Build.Dense(count, count, normal);
        for (int j = 0; j < count; j++)
        {
            matrix[j, j] += 1e-9 * largest;
        }

        return matrix.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(count));
    }
}
