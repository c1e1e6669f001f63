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
/// Loops, outermost first: blocks of output features, blocks of eight panels of columns, blocks of the depth, panels, tiles.
/// The block of G (about 256 × 256) stays in the second-level cache for the whole depth, the packed block of Z too, and the
/// packed panel of A (256 rows × 128 bytes) in the first.
/// </para>
/// <para>
/// Where lanes would go to waste (a layer of few inputs), Gᵀ = Aᵀ·Z is computed in the workspace with the same code, and
/// turned over at the end; the sums are the same.
/// </para>
/// </remarks>
internal readonly unsafe struct GemmTransposed<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int PanelsOfBlock = 8;

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
            Run<TSimd, TVector>(workspace, 0);
            return;
        }

        int length = _columns * turnedStride;
        T* turned = workspace.Pointer(length + WorkspaceLength<TSimd, TVector>(_columns));
        if (_accumulate)
        {
            GemmPacking.Transpose(_g, _strideG, _count, _columns, turned, turnedStride);
        }

        new GemmTransposed<T>(_a, _strideA, _columns, _z, _strideZ, _count, _rows, turned, turnedStride, _accumulate)
            .Run<TSimd, TVector>(workspace, length);
        GemmPacking.Transpose(turned, turnedStride, _columns, _count, _g, _strideG);
    }

    /// <summary>Elements of scratch memory: a packed block of Z, a packed panel of A and a tile.</summary>
    private static int WorkspaceLength<TSimd, TVector>(int count)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int maxRows = GemmTile<TSimd, TVector, T>.MaxRows;
        int tiles = Math.Min(GemmShape.Blocks(count, maxRows), GemmShape.TilesOfBlock<T>(maxRows));
        return (GemmShape.BlockDepth * ((tiles * maxRows) + GemmTile<TSimd, TVector, T>.Columns))
            + (maxRows * GemmTile<TSimd, TVector, T>.Columns);
    }

    /// <param name="workspace">The scratch memory.</param>
    /// <param name="offset">How much of it is taken.</param>
    private void Run<TSimd, TVector>(Workspace<T> workspace, int offset)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int maxRows = GemmTile<TSimd, TVector, T>.MaxRows;
        int tiles = GemmShape.Blocks(_count, maxRows);
        int tileBlocks = GemmShape.Blocks(tiles, GemmShape.TilesOfBlock<T>(maxRows));
        int panels = GemmShape.Blocks(_columns, panelWidth);
        int panelBlocks = GemmShape.Blocks(panels, PanelsOfBlock);
        int depthBlocks = GemmShape.Blocks(_rows, GemmShape.BlockDepth);
        T* panelA = workspace.Pointer(offset + WorkspaceLength<TSimd, TVector>(_count)) + offset;
        T* edge = panelA + (GemmShape.BlockDepth * panelWidth);
        T* packedZ = edge + (maxRows * panelWidth);

        for (int tileBlock = 0; tileBlock < tileBlocks; tileBlock++)
        {
            int firstTile = GemmShape.Start(tileBlock, tileBlocks, tiles);
            int endTile = GemmShape.Start(tileBlock + 1, tileBlocks, tiles);
            int firstRow = GemmShape.Start(firstTile, tiles, _count);
            for (int panelBlock = 0; panelBlock < panelBlocks; panelBlock++)
            {
                int firstPanel = GemmShape.Start(panelBlock, panelBlocks, panels);
                int endPanel = GemmShape.Start(panelBlock + 1, panelBlocks, panels);
                for (int depthBlock = 0; depthBlock < depthBlocks; depthBlock++)
                {
                    int k = GemmShape.Start(depthBlock, depthBlocks, _rows);
                    int depth = GemmShape.Start(depthBlock + 1, depthBlocks, _rows) - k;
                    bool accumulate = _accumulate || depthBlock > 0;
                    for (int tile = firstTile; tile < endTile; tile++)
                    {
                        int row = GemmShape.Start(tile, tiles, _count);
                        int height = GemmShape.Start(tile + 1, tiles, _count) - row;
                        GemmPacking.Copy(
                            _z + (k * _strideZ) + row, _strideZ, depth, height,
                            packedZ + ((nint)(row - firstRow) * depth), height);
                    }

                    for (int panel = firstPanel; panel < endPanel; panel++)
                    {
                        int column = panel * panelWidth;
                        int columns = Math.Min(panelWidth, _columns - column);
                        if (columns < panelWidth)
                        {
                            new Span<T>(panelA, depth * panelWidth).Clear();
                        }

                        GemmPacking.Copy(_a + (k * _strideA) + column, _strideA, depth, columns, panelA, panelWidth);
                        for (int tile = firstTile; tile < endTile; tile++)
                        {
                            int row = GemmShape.Start(tile, tiles, _count);
                            int height = GemmShape.Start(tile + 1, tiles, _count) - row;
                            T* tileZ = packedZ + ((nint)(row - firstRow) * depth);
                            T* tileG = _g + (row * _strideG) + column;
                            if (columns == panelWidth)
                            {
                                GemmTile<TSimd, TVector, T>.Run(
                                    height, depth, tileZ, height, panelA, panelWidth, tileG, _strideG, accumulate);
                            }
                            else
                            {
                                GemmTile<TSimd, TVector, T>.RunEdge(
                                    height, columns, depth, tileZ, height, panelA, panelWidth, tileG, _strideG, accumulate, edge);
                            }
                        }
                    }
                }
            }
        }
    }
}
