using SkiaSharp;

namespace SobolevNet.Experiments.Plotting;

/// <summary>A page of pictures of one size in rows, with captions and headings.</summary>
internal sealed class PictureSheet : IDisposable
{
    public const int Gap = 14;
    private const int CaptionHeight = 20;
    private const int HeadingHeight = 34;

    private readonly List<object> _items = [];
    private readonly int _cell;
    private readonly int _columns;

    /// <summary>Starts a page.</summary>
    /// <param name="cell">Width and height of a picture in pixels.</param>
    /// <param name="columns">Pictures of a row.</param>
    public PictureSheet(int cell, int columns) => (_cell, _columns) = (cell, columns);

    /// <summary>Adds a line of text.</summary>
    public void AddHeading(string text) => _items.Add(text);

    /// <summary>Adds a row of pictures.</summary>
    public void AddRow(IEnumerable<Picture> pictures) => _items.Add(pictures.ToArray());

    /// <summary>Draws the page and writes it as PNG.</summary>
    public void Save(string path)
    {
        int width = Gap + (_columns * (_cell + Gap));
        int height = Gap + _items.Sum(item => item is string ? HeadingHeight : _cell + CaptionHeight + Gap);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            float top = Gap;
            foreach (object item in _items)
            {
                if (item is string heading)
                {
                    DrawText(canvas, heading, Gap, top + 20, 17, SKColors.Black);
                    top += HeadingHeight;
                    continue;
                }

                float left = Gap;
                foreach (var picture in (Picture[])item)
                {
                    Draw(canvas, picture, new SKRect(left, top, left + _cell, top + _cell));
                    left += _cell + Gap;
                }

                top += _cell + CaptionHeight + Gap;
            }
        }

        ImagePixels.SavePng(bitmap, path);
    }

    public void Dispose()
    {
        foreach (var picture in _items.OfType<Picture[]>().SelectMany(row => row))
        {
            picture.Bitmap.Dispose();
        }
    }

    private static void Draw(SKCanvas canvas, Picture picture, SKRect place)
    {
        // Pixels stay sharp squares, as the network gets them.
        using var image = SKImage.FromBitmap(picture.Bitmap);
        canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest));
        using var border = new SKPaint { Style = SKPaintStyle.Stroke, Color = SKColors.Silver, StrokeWidth = 1 };
        canvas.DrawRect(place, border);
        if (picture.Overlay is not null)
        {
            canvas.Save();
            canvas.ClipRect(place);
            picture.Overlay(canvas, place);
            canvas.Restore();
        }

        DrawText(canvas, picture.Caption, place.Left, place.Bottom + 15, 13, SKColors.DimGray);
    }

    private static void DrawText(SKCanvas canvas, string text, float left, float baseline, float size, SKColor color)
    {
        using var font = new SKFont(EmbeddedFont.Typeface, size) { Subpixel = true };
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(text, left, baseline, font, paint);
    }
}

/// <summary>A picture of a page.</summary>
/// <param name="Bitmap">Its pixels, which are enlarged.</param>
/// <param name="Caption">A few words below it.</param>
/// <param name="Overlay">Draws over it; gets the canvas and the picture's place.</param>
internal sealed record Picture(SKBitmap Bitmap, string Caption, Action<SKCanvas, SKRect>? Overlay = null);
