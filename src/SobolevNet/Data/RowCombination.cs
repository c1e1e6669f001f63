using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Weighted sums of rows.</summary>
internal static class RowCombination
{
    /// <summary>
    /// Σₖ wₖ·(the row that starts at starts[k]), in one pass; the same bits for vectors of any width. Rows of weight 0 are left out: a label that is missing and not needed
    /// does not matter.
    /// </summary>
    public static void Sum<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> starts, ReadOnlySpan<T> weights, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (weights.Contains(T.Zero))
        {
            SumUsed(data, starts, weights, to);
            return;
        }

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

    private static void SumUsed<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> starts, ReadOnlySpan<T> weights, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        to.Clear();
        for (int k = 0; k < weights.Length; k++)
        {
            if (!T.IsZero(weights[k]))
            {
                TensorPrimitives.MultiplyAdd(data.Slice(starts[k], to.Length), weights[k], to, to);
            }
        }
    }
}
