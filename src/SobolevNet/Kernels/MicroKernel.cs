using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The inner loop of every matrix product: one tile of the result, kept in registers over the whole depth.</summary>
/// <remarks>
/// <para>
/// C[r, j] (+)= Σₖ a[k·aStep + r] · b[kth row, j], r in [0, rows), j in [0, 2·width): at each depth k two vectors of b are
/// loaded, each a[k, r] is spread over a vector and 2·rows fused multiply-adds follow. A lane holds one element of C, and its
/// sum is one chain of fused multiply-adds in the order of k. So the bits of an element depend neither on its lane, nor on
/// the height of the tile, nor on where the depth is cut, since a later piece starts from what the earlier one stored.
/// </para>
/// <para>
/// Registers: 2·rows sums, two vectors of b and one of a. With 32 registers that allows 14 rows (31 in use), with 16 it
/// allows 6 (15 in use). The chains hide the latency of an addition (4 cycles, two a cycle) from 4 rows on.
/// </para>
/// <para>
/// Measured on a Zen 4 (512-bit operations take two cycles there, so 256 and 512 bits have the same peak): tiles of 4, 8, 12
/// and 14 rows at 512 bits and of 6 rows at 256 bits reach 0.98 to 1.00 of the FMA peak, 14 rows at 256 bits 0.86.
/// </para>
/// <para>
/// There is no tail: a tile is as high as it need be (the height is a type, rows that are not there compile to nothing), and
/// callers pad b to whole vectors. The method must stay a leaf: with one call in it, every sum would live on the stack.
/// </para>
/// </remarks>
internal static unsafe class MicroKernel
{
    /// <summary>Vectors across a tile.</summary>
    public const int Vectors = 2;

    /// <summary>Computes a tile.</summary>
    /// <param name="depth">Number of terms k.</param>
    /// <param name="a">a[0, 0]; elements of one k are adjacent, or those of one row if <typeparamref name="TIndexing"/> says so.</param>
    /// <param name="aStep">Elements from a[k] to a[k + 1], or from one row of a to the next.</param>
    /// <param name="b">b[0, 0]; elements of one k are adjacent.</param>
    /// <param name="bStep">Elements from b[k] to b[k + 1].</param>
    /// <param name="c">C[0, 0].</param>
    /// <param name="strideC">Elements from one row of C to the next.</param>
    /// <param name="accumulate">Whether the sums start from C rather than from zero.</param>
    /// <param name="index">Where rows of b or C lie, if <typeparamref name="TIndexing"/> says so.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TSimd, TVector, T, TRows, TIndexing>(
        nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate, nint* index)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRows : struct, ITileRows
        where TIndexing : struct, ITileIndexing
    {
        TVector c0L = TSimd.Zero, c0R = TSimd.Zero;
        TVector c1L = TSimd.Zero, c1R = TSimd.Zero;
        TVector c2L = TSimd.Zero, c2R = TSimd.Zero;
        TVector c3L = TSimd.Zero, c3R = TSimd.Zero;
        TVector c4L = TSimd.Zero, c4R = TSimd.Zero;
        TVector c5L = TSimd.Zero, c5R = TSimd.Zero;
        TVector c6L = TSimd.Zero, c6R = TSimd.Zero;
        TVector c7L = TSimd.Zero, c7R = TSimd.Zero;
        TVector c8L = TSimd.Zero, c8R = TSimd.Zero;
        TVector c9L = TSimd.Zero, c9R = TSimd.Zero;
        TVector c10L = TSimd.Zero, c10R = TSimd.Zero;
        TVector c11L = TSimd.Zero, c11R = TSimd.Zero;
        TVector c12L = TSimd.Zero, c12R = TSimd.Zero;
        TVector c13L = TSimd.Zero, c13R = TSimd.Zero;

        if (accumulate)
        {
            if (TRows.Count > 0)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 0);
                c0L = TSimd.Load(row);
                c0R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 1)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 1);
                c1L = TSimd.Load(row);
                c1R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 2)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 2);
                c2L = TSimd.Load(row);
                c2R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 3)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 3);
                c3L = TSimd.Load(row);
                c3R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 4)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 4);
                c4L = TSimd.Load(row);
                c4R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 5)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 5);
                c5L = TSimd.Load(row);
                c5R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 6)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 6);
                c6L = TSimd.Load(row);
                c6R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 7)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 7);
                c7L = TSimd.Load(row);
                c7R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 8)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 8);
                c8L = TSimd.Load(row);
                c8R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 9)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 9);
                c9L = TSimd.Load(row);
                c9R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 10)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 10);
                c10L = TSimd.Load(row);
                c10R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 11)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 11);
                c11L = TSimd.Load(row);
                c11R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 12)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 12);
                c12L = TSimd.Load(row);
                c12R = TSimd.Load(row + TSimd.Width);
            }

            if (TRows.Count > 13)
            {
                T* row = Row<T, TIndexing>(c, strideC, index, 13);
                c13L = TSimd.Load(row);
                c13R = TSimd.Load(row + TSimd.Width);
            }
        }

        for (; depth > 0; depth--)
        {
            T* source = TIndexing.OfDepth ? b + *index++ : b;
            TVector left = TSimd.Load(source);
            TVector right = TSimd.Load(source + TSimd.Width);
            TVector factor;
            if (TRows.Count > 0)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 0));
                c0L = TSimd.MultiplyAdd(factor, left, c0L);
                c0R = TSimd.MultiplyAdd(factor, right, c0R);
            }

            if (TRows.Count > 1)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 1));
                c1L = TSimd.MultiplyAdd(factor, left, c1L);
                c1R = TSimd.MultiplyAdd(factor, right, c1R);
            }

            if (TRows.Count > 2)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 2));
                c2L = TSimd.MultiplyAdd(factor, left, c2L);
                c2R = TSimd.MultiplyAdd(factor, right, c2R);
            }

            if (TRows.Count > 3)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 3));
                c3L = TSimd.MultiplyAdd(factor, left, c3L);
                c3R = TSimd.MultiplyAdd(factor, right, c3R);
            }

            if (TRows.Count > 4)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 4));
                c4L = TSimd.MultiplyAdd(factor, left, c4L);
                c4R = TSimd.MultiplyAdd(factor, right, c4R);
            }

            if (TRows.Count > 5)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 5));
                c5L = TSimd.MultiplyAdd(factor, left, c5L);
                c5R = TSimd.MultiplyAdd(factor, right, c5R);
            }

            if (TRows.Count > 6)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 6));
                c6L = TSimd.MultiplyAdd(factor, left, c6L);
                c6R = TSimd.MultiplyAdd(factor, right, c6R);
            }

            if (TRows.Count > 7)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 7));
                c7L = TSimd.MultiplyAdd(factor, left, c7L);
                c7R = TSimd.MultiplyAdd(factor, right, c7R);
            }

            if (TRows.Count > 8)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 8));
                c8L = TSimd.MultiplyAdd(factor, left, c8L);
                c8R = TSimd.MultiplyAdd(factor, right, c8R);
            }

            if (TRows.Count > 9)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 9));
                c9L = TSimd.MultiplyAdd(factor, left, c9L);
                c9R = TSimd.MultiplyAdd(factor, right, c9R);
            }

            if (TRows.Count > 10)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 10));
                c10L = TSimd.MultiplyAdd(factor, left, c10L);
                c10R = TSimd.MultiplyAdd(factor, right, c10R);
            }

            if (TRows.Count > 11)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 11));
                c11L = TSimd.MultiplyAdd(factor, left, c11L);
                c11R = TSimd.MultiplyAdd(factor, right, c11R);
            }

            if (TRows.Count > 12)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 12));
                c12L = TSimd.MultiplyAdd(factor, left, c12L);
                c12R = TSimd.MultiplyAdd(factor, right, c12R);
            }

            if (TRows.Count > 13)
            {
                factor = TSimd.Broadcast(Factor<T, TIndexing>(a, aStep, 13));
                c13L = TSimd.MultiplyAdd(factor, left, c13L);
                c13R = TSimd.MultiplyAdd(factor, right, c13R);
            }

            a += TIndexing.OfFactors ? 1 : aStep;
            b += bStep;
        }

        if (TRows.Count > 0)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 0);
            TSimd.Store(c0L, row);
            TSimd.Store(c0R, row + TSimd.Width);
        }

        if (TRows.Count > 1)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 1);
            TSimd.Store(c1L, row);
            TSimd.Store(c1R, row + TSimd.Width);
        }

        if (TRows.Count > 2)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 2);
            TSimd.Store(c2L, row);
            TSimd.Store(c2R, row + TSimd.Width);
        }

        if (TRows.Count > 3)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 3);
            TSimd.Store(c3L, row);
            TSimd.Store(c3R, row + TSimd.Width);
        }

        if (TRows.Count > 4)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 4);
            TSimd.Store(c4L, row);
            TSimd.Store(c4R, row + TSimd.Width);
        }

        if (TRows.Count > 5)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 5);
            TSimd.Store(c5L, row);
            TSimd.Store(c5R, row + TSimd.Width);
        }

        if (TRows.Count > 6)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 6);
            TSimd.Store(c6L, row);
            TSimd.Store(c6R, row + TSimd.Width);
        }

        if (TRows.Count > 7)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 7);
            TSimd.Store(c7L, row);
            TSimd.Store(c7R, row + TSimd.Width);
        }

        if (TRows.Count > 8)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 8);
            TSimd.Store(c8L, row);
            TSimd.Store(c8R, row + TSimd.Width);
        }

        if (TRows.Count > 9)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 9);
            TSimd.Store(c9L, row);
            TSimd.Store(c9R, row + TSimd.Width);
        }

        if (TRows.Count > 10)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 10);
            TSimd.Store(c10L, row);
            TSimd.Store(c10R, row + TSimd.Width);
        }

        if (TRows.Count > 11)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 11);
            TSimd.Store(c11L, row);
            TSimd.Store(c11R, row + TSimd.Width);
        }

        if (TRows.Count > 12)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 12);
            TSimd.Store(c12L, row);
            TSimd.Store(c12R, row + TSimd.Width);
        }

        if (TRows.Count > 13)
        {
            T* row = Row<T, TIndexing>(c, strideC, index, 13);
            TSimd.Store(c13L, row);
            TSimd.Store(c13R, row + TSimd.Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Factor<T, TIndexing>(T* a, nint aStep, nint row)
        where T : unmanaged
        where TIndexing : struct, ITileIndexing =>
        a[TIndexing.OfFactors ? row * aStep : row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Row<T, TIndexing>(T* c, nint strideC, nint* index, nint row)
        where T : unmanaged
        where TIndexing : struct, ITileIndexing =>
        c + (TIndexing.OfRows ? index[row] : row * strideC);
}
