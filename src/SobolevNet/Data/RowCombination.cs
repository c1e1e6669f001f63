using System.Numerics;

namespace SobolevNet;

/// <summary>Weighted sums of rows.</summary>
internal static class RowCombination
{
    /// <summary>Σₖ wₖ·(the row that starts at starts[k]), in one pass; the same bits for vectors of any width.</summary>
    public static void Sum<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> starts, ReadOnlySpan<T> weights, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int x = 0;
        for (; x <= to.Length - Vector<T>.Count; x += Vector<T>.Count)
        {
            var sum = Vector<T>.Zero;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += new Vector<T>(data[(starts[k] + x)..]) * weights[k];
            }

            sum.CopyTo(to[x..]);
        }

        for (; x < to.Length; x++)
        {
            T sum = T.Zero;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += data[starts[k] + x] * weights[k];
            }

            to[x] = sum;
        }
    }
}
