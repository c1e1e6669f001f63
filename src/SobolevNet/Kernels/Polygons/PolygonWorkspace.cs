using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The memory in which one thread renders an image of polygons; it grows to what is needed and is then kept.</summary>
/// <typeparam name="T">float or double: the type of the image.</typeparam>
internal sealed unsafe class PolygonWorkspace<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaximalFunctions = 1 << 30;

    private readonly PinnedBuffer<double> _motions = new();
    private readonly PinnedBuffer<double> _parts = new();
    private readonly PinnedBuffer<double> _corners = new();
    private PolygonTile[] _tiles = new PolygonTile[32];

    /// <summary>Coefficients that combine basis functions; by the layout of <see cref="PolygonLayout"/>.</summary>
    public PinnedBuffer<T> Coefficients { get; } = new();

    /// <summary>Basis functions of all tiles.</summary>
    public PinnedBuffer<T> Functions { get; } = new();

    /// <summary>Column ranges of all tiles' rows.</summary>
    public PinnedBuffer<int> Ranges { get; } = new();

    /// <summary>Image values without the background, shape (rows, padded columns).</summary>
    public PinnedBuffer<T> Values { get; } = new();

    /// <summary>Tables of the piece at hand, laid out by the kernel.</summary>
    public PinnedBuffer<T> Tables { get; } = new();

    /// <summary>The tiles that touch the row at hand, then those that touch the vector at hand.</summary>
    public PinnedBuffer<ActiveTile> Active { get; } = new();

    /// <summary>Number of tiles so far.</summary>
    public int TileCount { get; private set; }

    /// <summary>Elements of <see cref="Coefficients"/> in use.</summary>
    public int CoefficientsUsed { get; private set; }

    /// <summary>Elements of <see cref="Functions"/> in use.</summary>
    public int FunctionsUsed { get; private set; }

    /// <summary>Elements of <see cref="Ranges"/> in use.</summary>
    public int RangesUsed { get; private set; }

    /// <summary>First row that anything touches.</summary>
    public int RowStart { get; private set; }

    /// <summary>One past the last row that anything touches.</summary>
    public int RowEnd { get; private set; }

    /// <summary>One past the last column that anything touches; what is further right is background.</summary>
    public int ColumnEnd { get; private set; }

    /// <summary>The tiles so far.</summary>
    public ReadOnlySpan<PolygonTile> Tiles => _tiles.AsSpan(0, TileCount);

    /// <summary>Scratch for the vertices' jets.</summary>
    public Span<double> Motions(int length)
    {
        _motions.Reserve(length);
        return _motions.Span(0, length);
    }

    /// <summary>Scratch for the parts of an edge's motion.</summary>
    public Span<double> Parts(int length)
    {
        _parts.Reserve(length);
        return _parts.Span(0, length);
    }

    /// <summary>Scratch for the sums at vertices.</summary>
    public Span<double> Corners(int length)
    {
        _corners.Reserve(length);
        return _corners.Span(0, length);
    }

    /// <summary>Forgets the previous image.</summary>
    /// <param name="lattice">The pixels.</param>
    /// <param name="rowStart">First row that the scene touches.</param>
    /// <param name="rowEnd">One past the last row that the scene touches.</param>
    /// <param name="columnEnd">One past the last column that the scene touches.</param>
    public void Begin(PixelLattice<T> lattice, int rowStart, int rowEnd, int columnEnd)
    {
        TileCount = 0;
        CoefficientsUsed = 0;
        FunctionsUsed = 0;
        RangesUsed = 0;
        (RowStart, RowEnd, ColumnEnd) = (rowStart, rowEnd, columnEnd);
        Values.Reserve(checked(lattice.Rows * lattice.PaddedColumns));
        Values.Span(rowStart * lattice.PaddedColumns, (rowEnd - rowStart) * lattice.PaddedColumns).Clear();
    }

    /// <summary>Takes room for coefficients, zeroed.</summary>
    /// <returns>Where they start.</returns>
    public int TakeCoefficients(int length)
    {
        int offset = CoefficientsUsed;
        CoefficientsUsed = checked(offset + length);
        Coefficients.Reserve(CoefficientsUsed);
        Coefficients.Span(offset, length).Clear();
        return offset;
    }

    /// <summary>Adds a tile and takes room for its functions and ranges.</summary>
    /// <exception cref="ArgumentException">There is not room for so many functions of so many pixels.</exception>
    public ref PolygonTile AddTile(int rowStart, int rowEnd, int firstColumn, int stride, int functions)
    {
        long values = (long)(rowEnd - rowStart) * functions * stride;
        if (FunctionsUsed + values > MaximalFunctions)
        {
            throw new ArgumentException(
                $"The image is too large for derivatives of these polygons: they need more than {MaximalFunctions} numbers of scratch memory.",
                "image");
        }

        if (TileCount == _tiles.Length)
        {
            Array.Resize(ref _tiles, 2 * TileCount);
        }

        ref PolygonTile tile = ref _tiles[TileCount++];
        tile = new PolygonTile
        {
            RowStart = rowStart,
            RowEnd = rowEnd,
            FirstColumn = firstColumn,
            Stride = stride,
            Functions = functions,
            Values = FunctionsUsed,
            Ranges = RangesUsed,
        };
        FunctionsUsed += (int)values;
        RangesUsed = checked(RangesUsed + (2 * (rowEnd - rowStart)));
        Functions.Reserve(FunctionsUsed);
        Ranges.Reserve(RangesUsed);
        return ref tile;
    }

    /// <summary>A tile in the row at hand.</summary>
    internal struct ActiveTile
    {
        /// <summary>The first basis function at column 0 of the image; only columns of the range may be read.</summary>
        public T* Functions;

        /// <summary>From a basis function to the next.</summary>
        public int Stride;

        /// <summary>First column of the range.</summary>
        public int Start;

        /// <summary>One past the last column of the range.</summary>
        public int End;

        /// <summary>Basis functions that first derivatives need.</summary>
        public int FirstFunctions;

        /// <summary>Basis functions that second derivatives need.</summary>
        public int SecondFunctions;

        /// <summary>The tile's coefficients.</summary>
        public T* Coefficients;
    }
}
