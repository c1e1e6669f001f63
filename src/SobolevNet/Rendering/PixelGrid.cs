namespace SobolevNet.Rendering;

/// <summary>Where the pixels of an image lie in the image plane: u to the right, v upward.</summary>
/// <remarks>
/// Pixel (row i, column j) samples the plane at u = Left + j·(Right − Left)/(Columns − 1) and
/// v = Top − i·(Top − Bottom)/(Rows − 1): the outer pixels lie on the rim. Row 0 is the top one. A feature row of an image
/// is row-major: pixel (i, j) is feature i·Columns + j.
/// </remarks>
public sealed class PixelGrid
{
    private const double SmallestSpacing = 1e-150;
    private const double LargestSpacing = 1e150;

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

        CheckBounds(left, nameof(left), "left", right, nameof(right), "right", columns);
        CheckBounds(bottom, nameof(bottom), "bottom", top, nameof(top), "top", rows);
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
    /// <param name="column">A column index; may lie outside of the image.</param>
    /// <returns>The position.</returns>
    public double ColumnPosition(int column) => Left + (column * ColumnSpacing);

    /// <summary>v of a row.</summary>
    /// <param name="row">A row index; may lie outside of the image.</param>
    /// <returns>The position.</returns>
    public double RowPosition(int row) => Top - (row * RowSpacing);

    /// <summary>Refuses bounds that are not finite, out of order, or so close or far apart that pixels cannot be told apart.</summary>
    private static void CheckBounds(
        double low, string lowName, string lowSide, double high, string highName, string highSide, int count)
    {
        if (!double.IsFinite(low))
        {
            throw new ArgumentOutOfRangeException(lowName, low, $"The {lowSide} rim must be finite.");
        }

        if (!(high > low && double.IsFinite(high)))
        {
            throw new ArgumentOutOfRangeException(highName, high, $"The {highSide} rim must be above the {lowSide} one, {low}, and finite.");
        }

        double spacing = (high - low) / (count - 1);
        double smallest = Math.Max(SmallestSpacing, 1e-13 * Math.Max(Math.Abs(low), Math.Abs(high)));
        if (!(spacing >= smallest && spacing <= LargestSpacing))
        {
            throw new ArgumentOutOfRangeException(
                highName,
                high,
                $"{count} pixels from {low} to {high} would be {spacing} apart; the distance must be from {smallest} to {LargestSpacing}.");
        }
    }
}
