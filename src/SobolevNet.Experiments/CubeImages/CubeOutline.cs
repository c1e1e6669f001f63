using SkiaSharp;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.CubeImages;

/// <summary>Draws cubes as lines over their images.</summary>
internal static class CubeOutline
{
    /// <summary>The nine edges of the three visible faces, as pairs of vertices.</summary>
    private static readonly (int A, int B)[] VisibleEdges = [(7, 3), (7, 5), (7, 6), (3, 1), (3, 2), (5, 1), (5, 4), (6, 2), (6, 4)];

    /// <summary>
    /// The seven visible vertices, computed from the predicted neighbors 3, 5 and 6 of the nearest vertex. The neighbors span a triangle
    /// whose mean side is √2 edges; the nearest vertex lies over its center, edge/√3 towards the camera, and the others complete
    /// parallelograms.
    /// </summary>
    /// <param name="prediction">x y z of vertices 3, 5 and 6.</param>
    /// <returns>Vertices by number, without the hidden vertex 0.</returns>
    public static Dictionary<int, Vector3D> FromNeighbors(ReadOnlySpan<double> prediction)
    {
        var three = new Vector3D(prediction[0], prediction[1], prediction[2]);
        var five = new Vector3D(prediction[3], prediction[4], prediction[5]);
        var six = new Vector3D(prediction[6], prediction[7], prediction[8]);
        double side = ((five - three).Length + (six - five).Length + (three - six).Length) / 3;
        var normal = (five - three).Cross(six - three);
        normal = (normal.Z < 0 ? -1 : 1) / Math.Max(normal.Length, 1e-12) * normal;
        var seven = ((1 / 3.0) * (three + five + six)) + (side / Math.Sqrt(6) * normal);
        return new Dictionary<int, Vector3D>
        {
            [3] = three,
            [5] = five,
            [6] = six,
            [7] = seven,
            [1] = three + five - seven,
            [2] = three + six - seven,
            [4] = five + six - seven,
        };
    }

    /// <summary>Draws the visible edges.</summary>
    public static void DrawEdges(SKCanvas canvas, SKRect place, CubeRenderer renderer, IReadOnlyDictionary<int, Vector3D> vertices, SKColor color)
    {
        using var paint = new SKPaint { Style = SKPaintStyle.Stroke, Color = color, StrokeWidth = 1.6f, IsAntialias = true };
        foreach (var (a, b) in VisibleEdges)
        {
            canvas.DrawLine(Place(renderer, place, vertices[a]), Place(renderer, place, vertices[b]), paint);
        }
    }

    /// <summary>Marks points by rings, or by dots if <paramref name="filled"/>.</summary>
    public static void DrawMarks(SKCanvas canvas, SKRect place, CubeRenderer renderer, IEnumerable<Vector3D> points, SKColor color, bool filled)
    {
        using var paint = new SKPaint
        {
            Style = filled ? SKPaintStyle.Fill : SKPaintStyle.Stroke,
            Color = color,
            StrokeWidth = 2,
            IsAntialias = true,
        };
        foreach (var point in points)
        {
            canvas.DrawCircle(Place(renderer, place, point), filled ? 3.2f : 6, paint);
        }
    }

    /// <summary>The place of a point in space on an enlarged image. Pixel centers lie half a pixel inside the border.</summary>
    private static SKPoint Place(CubeRenderer renderer, SKRect place, Vector3D point)
    {
        var grid = renderer.Grid;
        var (u, v) = renderer.Project(point);
        double column = (u - grid.Left) / grid.ColumnSpacing;
        double row = (grid.Top - v) / grid.RowSpacing;
        return new SKPoint(
            place.Left + (float)((column + 0.5) / grid.Columns * place.Width),
            place.Top + (float)((row + 0.5) / grid.Rows * place.Height));
    }
}
