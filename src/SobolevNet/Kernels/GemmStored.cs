using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>C = A·Wᵀ and C = A·W with few rows, and W as it is stored: the forward pass and the gradient of the input.</summary>
/// <remarks>
/// <para>
/// Packing W costs as much as thirty to forty rows of the product, and the packed copy drives other things out of the cache.
/// With few rows it is cheaper to pack A instead, in panels of rows as [panel][k][row]: lanes hold rows, elements of W are the
/// factors, and tiles of Cᵀ come out, which are transposed at the end.
/// </para>
/// <para>
/// A·Wᵀ reads rows of W along their length. A·W reads 14 elements of every row; 64 rows of W at a time stay in the second-level
/// cache until all their columns are used, and the sums of a tile are stored in between.
/// </para>
/// <para>
/// On a Zen 4, 32 rows, 512 × 512: 0.91 of the FMA peak with W in the second-level cache and 0.75 from the third for A·Wᵀ,
/// 0.82 and 0.65 for A·W, where a product with packed W reaches 0.78 and packing takes as long again. Slower: for A·W
/// copying a panel of W to the workspace (0.56), blocks of 32, 128 and 256 rows; for A·Wᵀ prefetching the next tile of W
/// (a tenth worse with 1681 columns), and lower tiles (no difference).
/// </para>
/// </remarks>
internal readonly unsafe struct GemmStored<T> : IVectorOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows of W that are used at a time in A·W.</summary>
    private const int BlockDepth = 64;

    private readonly T* _a;
    private readonly nint _strideA;
    private readonly int _rows;
    private readonly T* _w;
    private readonly int _outputs;
    private readonly int _inputs;
    private readonly T* _c;
    private readonly nint _strideC;
    private readonly bool _transposed;
    private readonly Workspace<T> _workspace;

    public GemmStored(
        T* a, nint strideA, int rows, T* w, int outputs, int inputs, T* c, nint strideC, bool transposed, Workspace<T> workspace)
    {
        _a = a;
        _strideA = strideA;
        _rows = rows;
        _w = w;
        _outputs = outputs;
        _inputs = inputs;
        _c = c;
        _strideC = strideC;
        _transposed = transposed;
        _workspace = workspace;
    }

    /// <summary>A·Wᵀ or A·W.</summary>
    public void Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        if (_transposed)
        {
            RunTransposed<TSimd, TVector>();
        }
        else
        {
            RunStraight<TSimd, TVector>();
        }
    }

    /// <summary>A·Wᵀ.</summary>
    private void RunTransposed<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int maxHeight = GemmTile<TSimd, TVector, T>.MaxRows;
        int panels = GemmShape.Blocks(_rows, panelWidth);
        int tiles = GemmShape.Blocks(_outputs, maxHeight);
        nint panelLength = (nint)_inputs * panelWidth;
        T* result = _workspace.Pointer((maxHeight * panelWidth) + (panels * _inputs * panelWidth));
        T* packed = result + (maxHeight * panelWidth);
        Pack(_inputs, panelWidth, packed);
        for (int tile = 0; tile < tiles; tile++)
        {
            int output = GemmShape.Start(tile, tiles, _outputs);
            int height = GemmShape.Start(tile + 1, tiles, _outputs) - output;
            for (int panel = 0; panel < panels; panel++)
            {
                GemmTile<TSimd, TVector, T>.Run<FactorsByRow>(
                    height, _inputs, _w + ((nint)output * _inputs), _inputs, packed + (panel * panelLength), panelWidth, result, panelWidth,
                    false, null);
                TransposeTo(result, height, output, panel, panelWidth);
            }
        }
    }

    /// <summary>A·W.</summary>
    private void RunStraight<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
    {
        int panelWidth = GemmTile<TSimd, TVector, T>.Columns;
        int panels = GemmShape.Blocks(_rows, panelWidth);
        int tiles = GemmShape.Blocks(_inputs, GemmTile<TSimd, TVector, T>.MaxRows);
        int blocks = GemmShape.Blocks(_outputs, BlockDepth);
        nint panelLength = (nint)_outputs * panelWidth;
        T* packed = _workspace.Pointer((_outputs + _inputs) * panels * panelWidth);
        T* result = packed + (panels * panelLength);
        GemmPacking.Prefetch(_w, GemmShape.Start(1, blocks, _outputs) * _inputs);
        Pack(_outputs, panelWidth, packed);
        for (int block = 0; block < blocks; block++)
        {
            int k = GemmShape.Start(block, blocks, _outputs);
            int end = GemmShape.Start(block + 1, blocks, _outputs);
            int nextEnd = block + 1 < blocks ? GemmShape.Start(block + 2, blocks, _outputs) : end;
            T* rows = _w + ((nint)k * _inputs);
            T* next = _w + ((nint)end * _inputs);
            var share = new GemmPieces(tiles, (nextEnd - end) * _inputs);
            var place = new GemmPieces(tiles, _inputs);
            for (int tile = 0; tile < tiles; tile++)
            {
                GemmPacking.Prefetch(next + share.Start, share.Length);
                for (int panel = 0; panel < panels; panel++)
                {
                    T* tileC = result + ((((nint)panel * _inputs) + place.Start) * panelWidth);
                    GemmTile<TSimd, TVector, T>.Run(
                        place.Length, end - k, rows + place.Start, _inputs, packed + (panel * panelLength) + (k * panelWidth), panelWidth, tileC,
                        panelWidth, block > 0);
                    if (end == _outputs)
                    {
                        TransposeTo(tileC, place.Length, place.Start, panel, panelWidth);
                    }
                }

                place.MoveNext();
                share.MoveNext();
            }
        }
    }

    /// <summary>Copies A to [panel][k][row]; lanes beyond the last row are zero.</summary>
    private void Pack(int depth, int panelWidth, T* packed)
    {
        for (int row = 0; row < _rows; row += panelWidth)
        {
            int lanes = Math.Min(panelWidth, _rows - row);
            if (lanes < panelWidth)
            {
                new Span<T>(packed, depth * panelWidth).Clear();
            }

            GemmPacking.Transpose(_a + (row * _strideA), _strideA, lanes, depth, packed, panelWidth);
            packed += (nint)depth * panelWidth;
        }
    }

    /// <summary>Writes a tile of Cᵀ to its place in C.</summary>
    private void TransposeTo(T* tile, int height, int column, int panel, int panelWidth)
    {
        int row = panel * panelWidth;
        GemmPacking.Transpose(tile, panelWidth, height, Math.Min(panelWidth, _rows - row), _c + (row * _strideC) + column, _strideC);
    }
}
