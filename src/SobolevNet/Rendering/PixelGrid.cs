namespace SobolevNet.Rendering;

/// <summary>Where the pixels of an image lie in the image plane: u to the right, v upward.</summary>
/// <remarks>
/// Pixel (row i, column j) samples the plane at u = Left + j·(Right − Left)/(Columns − 1) and
/// v = Top − i·(Top − Bottom)/(Rows − 1): the outer pixels lie on the rim. Row 0 is the top one. A feature row of an image
/// is row-major: pixel (i, j) is feature i·Columns + j.
/// </remarks>
public sealed record PixelGrid
{
    /// <summary>Makes a grid.</summary>
    /// <param name="rows">At least 2.</param>
    /// <param name="columns">At least 2.</param>
    /// <param name="left">u of the first column.</param>
    /// <param name="right">u of the last column, above <paramref name="left"/>.</param>
    /// <param name="bottom">v of the last row.</param>
    /// <param name="top">v of the first row, above <paramref name="bottom"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 2 or too large, or a bound is not finite or out of order.</exception>
    public PixelGrid(int rows, int columns, double left = -1, double right = 1, double bottom = -1, double top = 1)
    {
        if (rows < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), rows, "An image has at least 2 rows.");
        }

        if (columns < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(columns), columns, "An image has at least 2 columns.");
        }

        if ((long)rows * columns > 1 << 26)
        {
            throw new ArgumentOutOfRangeException(
                nameof(rows), rows, $"An image of {rows} rows and {columns} columns is larger than 2²⁶ pixels.");
        }

        if (!double.IsFinite(left) || !double.IsFinite(right) || !(right > left))
        {
            throw new ArgumentOutOfRangeException(
                nameof(right), right, $"The right rim must be above the left one, {left}, and both finite.");
        }

        if (!double.IsFinite(bottom) || !double.IsFinite(top) || !(top > bottom))
        {
            throw new ArgumentOutOfRangeException(
                nameof(top), top, $"The top rim must be above the bottom one, {bottom}, and both finite.");
        }

        Rows = rows;
        Columns = columns;
        Left = left;
        Right = right;
        Bottom = bottom;
        Top = top;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Number of pixels.</summary>
    public int Pixels => Rows * Columns;

    /// <summary>u of the first column.</summary>
    public double Left { get; }

    /// <summary>u of the last column.</summary>
    public double Right { get; }

    /// <summary>v of the last row.</summary>
    public double Bottom { get; }

    /// <summary>v of the first row.</summary>
    public double Top { get; }

    /// <summary>From a column to the next.</summary>
    public double ColumnSpacing => (Right - Left) / (Columns - 1);

    /// <summary>From a row down to the next, positive.</summary>
    public double RowSpacing => (Top - Bottom) / (Rows - 1);

    /// <summary>u of a column.</summary>
    /// <param name="column">A column index.</param>
    /// <returns>The position.</returns>
    public double ColumnPosition(int column) => Left + (column * ColumnSpacing);

    /// <summary>v of a row.</summary>
    /// <param name="row">A row index.</param>
    /// <returns>The position.</returns>
    public double RowPosition(int row) => Top - (row * RowSpacing);
}
