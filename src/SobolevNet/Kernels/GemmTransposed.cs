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
/// Z is packed once, [tile][k][feature]. Then a block of panels of A is packed over the whole depth (256 KB, a quarter of a
/// second-level cache) and meets every tile of Z while the rows of the next block are prefetched. A tile of G stays in
/// registers for the whole depth: it is written once, and both operands are streams that the hardware prefetches.
/// </para>
/// <para>
/// Slower, as a share of the FMA peak on a Zen 4 at 1792 × 512 × 1681, where this reaches 0.90: nothing packed 0.62;
/// depth blocks of 192 whose panel of A stays in the first-level cache and whose block of G in the second, 0.79; packing
/// features of Z in blocks of 256 or 128, so that A is packed two or four times, 0.83 and 0.80; depths of 512, 0.87;
/// prefetching operands from within the micro-kernel and pages of 2 MB, no difference; prefetching G, a gain of a
/// hundredth for long depths and a loss of five for a depth of 64. With packing switched off the tiles alone reach 0.97.
/// </para>
/// <para>
/// Where lanes would go to waste (a layer of few inputs), Gᵀ = Aᵀ·Z is computed in the workspace with the same code, and
/// transposed at the end; the sums are the same.
/// </para>
/// </remarks>
internal readonly unsafe struct GemmTransposed<T> : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Bytes of A that are packed at once, unless a single panel is larger.</summary>
    private const int BlockBytes = 256 * 1024;

    /// <summary>Rows of Z that are packed at once, at most.</summary>
    private const int MaxDepth = 2048;

    /// <summary>Features of Z that are packed at once, at most: more would only take memory.</summary>
    private const int MaxFeatures = 512;

    /// <summary>Rows up to which A is read where it lies.</summary>
    private const int FewRows = 128;

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
    private readonly Workspace<T> _workspace;

    public GemmTransposed(
        T* z, nint strideZ, int count, T* a, nint strideA, int columns, int rows, T* g, nint strideG, bool accumulate,
        Workspace<T> workspace)
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
        _workspace = workspace;
    }

    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        long lanes = (long)GemmShape.Blocks(_columns, panelWidth) * panelWidth * _count;
        int transposedStride = GemmShape.Blocks(_count, panelWidth) * panelWidth;
        long lanesTransposed = (long)transposedStride * _columns;
        if (lanesTransposed * 5 >= lanes * 4)
        {
            Run<TSimd, TVector>(_workspace.Pointer(WorkspaceLength<TSimd, TVector>()));
            return;
        }

        int length = _columns * transposedStride;
        var product = new GemmTransposed<T>(
            _a, _strideA, _columns, _z, _strideZ, _count, _rows, null, transposedStride, _accumulate, _workspace);
        T* memory = _workspace.Pointer(length + product.WorkspaceLength<TSimd, TVector>());
        T* transposed = memory + product.WorkspaceLength<TSimd, TVector>();
        if (_accumulate)
        {
            GemmPacking.Transpose(_g, _strideG, _count, _columns, transposed, transposedStride);
        }

        product = new GemmTransposed<T>(
            _a, _strideA, _columns, _z, _strideZ, _count, _rows, transposed, transposedStride, _accumulate, _workspace);
        product.Run<TSimd, TVector>(memory);
        GemmPacking.Transpose(transposed, transposedStride, _columns, _count, _g, _strideG);
    }

    /// <summary>Elements of scratch memory: a tile, a block of A and Z packed.</summary>
    private int WorkspaceLength<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int depth = Math.Min(_rows, MaxDepth);
        return (GemmTile<TSimd, TVector, T>.MaxRows * panelWidth)
            + (depth * ((PanelsOfBlock(depth, panelWidth) * panelWidth) + Math.Min(_count, MaxFeatures)));
    }

    /// <summary>Panels of A that are packed at once.</summary>
    private int PanelsOfBlock(int depth, int panelWidth) =>
        Math.Clamp(BlockBytes / (depth * panelWidth * sizeof(T)), 1, GemmShape.Blocks(_columns, panelWidth));

    /// <summary>Cuts the output features and the depth into pieces whose part of Z is packed at once.</summary>
    private void Run<TSimd, TVector>(T* memory)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int featureBlocks = GemmShape.Blocks(_count, MaxFeatures);
        int depthPieces = GemmShape.Blocks(_rows, MaxDepth);
        for (int featureBlock = 0; featureBlock < featureBlocks; featureBlock++)
        {
            int feature = GemmShape.Start(featureBlock, featureBlocks, _count);
            int end = GemmShape.Start(featureBlock + 1, featureBlocks, _count);
            for (int piece = 0; piece < depthPieces; piece++)
            {
                int k = GemmShape.Start(piece, depthPieces, _rows);
                int depth = GemmShape.Start(piece + 1, depthPieces, _rows) - k;
                var part = new GemmTransposed<T>(
                    _z + (k * _strideZ) + feature, _strideZ, end - feature, _a + (k * _strideA), _strideA, _columns, depth,
                    _g + (feature * _strideG), _strideG, _accumulate || piece > 0, _workspace);
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
        int panelsOfBlock = PanelsOfBlock(_rows, panelWidth);
        int blocks = GemmShape.Blocks(panels, panelsOfBlock);
        nint panelLength = (nint)_rows * panelWidth;
        T* edge = memory;
        T* packedA = edge + (GemmTile<TSimd, TVector, T>.MaxRows * panelWidth);
        T* packedZ = packedA + (panelsOfBlock * panelLength);
        PackZ(tiles, packedZ);
        if (_rows <= FewRows && (long)_rows * _columns * sizeof(T) <= 2 * BlockBytes)
        {
            RunFewRows<TSimd, TVector>(tiles, panels, edge, packedA, packedZ);
            return;
        }

        for (int block = 0; block < blocks; block++)
        {
            int first = GemmShape.Start(block, blocks, panels);
            int end = GemmShape.Start(block + 1, blocks, panels);
            PackA(first, end, panelWidth, packedA);

            T* next = _a + (end * panelWidth);
            int nextRows = block + 1 < blocks ? _rows : 0;
            int nextColumns = Math.Min(GemmShape.Start(block + 2, blocks, panels) * panelWidth, _columns) - (end * panelWidth);
            for (int tile = 0; tile < tiles; tile++)
            {
                int row = GemmShape.Start(tile, tiles, _count);
                int height = GemmShape.Start(tile + 1, tiles, _count) - row;
                int from = GemmShape.Start(tile, tiles, nextRows);
                GemmPacking.Prefetch(
                    next + (from * _strideA), _strideA, GemmShape.Start(tile + 1, tiles, nextRows) - from, nextColumns);
                for (int panel = first; panel < end; panel++)
                {
                    int column = panel * panelWidth;
                    GemmTile<TSimd, TVector, T>.RunPart(
                        height, Math.Min(panelWidth, _columns - column), _rows, packedZ + ((nint)row * _rows), height,
                        packedA + ((panel - first) * panelLength), panelWidth, _g + (row * _strideG) + column, _strideG, _accumulate, edge);
                }
            }
        }
    }

    /// <summary>
    /// With few rows A is not packed: it lies in the second-level cache whole, its rows for a panel in the first, and is read
    /// once for each tile of Z. A row of the result is finished before the next tile, as its update wants it.
    /// </summary>
    private void RunFewRows<TSimd, TVector>(int tiles, int panels, T* edge, T* packedA, T* packedZ)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int whole = _columns / panelWidth;
        PackA(whole, panels, panelWidth, packedA);
        for (int tile = 0; tile < tiles; tile++)
        {
            int row = GemmShape.Start(tile, tiles, _count);
            int height = GemmShape.Start(tile + 1, tiles, _count) - row;
            T* tileZ = packedZ + ((nint)row * _rows);
            T* tileG = _g + (row * _strideG);
            for (int panel = 0; panel < whole; panel++)
            {
                int column = panel * panelWidth;
                GemmTile<TSimd, TVector, T>.Run(
                    height, _rows, tileZ, height, _a + column, _strideA, tileG + column, _strideG, _accumulate);
            }

            if (whole < panels)
            {
                int column = whole * panelWidth;
                GemmTile<TSimd, TVector, T>.RunPart(
                    height, _columns - column, _rows, tileZ, height, packedA, panelWidth, tileG + column, _strideG, _accumulate, edge);
            }
        }
    }

    /// <summary>Copies panels of A to [panel][k][column].</summary>
    private void PackA(int first, int end, int panelWidth, T* packed)
    {
        for (int panel = first; panel < end; panel++)
        {
            int column = panel * panelWidth;
            int columns = Math.Min(panelWidth, _columns - column);
            if (columns < panelWidth)
            {
                new Span<T>(packed, _rows * panelWidth).Clear();
            }

            GemmPacking.Copy(_a + column, _strideA, _rows, columns, packed, panelWidth);
            packed += (nint)_rows * panelWidth;
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
