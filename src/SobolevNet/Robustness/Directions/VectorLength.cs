using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>Euclidean lengths of vectors of any unit: squares of elements neither overflow nor vanish.</summary>
/// <remarks>In float the square of 1e-23 is zero and that of 1e20 infinite, but such gradients still have a direction.</remarks>
internal static class VectorLength
{
    /// <summary>The length; NaN or infinite only if an element is, or if the length itself is too large for double.</summary>
    public static double Of<T>(ReadOnlySpan<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double plain = double.CreateTruncating(TensorPrimitives.Norm(vector));
        if (IsExact<T>(plain) || vector.IsEmpty)
        {
            return plain;
        }

        double largest = Math.Abs(double.CreateTruncating(TensorPrimitives.MaxMagnitude(vector)));
        if (!(largest > 0) || !double.IsFinite(largest))
        {
            return largest;
        }

        double sum = 0;
        foreach (T element in vector)
        {
            double part = double.CreateTruncating(element) / largest;
            sum += part * part;
        }

        return largest * Math.Sqrt(sum);
    }

    /// <summary>The distance of two points.</summary>
    /// <param name="a">A point.</param>
    /// <param name="b">Another.</param>
    /// <param name="scratch">Receives the difference.</param>
    public static double Between(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> scratch)
    {
        TensorPrimitives.Subtract(a, b, scratch);
        return Of<double>(scratch);
    }

    /// <summary>Scales a vector to unit length; false, and nothing is changed, for one that is zero or not finite.</summary>
    public static bool TryNormalize<T>(Span<T> vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double length = double.CreateTruncating(TensorPrimitives.Norm<T>(vector));
        if (!IsExact<T>(length))
        {
            T largest = vector.IsEmpty ? T.Zero : T.Abs(TensorPrimitives.MaxMagnitude<T>(vector));
            if (!(largest > T.Zero) || !T.IsFinite(largest))
            {
                return false;
            }

            TensorPrimitives.Divide(vector, largest, vector);
            length = double.CreateTruncating(TensorPrimitives.Norm<T>(vector));
        }

        TensorPrimitives.Multiply(vector, T.CreateTruncating(1 / length), vector);
        return true;
    }

    /// <summary>Whether a length that was summed in T lost nothing to over- or underflow.</summary>
    private static bool IsExact<T>(double length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(double) ? length is > 1e-140 and < 1e150 : length is > 1e-15 and < 1e18;
}
