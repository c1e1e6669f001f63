using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The pixel positions of an image in units of the Gaussian's σ: columns to the right, rows downward.</summary>
/// <remarks>
/// A position is kept as a sum of two numbers of type T, so that its distance from a point nearby is as exact as in double
/// precision: float alone would be off by 1e-6 σ at the rim of a 41 × 41 image.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class PixelLattice<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Positions go on past the image by this many, the widest vector's elements.</summary>
    public const int Padding = 16;

    private readonly PinnedBuffer<T> _positions = new();

    public PixelLattice(int rows, int columns, double left, double columnSpacing, double top, double rowSpacing)
    {
        Rows = rows;
        Columns = columns;
        Left = left;
        ColumnSpacing = columnSpacing;
        Top = top;
        RowSpacing = rowSpacing;
        PaddedColumns = columns + Padding;
        PaddedRows = rows + Padding;
        _positions.Reserve(2 * (PaddedColumns + PaddedRows));
        for (int j = 0; j < PaddedColumns; j++)
        {
            (ColumnHigh[j], ColumnLow[j]) = Split(left + (columnSpacing * j));
        }

        for (int i = 0; i < PaddedRows; i++)
        {
            (RowHigh[i], RowLow[i]) = Split(Row(i));
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Columns with those past the image.</summary>
    public int PaddedColumns { get; }

    /// <summary>Rows with those past the image.</summary>
    public int PaddedRows { get; }

    /// <summary>Position of column 0.</summary>
    public double Left { get; }

    /// <summary>From a column to the next.</summary>
    public double ColumnSpacing { get; }

    /// <summary>Position of row 0.</summary>
    public double Top { get; }

    /// <summary>From a row down to the next, positive.</summary>
    public double RowSpacing { get; }

    /// <summary>The columns' positions, rounded to T.</summary>
    public T* ColumnHigh => _positions.Pointer;

    /// <summary>What the rounding took away.</summary>
    public T* ColumnLow => _positions.Pointer + PaddedColumns;

    /// <summary>The rows' positions, rounded to T.</summary>
    public T* RowHigh => _positions.Pointer + (2 * PaddedColumns);

    /// <summary>What the rounding took away.</summary>
    public T* RowLow => _positions.Pointer + (2 * PaddedColumns) + PaddedRows;

    /// <summary>A number as a sum of two of type T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T High, T Low) Split(double value)
    {
        if (typeof(T) == typeof(double))
        {
            return (Unsafe.BitCast<double, T>(value), T.Zero);
        }

        T high = T.CreateTruncating(value);
        return (high, T.CreateTruncating(value - double.CreateTruncating(high)));
    }

    /// <summary>Position of a row.</summary>
    public double Row(int row) => Top - (row * RowSpacing);

    /// <summary>The columns within an interval, [Start, End), cut to the image.</summary>
    public (int Start, int End) ColumnsWithin(double low, double high) =>
        Range((low - Left) / ColumnSpacing, (high - Left) / ColumnSpacing, Columns);

    /// <summary>The rows within an interval, [Start, End), cut to the image.</summary>
    public (int Start, int End) RowsWithin(double low, double high) =>
        Range((Top - high) / RowSpacing, (Top - low) / RowSpacing, Rows);

    private static (int Start, int End) Range(double low, double high, int count)
    {
        int start = (int)Math.Clamp(Math.Ceiling(low), 0, count);
        int end = (int)Math.Clamp(Math.Floor(high) + 1, start, count);
        return (start, end);
    }
}
