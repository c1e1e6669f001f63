using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>C = A·Wᵀ and C = A·W with few rows, and W as it is stored: the forward pass and the gradient of the input.</summary>
/// <remarks>
/// Packing W costs as much as thirty to forty rows of the product, and the packed copy drives other things out of the cache.
/// With few rows it is cheaper to pack A instead, in panels of rows as [panel][k][row]: lanes hold rows, elements of W are the
/// factors, and tiles of Cᵀ come out, which are turned over. A tile of W (14 features) is read from memory once and from the
/// second-level cache for every further panel of rows.
/// </remarks>
internal readonly unsafe struct GemmStored<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* _a;
    private readonly nint _strideA;
    private readonly int _rows;
    private readonly T* _w;
    private readonly int _outputs;
    private readonly int _inputs;
    private readonly T* _c;
    private readonly nint _strideC;

    public GemmStored(T* a, nint strideA, int rows, T* w, int outputs, int inputs, T* c, nint strideC)
    {
        _a = a;
        _strideA = strideA;
        _rows = rows;
        _w = w;
        _outputs = outputs;
        _inputs = inputs;
        _c = c;
        _strideC = strideC;
    }

    /// <summary>A·Wᵀ.</summary>
    public void RunTransposed<TSimd, TVector>(Workspace<T> workspace)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int maxHeight = GemmTile<TSimd, TVector, T>.MaxRows;
        int panels = GemmShape.Blocks(_rows, panelWidth);
        int tiles = GemmShape.Blocks(_outputs, maxHeight);
        int panelLength = _inputs * panelWidth;
        T* result = workspace.Pointer((maxHeight * panelWidth) + (panels * panelLength));
        T* packed = result + (maxHeight * panelWidth);
        for (int panel = 0; panel < panels; panel++)
        {
            int row = panel * panelWidth;
            int lanes = Math.Min(panelWidth, _rows - row);
            T* to = packed + ((nint)panel * panelLength);
            if (lanes < panelWidth)
            {
                new Span<T>(to, panelLength).Clear();
            }

            GemmPacking.Transpose(_a + (row * _strideA), _strideA, lanes, _inputs, to, panelWidth);
        }

        for (int tile = 0; tile < tiles; tile++)
        {
            int output = GemmShape.Start(tile, tiles, _outputs);
            int height = GemmShape.Start(tile + 1, tiles, _outputs) - output;
            for (int panel = 0; panel < panels; panel++)
            {
                int row = panel * panelWidth;
                GemmTile<TSimd, TVector, T>.Run<FactorsByRow>(
                    height, _inputs, _w + ((nint)output * _inputs), _inputs, packed + ((nint)panel * panelLength), panelWidth, result,
                    panelWidth, false, null);
                GemmPacking.Transpose(
                    result, panelWidth, height, Math.Min(panelWidth, _rows - row), _c + (row * _strideC) + output, _strideC);
            }
        }
    }

    /// <summary>A·W.</summary>
    public void Run<TSimd, TVector>(Workspace<T> workspace)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int maxRows = GemmTile<TSimd, TVector, T>.MaxRows;
        int panels = GemmShape.Blocks(_inputs, panelWidth);
        int tiles = GemmShape.Blocks(_rows, maxRows);
        T* edge = workspace.Pointer((maxRows * panelWidth) + (_outputs * (panelWidth + _rows)));
        T* panelW = edge + (maxRows * panelWidth);
        T* packed = panelW + (_outputs * panelWidth);
        for (int tile = 0; tile < tiles; tile++)
        {
            int row = GemmShape.Start(tile, tiles, _rows);
            int height = GemmShape.Start(tile + 1, tiles, _rows) - row;
            GemmPacking.Transpose(_a + (row * _strideA), _strideA, height, _outputs, packed + ((nint)row * _outputs), height);
        }

        for (int panel = 0; panel < panels; panel++)
        {
            int column = panel * panelWidth;
            int columns = Math.Min(panelWidth, _inputs - column);
            GemmPacking.Copy(_w + column, _inputs, _outputs, columns, panelW, panelWidth);
            int nextRows = panel + 1 < panels ? _outputs : 0;
            for (int tile = 0; tile < tiles; tile++)
            {
                int row = GemmShape.Start(tile, tiles, _rows);
                int height = GemmShape.Start(tile + 1, tiles, _rows) - row;
                int from = GemmShape.Start(tile, tiles, nextRows);
                GemmPacking.Prefetch(
                    _w + column + panelWidth + ((nint)from * _inputs), _inputs, GemmShape.Start(tile + 1, tiles, nextRows) - from,
                    Math.Min(panelWidth, _inputs - column - panelWidth));
                GemmTile<TSimd, TVector, T>.RunPart(
                    height, columns, _outputs, packed + ((nint)row * _outputs), height, panelW, panelWidth, _c + (row * _strideC) + column,
                    _strideC, false, edge);
            }
        }
    }
}
