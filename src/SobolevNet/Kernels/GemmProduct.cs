using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>C = A·B with B packed: the forward pass and the gradient of the input.</summary>
/// <remarks>
/// <para>
/// Loops, outermost first: blocks of rows, blocks of the depth, panels of B, tiles of rows. A block of A is packed tile by
/// tile, [tile][k][row], and stays in the second-level cache; the part of a panel of B that belongs to the depth block
/// (256 × 128 bytes at most) stays in the first-level cache while all tiles of rows use it. C is written after each block of
/// the depth and read back before the next.
/// </para>
/// <para>
/// Tried on a Zen 4: depth blocks of 128 to 384 and row blocks of 64 to 256 KB differ by 2 % or less at 512 bits; at 256 bits
/// row blocks of 128 KB gain 3 % over 256 KB for 1024 × 1024. Without any packing of A (not a valid product) the tiles reach 0.93
/// of the FMA peak on rows that come from the third-level cache, with it 0.87, and 0.97 where the rows were just written.
/// Prefetching C gains a tenth where the depth is small (9), else nothing; prefetching the next panel of B gains 3 to 4 % at
/// 256 bits, where a panel serves tiles for a fifth of the time that it does at 512 bits, and placing tiles without divisions 2 %. With one tile
/// of rows (a value and six derivatives) those prefetches come in a burst that nothing hides, and lose a tenth to the processor's own.
/// </para>
/// <para>
/// Two shapes go other ways, with the same sums. One row (inference) is bound by reading B once: four panels are read at a
/// time, so that eight chains are in flight, and nothing is packed. A result narrower than a panel (the output layer) would
/// waste most lanes: there lanes hold rows, A is packed in panels of rows, the panel of B supplies the factors and Cᵀ comes
/// out.
/// </para>
/// </remarks>
internal readonly unsafe struct GemmProduct<T>(
    T* a, nint strideA, int rows, PackedMatrix<T> b, T* c, nint strideC, bool isPadded, Workspace<T> workspace) : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        if (rows == 1)
        {
            MultiplyRow<TSimd, TVector>();
        }
        else if (IsNarrow(GemmTile<TSimd, TVector, T>.Columns))
        {
            MultiplyNarrow<TSimd, TVector>();
        }
        else
        {
            MultiplyBlocks<TSimd, TVector>();
        }
    }

    /// <summary>Whether fewer lanes are wasted with rows in the lanes than with columns.</summary>
    private bool IsNarrow(int panelWidth) => b.Columns < panelWidth && b.Columns * (long)GemmShape.Blocks(rows, panelWidth) < rows;

    private void MultiplyBlocks<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int maxRows = GemmTile<TSimd, TVector, T>.MaxRows;
        int tiles = GemmShape.Blocks(rows, maxRows);
        int tileBlocks = GemmShape.Blocks(tiles, GemmShape.TilesOfBlock<T>(maxRows));
        int depthBlocks = GemmShape.Blocks(b.Depth, GemmShape.BlockDepth);
        int packedLength = Math.Min(tiles, GemmShape.TilesOfBlock<T>(maxRows)) * maxRows * GemmShape.BlockDepth;
        T* packed = workspace.Pointer(packedLength + (maxRows * panelWidth));
        T* edge = packed + packedLength;

        for (int tileBlock = 0; tileBlock < tileBlocks; tileBlock++)
        {
            int firstTile = GemmShape.Start(tileBlock, tileBlocks, tiles);
            int endTile = GemmShape.Start(tileBlock + 1, tileBlocks, tiles);
            int firstRow = GemmShape.Start(firstTile, tiles, rows);
            for (int depthBlock = 0; depthBlock < depthBlocks; depthBlock++)
            {
                int k = GemmShape.Start(depthBlock, depthBlocks, b.Depth);
                int depth = GemmShape.Start(depthBlock + 1, depthBlocks, b.Depth) - k;
                var piece = new GemmPieces(firstTile, tiles, rows);
                for (int tile = firstTile; tile < endTile; tile++)
                {
                    GemmPacking.Transpose(
                        a + (piece.Start * strideA) + k, strideA, piece.Length, depth, packed + ((nint)(piece.Start - firstRow) * depth),
                        piece.Length);
                    piece.MoveNext();
                }

                T* nextA = a + (firstRow * strideA) + k + depth;
                int nextRows = depthBlock + 1 < depthBlocks ? GemmShape.Start(endTile, tiles, rows) - firstRow - 1 : 0;
                var shareA = new GemmPieces(b.Panels * (endTile - firstTile), nextRows);
                bool oneTile = endTile - firstTile == 1;
                for (int panel = 0; panel < b.Panels; panel++)
                {
                    T* panelB = b.Pointer + ((((nint)panel * b.Depth) + k) * panelWidth);
                    T* nextB = panelB + ((nint)b.Depth * panelWidth);
                    int columns = Math.Min(panelWidth, (isPadded ? (int)strideC : b.Columns) - (panel * panelWidth));
                    var shareB = new GemmPieces(endTile - firstTile, panel + 1 < b.Panels && !oneTile ? depth * panelWidth : 0);
                    var place = new GemmPieces(firstTile, tiles, rows);
                    for (int tile = firstTile; tile < endTile; tile++)
                    {
                        T* tileC = c + (place.Start * strideC) + (panel * panelWidth);
                        if (depthBlock == 0)
                        {
                            GemmPacking.Prefetch(tileC, strideC, place.Length, columns);
                        }

                        GemmPacking.Prefetch(nextA + (shareA.Start * strideA), strideA, shareA.Length, depth);
                        GemmPacking.Prefetch(nextB + shareB.Start, shareB.Length);
                        GemmTile<TSimd, TVector, T>.RunPart(
                            place.Length, columns, depth, packed + ((nint)(place.Start - firstRow) * depth), place.Length, panelB, panelWidth,
                            tileC, strideC, depthBlock > 0, edge);
                        place.MoveNext();
                        shareA.MoveNext();
                        shareB.MoveNext();
                    }
                }
            }
        }
    }

    /// <summary>One row: reads B once, four panels at a time.</summary>
    private void MultiplyRow<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        nint panelLength = (nint)b.Depth * panelWidth;
        int whole = b.Columns / panelWidth;
        int panel = 0;
        for (; panel + 4 <= whole; panel += 4)
        {
            RowKernel.Run<TSimd, TVector, T>(
                b.Depth, a, b.Pointer + (panel * panelLength), panelLength, c + (panel * panelWidth));
        }

        for (; panel < whole; panel++)
        {
            GemmTile<TSimd, TVector, T>.Run(
                1, b.Depth, a, 1, b.Pointer + (panel * panelLength), panelWidth, c + (panel * panelWidth), panelWidth, false);
        }

        if (panel < b.Panels)
        {
            GemmTile<TSimd, TVector, T>.RunPart(
                1, b.Columns - (panel * panelWidth), b.Depth, a, 1, b.Pointer + (panel * panelLength), panelWidth,
                c + (panel * panelWidth), panelWidth, false, workspace.Pointer(panelWidth));
        }
    }

    /// <summary>Fewer columns than a panel has: Cᵀ = Bᵀ·Aᵀ, a panel of rows of A at a time.</summary>
    private void MultiplyNarrow<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int tiles = GemmShape.Blocks(b.Columns, GemmTile<TSimd, TVector, T>.MaxRows);
        int depthBlocks = GemmShape.Blocks(b.Depth, GemmShape.BlockDepth);
        int packedLength = Math.Min(GemmShape.BlockDepth, b.Depth) * panelWidth;
        T* packed = workspace.Pointer(packedLength + (b.Columns * panelWidth));
        T* result = packed + packedLength;

        for (int row = 0; row < rows; row += panelWidth)
        {
            int lanes = Math.Min(panelWidth, rows - row);
            if (lanes < panelWidth)
            {
                new Span<T>(packed, packedLength).Clear();
            }

            for (int depthBlock = 0; depthBlock < depthBlocks; depthBlock++)
            {
                int k = GemmShape.Start(depthBlock, depthBlocks, b.Depth);
                int depth = GemmShape.Start(depthBlock + 1, depthBlocks, b.Depth) - k;
                GemmPacking.Transpose(a + (row * strideA) + k, strideA, lanes, depth, packed, panelWidth);
                for (int tile = 0; tile < tiles; tile++)
                {
                    int column = GemmShape.Start(tile, tiles, b.Columns);
                    int height = GemmShape.Start(tile + 1, tiles, b.Columns) - column;
                    GemmTile<TSimd, TVector, T>.Run(
                        height, depth, b.Pointer + ((nint)k * panelWidth) + column, panelWidth, packed, panelWidth,
                        result + (column * panelWidth), panelWidth, depthBlock > 0);
                }
            }

            GemmPacking.Transpose(result, panelWidth, b.Columns, lanes, c + (row * strideC), strideC);
        }
    }
}
