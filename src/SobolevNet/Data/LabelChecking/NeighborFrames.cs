using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace SobolevNet.LabelChecking;

/// <summary>
/// Neighboring samples and their differences in coordinates of the tangents: Δx ≈ Σₖ aₖ xₖ by least squares, xₖ being the
/// input's first derivatives at one of the two samples.
/// </summary>
internal sealed class NeighborFrames
{
    /// <summary>The part of Δx that the tangents may leave unexplained before a pair is not used.</summary>
    private const double MaxResidual = 0.3;

    /// <summary>An input of no more different values is known at these alone, not between them.</summary>
    private const int FewValues = 8;

    private readonly LabelSamples _data;
    private readonly double[] _positions;
    private readonly double[] _featureScale;
    private readonly Matrix<double>?[] _coordinates;

    public NeighborFrames(LabelSamples data)
    {
        _data = data;
        int n = data.Input.Features;
        _featureScale = FeatureScales(data);
        _positions = data.Input.Component(0).ToArray();
        for (int k = 0; k < _positions.Length; k++)
        {
            _positions[k] *= _featureScale[k % n];
        }

        TypicalSquare = 2 * TensorPrimitives.SumOfSquares<double>(_positions) / data.Count;
        _coordinates = new Matrix<double>?[data.Count];
        IsFlat = HasConstantTangents(data);
        HasFewValues = [.. Enumerable.Range(0, data.Tangents).Select(k => IsFlat && Enumerable.Range(0, n).All(
            f => data.Input[1 + k, 0, f] == 0 || Enumerable.Range(0, data.Count).Select(s => data.Input[0, s, f]).Distinct().Take(FewValues + 1).Count() <= FewValues))];
    }

    /// <summary>Whether every sample has the same straight tangents, as labels by input coordinates have.</summary>
    public bool IsFlat { get; }

    /// <summary>The mean square distance of two samples in scaled features, whose means are 0.</summary>
    public double TypicalSquare { get; }

    /// <summary>For each tangent, whether the input takes only few different values along it.</summary>
    public bool[] HasFewValues { get; }

    /// <summary>Factors that bring the input features to a common size.</summary>
    public ReadOnlySpan<double> FeatureScale => _featureScale;

    /// <summary>All other samples by rising distance, at most <paramref name="count"/>; copies of the sample are left out.</summary>
    public int[] Nearest(int sample, int count)
    {
        double[] distances = new double[_data.Count];
        int[] order = new int[_data.Count];
        int found = 0;
        for (int other = 0; other < _data.Count; other++)
        {
            double distance = Distance(sample, other);
            if (distance > 0)
            {
                distances[found] = distance;
                order[found++] = other;
            }
        }

        Array.Sort(distances, order, 0, found);
        return order[..Math.Min(found, count)];
    }

    /// <summary>Distance in scaled features.</summary>
    public double Distance(int a, int b) => TensorPrimitives.Distance<double>(Position(a), Position(b));

    /// <summary>Position in scaled features.</summary>
    public ReadOnlySpan<double> Position(int sample) => _positions.AsSpan(sample * _data.Input.Features, _data.Input.Features);

    /// <summary>Coordinates of x(to) − x(from) in the tangents of a sample.</summary>
    /// <returns>Whether the tangents explain the difference.</returns>
    public bool TryCoordinates(int frame, int from, int to, Span<double> coordinates)
    {
        int n = _data.Input.Features;
        Span<double> difference = n <= 256 ? stackalloc double[n] : new double[n];
        TensorPrimitives.Subtract(Position(to), Position(from), difference);
        Project(frame, difference, coordinates);
        double length = TensorPrimitives.Norm<double>(difference);
        for (int k = 0; k < coordinates.Length; k++)
        {
            var tangent = _data.Input.Row(1 + k, frame);
            for (int f = 0; f < n; f++)
            {
                difference[f] -= coordinates[k] * tangent[f] * _featureScale[f];
            }
        }

        return TensorPrimitives.Norm<double>(difference) <= MaxResidual * length;
    }

    /// <summary>Coordinates of a vector of scaled features in the tangents of a sample, by least squares.</summary>
    public void Project(int frame, ReadOnlySpan<double> vector, Span<double> coordinates)
    {
        var matrix = _coordinates[IsFlat ? 0 : frame] ??= PseudoInverse(frame);
        for (int k = 0; k < coordinates.Length; k++)
        {
            double sum = 0;
            for (int f = 0; f < vector.Length; f++)
            {
                sum += matrix[k, f] * vector[f];
            }

            coordinates[k] = sum;
        }
    }

    private Matrix<double> PseudoInverse(int frame)
    {
        int n = _data.Input.Features;
        var tangents = Matrix<double>.Build.Dense(_data.Tangents, n, (k, f) => _data.Input[1 + k, frame, f] * _featureScale[f]);
        var gram = tangents.TransposeAndMultiply(tangents);

        // Tangents of very different length are brought to length 1 first; a missing one then only gets coordinate 0.
        double[] length = [.. gram.Diagonal().Select(square => square > 0 ? Math.Sqrt(square) : 1)];
        var scaled = Matrix<double>.Build.Dense(
            _data.Tangents, _data.Tangents, (k, l) => (gram[k, l] / (length[k] * length[l])) + (k == l ? 1e-10 : 0));
        var right = Matrix<double>.Build.Dense(_data.Tangents, n, (k, f) => tangents[k, f] / length[k]);
        var solved = scaled.Cholesky().Solve(right);
        solved.MapIndexedInplace((k, _, value) => value / length[k]);
        return solved;
    }

    private static double[] FeatureScales(LabelSamples data)
    {
        var input = data.Input;
        int n = input.Features;
        double[] scales = new double[n];
        Array.Fill(scales, 1);
        if (n > LabelUnits.MaxScaledFeatures || data.InputsShareUnit)
        {
            return scales;
        }

        for (int f = 0; f < n; f++)
        {
            double spread = Math.Sqrt(Enumerable.Range(0, input.Samples).Average(s => input[0, s, f] * input[0, s, f]));
            scales[f] = spread > 0 ? 1 / spread : 1;
        }

        return scales;
    }

    private static bool HasConstantTangents(LabelSamples data)
    {
        for (int c = 1; c < data.Layout.Count; c++)
        {
            ReadOnlySpan<double> component = data.Input.Component(c);
            if (data.Layout.OrderOf(c) == 2)
            {
                if (component.ContainsAnyExcept(0.0))
                {
                    return false;
                }

                continue;
            }

            ReadOnlySpan<double> first = component[..data.Input.Features];
            for (int s = 1; s < data.Count; s++)
            {
                if (!component.Slice(s * first.Length, first.Length).SequenceEqual(first))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
