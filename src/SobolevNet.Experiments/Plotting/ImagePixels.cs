using SkiaSharp;

namespace SobolevNet.Experiments.Plotting;

/// <summary>Numbers as pixels: intensities in gray, derivatives in blue (negative), white (zero) and red (positive).</summary>
internal static class ImagePixels
{
    private static readonly (double R, double G, double B) Negative = (33, 102, 172);
    private static readonly (double R, double G, double B) Positive = (178, 24, 43);

    /// <summary>Gray: 0 is black, 1 is white; values outside are clamped.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <returns>8 bits a pixel.</returns>
    public static SKBitmap Gray(ReadOnlySpan<double> values, int rows, int columns)
    {
        var bitmap = new SKBitmap(new SKImageInfo(columns, rows, SKColorType.Gray8, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double value = Math.Clamp(values[(row * columns) + column], 0, 1);
                pixels[(row * bitmap.RowBytes) + column] = (byte)Math.Round(255 * value);
            }
        }

        return bitmap;
    }

    /// <summary>Signed values; the colors are saturated at plus and minus the largest magnitude.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <returns>The picture.</returns>
    public static SKBitmap Signed(ReadOnlySpan<double> values, int rows, int columns)
    {
        double largest = LargestMagnitude(values);
        var bitmap = new SKBitmap(new SKImageInfo(columns, rows, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double value = largest == 0 ? 0 : values[(row * columns) + column] / largest;
                bitmap.SetPixel(column, row, Diverging(value));
            }
        }

        return bitmap;
    }

    public static double LargestMagnitude(ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    /// <summary>Writes a picture as PNG.</summary>
    public static void SavePng(SKBitmap bitmap, string path)
    {
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new IOException($"The picture for {path} cannot be encoded.");
        AtomicFile.WriteAllBytes(path, data.AsSpan());
    }

    private static SKColor Diverging(double value)
    {
        var end = value < 0 ? Negative : Positive;

        // The square root makes the faint parts of a derivative visible beside its sharp edges.
        double t = Math.Sqrt(Math.Abs(value));
        return new SKColor(Mix(end.R), Mix(end.G), Mix(end.B));

        byte Mix(double color) => (byte)Math.Round(255 + (t * (color - 255)));
    }
}
