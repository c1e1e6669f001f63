using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>Runs the micro-kernel on a tile of any height, and on tiles that stick out over the edge of the result.</summary>
internal static unsafe class GemmTile<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Columns of a tile.</summary>
    public static int Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MicroKernel.Vectors * TSimd.Width;
    }

    /// <summary>The most rows of a tile: what the number of vector registers allows.</summary>
    public static int MaxRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => GemmShape.MaxRows<TVector>();
    }

    /// <summary>A tile whose rows all lie at equal distances, of which only some columns may lie in the result.</summary>
    public static void RunPart(
        int rows, int columns, nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate, T* edge) =>
        RunPart<Contiguous>(rows, columns, depth, a, aStep, b, bStep, c, strideC, accumulate, edge, null);

    /// <summary>A tile whose rows all lie at equal distances.</summary>
    public static void Run(
        int rows, nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate) =>
        Run<Contiguous>(rows, depth, a, aStep, b, bStep, c, strideC, accumulate, null);

    /// <summary>The one dispatch on the height of a tile.</summary>
    public static void Run<TIndexing>(
        int rows, nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate, nint* index)
        where TIndexing : struct, ITileIndexing
    {
        switch (rows)
        {
            case 1:
                MicroKernel.Run<TSimd, TVector, T, Rows1, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 2:
                MicroKernel.Run<TSimd, TVector, T, Rows2, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 3:
                MicroKernel.Run<TSimd, TVector, T, Rows3, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 4:
                MicroKernel.Run<TSimd, TVector, T, Rows4, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 5:
                MicroKernel.Run<TSimd, TVector, T, Rows5, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 6:
                MicroKernel.Run<TSimd, TVector, T, Rows6, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 7:
                MicroKernel.Run<TSimd, TVector, T, Rows7, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 8:
                MicroKernel.Run<TSimd, TVector, T, Rows8, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 9:
                MicroKernel.Run<TSimd, TVector, T, Rows9, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 10:
                MicroKernel.Run<TSimd, TVector, T, Rows10, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 11:
                MicroKernel.Run<TSimd, TVector, T, Rows11, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 12:
                MicroKernel.Run<TSimd, TVector, T, Rows12, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 13:
                MicroKernel.Run<TSimd, TVector, T, Rows13, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
            case 14:
                MicroKernel.Run<TSimd, TVector, T, Rows14, TIndexing>(depth, a, aStep, b, bStep, c, strideC, accumulate, index);
                break;
        }
    }

    /// <summary>
    /// The same for a tile of which only the first <paramref name="columns"/> columns lie in the result. If these are not
    /// all, the whole tile is computed in <paramref name="edge"/>, which has room for one.
    /// </summary>
    public static void RunPart<TIndexing>(
        int rows, int columns, nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate, T* edge, nint* index)
        where TIndexing : struct, ITileIndexing
    {
        if (columns == Columns)
        {
            Run<TIndexing>(rows, depth, a, aStep, b, bStep, c, strideC, accumulate, index);
            return;
        }

        if (accumulate)
        {
            for (int r = 0; r < rows; r++)
            {
                T* to = edge + (r * Columns);
                new Span<T>(c + (r * strideC), columns).CopyTo(new Span<T>(to, columns));
                new Span<T>(to + columns, Columns - columns).Clear();
            }
        }

        Run<TIndexing>(rows, depth, a, aStep, b, bStep, edge, Columns, accumulate, index);
        for (int r = 0; r < rows; r++)
        {
            new Span<T>(edge + (r * Columns), columns).CopyTo(new Span<T>(c + (r * strideC), columns));
        }
    }
}
