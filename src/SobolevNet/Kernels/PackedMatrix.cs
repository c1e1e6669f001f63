using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The right-hand matrix B (depth × columns) of a product, laid out for the micro-kernel.</summary>
/// <remarks>
/// Columns are cut into panels as wide as a tile (two vectors); a panel holds its columns of all rows of B one after the
/// other, so that the micro-kernel reads it from front to back: element (k, n) lies at
/// (n / PanelWidth · depth + k) · PanelWidth + n mod PanelWidth. The last panel is filled up with zeros.
/// Threads may share the packing of one matrix: by ranges of rows of the source, which are rows of B or, transposed, panels.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class PackedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _memory;
    private readonly int _offset;

    /// <summary>A matrix for kernels of one vector width, the machine's if none is named; products with it use that width.</summary>
    public PackedMatrix(int depth, int columns, VectorWidth? width = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Depth = depth;
        Columns = columns;
        Width = width ?? VectorWidths.Current;
        PanelWidth = GemmShape.PanelWidth<T>(Width);
        Panels = GemmShape.Blocks(columns, PanelWidth);
        (_memory, _offset) = AlignedMemory.Allocate<T>(checked(Panels * depth * PanelWidth));
        _memory.AsSpan().Clear();
    }

    /// <summary>Rows of B, the length of the sums.</summary>
    public int Depth { get; }

    /// <summary>Columns of B and of the result.</summary>
    public int Columns { get; }

    /// <summary>The vector width that the layout is for.</summary>
    public VectorWidth Width { get; }

    /// <summary>Columns of a panel.</summary>
    public int PanelWidth { get; }

    /// <summary>Number of panels.</summary>
    public int Panels { get; }

    /// <summary>The packed elements, <see cref="Panels"/> × <see cref="Depth"/> × <see cref="PanelWidth"/>.</summary>
    public ReadOnlySpan<T> Data => _memory.AsSpan(_offset, Panels * Depth * PanelWidth);

    /// <summary>The start of <see cref="Data"/>, at a cache line; valid while this object is referenced.</summary>
    public T* Pointer => (T*)Unsafe.AsPointer(ref _memory[_offset]);

    /// <summary>B = source, which is (depth × columns), row-major.</summary>
    public void Pack(ReadOnlySpan<T> source) => Pack(source, 0, Depth);

    /// <summary>The same for some rows of B only.</summary>
    public void Pack(ReadOnlySpan<T> source, int firstRow, int rows)
    {
        CheckSource(source.Length, firstRow, rows, Depth, nameof(firstRow));
        fixed (T* start = source)
        {
            for (int panel = 0; panel < Panels; panel++)
            {
                int column = panel * PanelWidth;
                GemmPacking.Copy(
                    start + ((nint)firstRow * Columns) + column, Columns, rows, Math.Min(PanelWidth, Columns - column),
                    Pointer + ((((nint)panel * Depth) + firstRow) * PanelWidth), PanelWidth);
            }
        }
    }

    /// <summary>B = sourceᵀ, where source is (columns × depth), row-major: a weight matrix (out × in) for the forward pass.</summary>
    public void PackTransposed(ReadOnlySpan<T> source) => PackTransposed(source, 0, Panels);

    /// <summary>The same for some panels only.</summary>
    public void PackTransposed(ReadOnlySpan<T> source, int firstPanel, int panels)
    {
        CheckSource(source.Length, firstPanel, panels, Panels, nameof(firstPanel));
        fixed (T* start = source)
        {
            for (int panel = firstPanel; panel < firstPanel + panels; panel++)
            {
                int column = panel * PanelWidth;
                GemmPacking.Transpose(
                    start + ((nint)column * Depth), Depth, Math.Min(PanelWidth, Columns - column), Depth,
                    Pointer + ((nint)panel * Depth * PanelWidth), PanelWidth);
            }
        }
    }

    /// <summary>Copies a row of B.</summary>
    public void CopyRow(int row, Span<T> destination)
    {
        for (int panel = 0; panel < Panels; panel++)
        {
            int column = panel * PanelWidth;
            Data.Slice(((panel * Depth) + row) * PanelWidth, Math.Min(PanelWidth, Columns - column)).CopyTo(destination[column..]);
        }
    }

    private void CheckSource(int length, int first, int count, int all, string name)
    {
        if (length != Depth * Columns)
        {
            throw new ArgumentException(
                $"The source has {length} elements; a matrix of {Depth} × {Columns} has {Depth * Columns}.", "source");
        }

        if (first < 0 || count < 0 || first + count > all)
        {
            throw new ArgumentOutOfRangeException(name, first, $"{count} from {first} on do not lie in [0, {all}).");
        }
    }
}
