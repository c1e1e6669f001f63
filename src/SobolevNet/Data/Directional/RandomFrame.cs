using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Random orthonormal directions of a small space, completed to a basis if wanted.</summary>
internal static class RandomFrame
{
    /// <summary>Draws directions.</summary>
    /// <remarks>
    /// A product of reflections. Each maps the next unit vector to a random direction of the remaining space, so the directions are
    /// uniformly distributed over all orthonormal sets (Stewart, 1980), and the basis is orthonormal to rounding without
    /// any projection.
    /// </remarks>
    /// <param name="random">The stream drawn from.</param>
    /// <param name="directions">How many directions are random, at most <paramref name="dimension"/>.</param>
    /// <param name="dimension">p.</param>
    /// <param name="frame">
    /// Receives orthonormal rows of p elements each: as many as it has room for, the random ones first.
    /// </param>
    /// <param name="reflectors">Scratch memory of directions · p elements.</param>
    public static void Draw(ref RandomStream random, int directions, int dimension, Span<double> frame, Span<double> reflectors)
    {
        int rows = frame.Length / dimension;
        frame.Clear();
        for (int j = 0; j < rows; j++)
        {
            frame[(j * dimension) + j] = 1;
        }

        for (int d = 0; d < directions; d++)
        {
            var drawn = reflectors.Slice(d * dimension, dimension)[d..];
            random.NextUnitVector(drawn);

            // I − 2uuᵀ/|u|² with u = x ± e takes e to ∓x; the sign that does not cancel.
            double sign = drawn[0] < 0 ? -1 : 1;
            drawn[0] += sign;
            TensorPrimitives.Divide(drawn, TensorPrimitives.Norm<double>(drawn), drawn);
            frame[(d * dimension) + d] = -sign;
        }

        for (int j = 0; j < rows; j++)
        {
            for (int d = Math.Min(j, directions - 1); d >= 0; d--)
            {
                var reflector = reflectors.Slice(d * dimension, dimension)[d..];
                var row = frame.Slice(j * dimension, dimension)[d..];
                TensorPrimitives.MultiplyAdd(reflector, -2 * TensorPrimitives.Dot<double>(reflector, row), row, row);
            }
        }
    }
}
