using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>Sums of rows: gradients of biases, and of the weights of inputs whose tangents are unit vectors.</summary>
internal static unsafe class RowSums
{
    /// <summary>Adds rows to a sum, one after the other.</summary>
    /// <param name="rows">The rows, as wide as the sum.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="sum">What they are added to.</param>
    /// <param name="width">The vector width, which must be supported; null for the machine's.</param>
    public static void Add<T>(ReadOnlySpan<T> rows, int stride, int count, Span<T> sum, VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.CheckMatrix(rows.Length, count, sum.Length, stride, nameof(rows));
        fixed (T* from = rows, to = sum)
        {
            VectorDispatch<T>.Run(new Operation<T>(from, stride, count, to, sum.Length), width);
        }
    }

    private readonly struct Operation<T>(T* rows, nint stride, int count, T* sum, int length) : IVectorOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct
        {
            nint width = TSimd.Width;
            nint f = 0;
            for (; f <= length - (4 * width); f += 4 * width)
            {
                T* to = sum + f;
                T* from = rows + f;
                var (a, b, c, d) = (TSimd.Load(to), TSimd.Load(to + width), TSimd.Load(to + (2 * width)), TSimd.Load(to + (3 * width)));
                for (int row = 0; row < count; row++)
                {
                    a = TSimd.Add(a, TSimd.Load(from));
                    b = TSimd.Add(b, TSimd.Load(from + width));
                    c = TSimd.Add(c, TSimd.Load(from + (2 * width)));
                    d = TSimd.Add(d, TSimd.Load(from + (3 * width)));
                    from += stride;
                }

                TSimd.Store(a, to);
                TSimd.Store(b, to + width);
                TSimd.Store(c, to + (2 * width));
                TSimd.Store(d, to + (3 * width));
            }

            for (; f <= length - width; f += width)
            {
                var a = TSimd.Load(sum + f);
                for (int row = 0; row < count; row++)
                {
                    a = TSimd.Add(a, TSimd.Load(rows + (row * stride) + f));
                }

                TSimd.Store(a, sum + f);
            }

            for (; f < length; f++)
            {
                for (int row = 0; row < count; row++)
                {
                    sum[f] += rows[(row * stride) + f];
                }
            }
        }
    }
}
