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

    /// <summary>The one dispatch on the height of a tile.</summary>
    public static void Run(
        int rows, nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate)
    {
        switch (rows)
        {
            case 1:
                MicroKernel.Run<TSimd, TVector, T, Rows1>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 2:
                MicroKernel.Run<TSimd, TVector, T, Rows2>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 3:
                MicroKernel.Run<TSimd, TVector, T, Rows3>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 4:
                MicroKernel.Run<TSimd, TVector, T, Rows4>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 5:
                MicroKernel.Run<TSimd, TVector, T, Rows5>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 6:
                MicroKernel.Run<TSimd, TVector, T, Rows6>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 7:
                MicroKernel.Run<TSimd, TVector, T, Rows7>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 8:
                MicroKernel.Run<TSimd, TVector, T, Rows8>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 9:
                MicroKernel.Run<TSimd, TVector, T, Rows9>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 10:
                MicroKernel.Run<TSimd, TVector, T, Rows10>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 11:
                MicroKernel.Run<TSimd, TVector, T, Rows11>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 12:
                MicroKernel.Run<TSimd, TVector, T, Rows12>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 13:
                MicroKernel.Run<TSimd, TVector, T, Rows13>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
            case 14:
                MicroKernel.Run<TSimd, TVector, T, Rows14>(depth, a, aStep, b, bStep, c, strideC, accumulate);
                break;
        }
    }

    /// <summary>
    /// The same for a tile of which only the first <paramref name="columns"/> columns lie in the result; the whole tile is
    /// computed in <paramref name="edge"/>, which has room for one.
    /// </summary>
    public static void RunEdge(
        int rows, int columns, nint depth, T* a, nint aStep, T* b, nint bStep, T* c, nint strideC, bool accumulate, T* edge)
    {
        if (accumulate)
        {
            for (int r = 0; r < rows; r++)
            {
                T* to = edge + (r * Columns);
                new Span<T>(c + (r * strideC), columns).CopyTo(new Span<T>(to, columns));
                new Span<T>(to + columns, Columns - columns).Clear();
            }
        }

        Run(rows, depth, a, aStep, b, bStep, edge, Columns, accumulate);
        for (int r = 0; r < rows; r++)
        {
            new Span<T>(edge + (r * Columns), columns).CopyTo(new Span<T>(c + (r * strideC), columns));
        }
    }
}
