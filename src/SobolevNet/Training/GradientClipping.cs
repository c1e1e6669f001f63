using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Scales a gradient down to a longest Euclidean norm, by ranges that the workers share.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class GradientClipping<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RangeLength = 32768;

    private readonly T[] _gradient;
    private readonly double _limit;
    private readonly WorkerTeam _team;
    private readonly double[] _squares;
    private readonly Action<int, int> _squareRange;
    private readonly Action<int, int> _scaleRange;
    private double _scale;

    public GradientClipping(T[] gradient, double limit, WorkerTeam team)
    {
        (_gradient, _limit, _team) = (gradient, limit, team);
        _squares = new double[(gradient.Length + RangeLength - 1) / RangeLength];
        _squareRange = SquareRange;
        _scaleRange = ScaleRange;
    }

    /// <summary>Scales the gradient down if it is too long.</summary>
    /// <returns>The norm that it had; if that is not finite, the gradient is as it was.</returns>
    public double Clip()
    {
        _team.Run(_squares.Length, _squareRange);
        double norm = Math.Sqrt(_squares.Sum());
        if (double.IsFinite(norm) && norm > _limit)
        {
            _scale = _limit / norm;
            _team.Run(_squares.Length, _scaleRange);
        }

        return norm;
    }

    private Span<T> Range(int range) => _gradient.AsSpan(range * RangeLength, Math.Min(RangeLength, _gradient.Length - (range * RangeLength)));

    private void ScaleRange(int range, int worker)
    {
        var gradient = Range(range);
        TensorPrimitives.Multiply(gradient, T.CreateTruncating(_scale), gradient);
    }

    private void SquareRange(int range, int worker)
    {
        double sum = 0;
        foreach (T element in Range(range))
        {
            double value = double.CreateTruncating(element);
            sum += value * value;
        }

        _squares[range] = sum;
    }
}
