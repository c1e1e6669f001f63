using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>G (+)= Zᵀ·A, the sum over all rows of a batch: the gradient of the weights.</summary>
/// <remarks>
/// <para>
/// Here the depth is the rows of both operands, so neither needs transposing: a tile of G takes neighbors in a row of Z as
/// factors and two vectors of the same row of A. They are copied all the same, since at the stride of a layer (2 KB and
/// more) a panel would fall into a few sets of the first-level cache and on a new page for every row or two.
/// </para>
/// <para>
/// Z is packed once, [tile][k][feature]. Then, outermost first: blocks of eight panels of columns, blocks of the depth,
/// panels, tiles. The block of G (about 256 × 256) stays in the second-level cache for the whole depth, the packed panel of
/// A (192 rows × 128 bytes) in the first. While a panel is used, the rows of the next one are prefetched.
/// </para>
/// <para>
/// Tried and lost, as a share of the FMA peak on a Zen 4 at 1792 × 512 × 1681 where this reaches 0.88: nothing packed 0.62;
/// Z packed anew for every block of columns and nothing prefetched 0.68; prefetching to the first-level cache 0.78; packing
/// two, four or eight panels of A at a time 0.86, 0.84, 0.81; prefetching G and pages of 2 MB, no difference. With packing
/// switched off the tiles alone reach 0.98: what is missing is the time to fetch A and Z from afar.
/// </para>
/// <para>
/// Where lanes would go to waste (a layer of few inputs), Gᵀ = Aᵀ·Z is computed in the workspace with the same code, and
/// turned over at the end; the sums are the same.
/// </para>
/// </remarks>
internal readonly unsafe struct GemmTransposed<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Depth of a block: a panel of A is 24 KB of a first-level cache of 32 KB.</summary>
    private const int BlockDepth = 192;

    /// <summary>Panels of A whose part of G stays in the second-level cache.</summary>
    private const int PanelsOfBlock = 8;

    /// <summary>Rows of Z that are packed at once, at most.</summary>
    private const int MaxDepth = 2048;

    /// <summary>Rows of Z that are packed at a time.</summary>
    private const int RowsOfStream = 8;

    private readonly T* _z;
    private readonly nint _strideZ;
    private readonly int _count;
    private readonly T* _a;
    private readonly nint _strideA;
    private readonly int _columns;
    private readonly int _rows;
    private readonly T* _g;
    private readonly nint _strideG;
    private readonly bool _accumulate;

    public GemmTransposed(
        T* z, nint strideZ, int count, T* a, nint strideA, int columns, int rows, T* g, nint strideG, bool accumulate)
    {
        _z = z;
        _strideZ = strideZ;
        _count = count;
        _a = a;
        _strideA = strideA;
        _columns = columns;
        _rows = rows;
        _g = g;
        _strideG = strideG;
        _accumulate = accumulate;
    }

    public void Run<TSimd, TVector>(Workspace<T> workspace)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        long lanes = (long)GemmShape.Blocks(_columns, panelWidth) * panelWidth * _count;
        int turnedStride = GemmShape.Blocks(_count, panelWidth) * panelWidth;
        long lanesTurned = (long)turnedStride * _columns;
        if (lanesTurned * 5 >= lanes * 4)
        {
            Run<TSimd, TVector>(workspace.Pointer(WorkspaceLength<TSimd, TVector>()));
            return;
        }

        int length = _columns * turnedStride;
        var product = new GemmTransposed<T>(
            _a, _strideA, _columns, _z, _strideZ, _count, _rows, null, turnedStride, _accumulate);
        T* memory = workspace.Pointer(length + product.WorkspaceLength<TSimd, TVector>());
        T* turned = memory + product.WorkspaceLength<TSimd, TVector>();
        if (_accumulate)
        {
            GemmPacking.Transpose(_g, _strideG, _count, _columns, turned, turnedStride);
        }

        product = new GemmTransposed<T>(
            _a, _strideA, _columns, _z, _strideZ, _count, _rows, turned, turnedStride, _accumulate);
        product.Run<TSimd, TVector>(memory);
        GemmPacking.Transpose(turned, turnedStride, _columns, _count, _g, _strideG);
    }

    /// <summary>Elements of scratch memory: Z packed, a panel of A and a tile.</summary>
    private int WorkspaceLength<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int maxRows = GemmTile<TSimd, TVector, T>.MaxRows;
        int tiles = Math.Min(GemmShape.Blocks(_count, maxRows), GemmShape.TilesOfBlock<T>(maxRows));
        return (tiles * maxRows * Math.Min(_rows, MaxDepth))
            + ((BlockDepth + maxRows) * GemmTile<TSimd, TVector, T>.Columns);
    }

    /// <summary>Cuts the output features and the depth into pieces whose part of Z is packed at once.</summary>
    private void Run<TSimd, TVector>(T* memory)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int maxRows = GemmTile<TSimd, TVector, T>.MaxRows;
        int tiles = GemmShape.Blocks(_count, maxRows);
        int tileBlocks = GemmShape.Blocks(tiles, GemmShape.TilesOfBlock<T>(maxRows));
        int depthPieces = GemmShape.Blocks(_rows, MaxDepth);
        for (int tileBlock = 0; tileBlock < tileBlocks; tileBlock++)
        {
            int feature = GemmShape.Start(GemmShape.Start(tileBlock, tileBlocks, tiles), tiles, _count);
            int end = GemmShape.Start(GemmShape.Start(tileBlock + 1, tileBlocks, tiles), tiles, _count);
            for (int piece = 0; piece < depthPieces; piece++)
            {
                int k = GemmShape.Start(piece, depthPieces, _rows);
                int depth = GemmShape.Start(piece + 1, depthPieces, _rows) - k;
                var part = new GemmTransposed<T>(
                    _z + (k * _strideZ) + feature, _strideZ, end - feature, _a + (k * _strideA), _strideA, _columns, depth,
                    _g + (feature * _strideG), _strideG, _accumulate || piece > 0);
                part.RunBlocks<TSimd, TVector>(memory);
            }
        }
    }

    private void RunBlocks<TSimd, TVector>(T* memory)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int tiles = GemmShape.Blocks(_count, GemmTile<TSimd, TVector, T>.MaxRows);
        int panels = GemmShape.Blocks(_columns, panelWidth);
        int panelBlocks = GemmShape.Blocks(panels, PanelsOfBlock);
        int depthBlocks = GemmShape.Blocks(_rows, BlockDepth);
        T* panelA = memory;
        T* edge = panelA + (BlockDepth * panelWidth);
        T* packedZ = edge + (GemmTile<TSimd, TVector, T>.MaxRows * panelWidth);
        PackZ(tiles, packedZ);

        for (int panelBlock = 0; panelBlock < panelBlocks; panelBlock++)
        {
            int firstPanel = GemmShape.Start(panelBlock, panelBlocks, panels);
            int endPanel = GemmShape.Start(panelBlock + 1, panelBlocks, panels);
            for (int depthBlock = 0; depthBlock < depthBlocks; depthBlock++)
            {
                int k = GemmShape.Start(depthBlock, depthBlocks, _rows);
                int depth = GemmShape.Start(depthBlock + 1, depthBlocks, _rows) - k;
                bool accumulate = _accumulate || depthBlock > 0;
                for (int panel = firstPanel; panel < endPanel; panel++)
                {
                    int column = panel * panelWidth;
                    int columns = Math.Min(panelWidth, _columns - column);
                    if (columns < panelWidth)
                    {
                        new Span<T>(panelA, depth * panelWidth).Clear();
                    }

                    T* block = _a + (k * _strideA);
                    GemmPacking.Copy(block + column, _strideA, depth, columns, panelA, panelWidth);
                    T* next = panel + 1 < endPanel ? block + column + panelWidth : block + (depth * _strideA) + (firstPanel * panelWidth);
                    int nextDepth = panel + 1 < endPanel || depthBlock + 1 < depthBlocks ? depth - 1 : 0;
                    for (int tile = 0; tile < tiles; tile++)
                    {
                        int row = GemmShape.Start(tile, tiles, _count);
                        int height = GemmShape.Start(tile + 1, tiles, _count) - row;
                        int from = GemmShape.Start(tile, tiles, nextDepth);
                        GemmPacking.Prefetch(
                            next + (from * _strideA), _strideA, GemmShape.Start(tile + 1, tiles, nextDepth) - from, panelWidth);
                        T* tileZ = packedZ + ((nint)row * _rows) + ((nint)k * height);
                        T* tileG = _g + (row * _strideG) + column;
                        GemmTile<TSimd, TVector, T>.RunPart(
                            height, columns, depth, tileZ, height, panelA, panelWidth, tileG, _strideG, accumulate, edge);
                    }
                }
            }
        }
    }

    /// <summary>Copies Z to [tile][k][row]; a few rows of Z at a time, so that each of its cache lines is fetched once.</summary>
    private void PackZ(int tiles, T* packed)
    {
        for (int start = 0; start < _rows; start += RowsOfStream)
        {
            int rows = Math.Min(RowsOfStream, _rows - start);
            T* next = _z + ((start + RowsOfStream) * _strideZ);
            GemmPacking.Prefetch(next, _strideZ, Math.Min(RowsOfStream, _rows - start - RowsOfStream), _count);
            for (int tile = 0; tile < tiles; tile++)
            {
                int row = GemmShape.Start(tile, tiles, _count);
                int height = GemmShape.Start(tile + 1, tiles, _count) - row;
                GemmPacking.Copy(
                    _z + (start * _strideZ) + row, _strideZ, rows, height,
                    packed + ((nint)row * _rows) + ((nint)start * height), height);
            }
        }
    }
}
