using System.Diagnostics;
using System.Globalization;

namespace SobolevNet.Peers;

/// <summary>The largest product of a step: all rows of a batch of 64 through the first layer, C = A·Wᵀ.</summary>
internal static class ProductShape
{
    public const int Rows = 1792;
    public const int Depth = 1681;
    public const int Columns = 512;

    public static readonly float[] A = Values(Rows * Depth, 1);
    public static readonly float[] W = Values(Columns * Depth, 2);

    /// <summary>Checks some elements of the result, then times it.</summary>
    public static string Measure(Action product, Func<int, int, float> result, int calls)
    {
        product();
        for (int r = 0; r < Rows; r += 97)
        {
            for (int n = 0; n < Columns; n += 31)
            {
                double sum = 0;
                for (int k = 0; k < Depth; k++)
                {
                    sum += (double)A[(r * Depth) + k] * W[(n * Depth) + k];
                }

                if (!(Math.Abs(result(r, n) - sum) < 1e-3))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"wrong: {result(r, n)} instead of {sum}");
                }
            }
        }

        double best = Best(product, calls);
        return string.Create(
            CultureInfo.InvariantCulture, $"{best * 1e3,8:F2} ms {2.0 * Rows * Depth * Columns / best * 1e-9,8:F1} GFLOP/s");
    }

    public static double Best(Action work, int calls)
    {
        double best = double.PositiveInfinity;
        for (int k = 0; k < calls; k++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    public static float[] Values(int length, int seed)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = random.NextSingle() - 0.5f;
        }

        return values;
    }
}

/// <summary>The training step that is compared.</summary>
internal static class StepShape
{
    public const int Batch = 64;
    public const int Tangents = 6;
    public const int Inputs = 1681;
    public const int Outputs = 9;

    public static readonly int[] Hidden = [512, 512, 512];

    /// <summary>What the library trains with; the peers' steps are written for the same.</summary>
    public static readonly Optimizer Optimizer = SobolevNet.Optimizer.Adam();

    public static string Format(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3,8:F1} ms {Flop / seconds * 1e-9,8:F1} GFLOP/s, counted as products");

    /// <summary>2·rows·Σ in·out, twice for the first layer and three times for the others.</summary>
    private static double Flop
    {
        get
        {
            int[] sizes = [Inputs, .. Hidden, Outputs];
            double sum = 0;
            for (int layer = 0; layer + 1 < sizes.Length; layer++)
            {
                sum += (layer == 0 ? 2.0 : 3.0) * sizes[layer] * sizes[layer + 1];
            }

            return 2 * sum * Batch * JetLayout.Full(Tangents, 2).Count;
        }
    }
}
