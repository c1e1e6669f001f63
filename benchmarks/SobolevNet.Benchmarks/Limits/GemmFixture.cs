using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>Operands, and the check against plain sums in double precision that comes before any timing.</summary>
internal static class GemmFixture
{
    public static T[] Values<T>(int length, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var values = new T[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = T.CreateTruncating(random.NextSingle() - 0.5f);
        }

        return values;
    }

    /// <summary>A copy that starts at a cache line, as the rows of a pass do.</summary>
    public static ArraySegment<T> Aligned<T>(T[] values)
        where T : unmanaged
    {
        var copy = AlignedMemory.Zeros<T>(values.Length);
        values.CopyTo(copy.AsSpan());
        return copy;
    }

    /// <summary>C = A·Wᵀ (W outputs × inputs) if transposed, C = A·W (W inputs × outputs) if not; a sample of elements.</summary>
    public static void CheckProduct<T>(
        T[] a, int strideA, int rows, T[] w, bool transposed, int depth, int columns, T[] c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r += 13)
        {
            for (int n = 0; n < columns; n += 7)
            {
                Check(
                    depth, k => double.CreateChecked(a[(r * strideA) + k]),
                    k => double.CreateChecked(transposed ? w[(n * depth) + k] : w[(k * columns) + n]),
                    double.CreateChecked(c[(r * strideC) + n]), Epsilon<T>());
            }
        }
    }

    /// <summary>G = Zᵀ·A for the first output features; a sample of elements.</summary>
    public static void CheckGradient<T>(T[] z, int strideZ, T[] a, int strideA, int rows, int columns, int count, T[] g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int o = 0; o < count; o += 13)
        {
            for (int n = 0; n < columns; n += 17)
            {
                Check(
                    rows, r => double.CreateChecked(z[(r * strideZ) + o]), r => double.CreateChecked(a[(r * strideA) + n]),
                    double.CreateChecked(g[(o * columns) + n]), Epsilon<T>());
            }
        }
    }

    private static double Epsilon<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        double.CreateChecked(T.BitIncrement(T.One) - T.One);

    private static void Check(int depth, Func<int, double> left, Func<int, double> right, double actual, double epsilon)
    {
        double sum = 0;
        double magnitude = 0;
        for (int k = 0; k < depth; k++)
        {
            double term = left(k) * right(k);
            sum += term;
            magnitude += Math.Abs(term);
        }

        if (!(Math.Abs(actual - sum) <= (depth + 1) * epsilon * magnitude))
        {
            throw new InvalidOperationException($"A product is wrong: {actual} instead of {sum}. Nothing is timed before that is right.");
        }
    }
}
