using System.Numerics;
using CsCheck;
using SobolevNet.Kernels;
using SobolevNet.Rendering;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Rendering;

/// <summary>
/// Polygons at the places where a comparison of rounded numbers may go either way: every width, both precisions and all orders
/// against the reference, with guards around the image.
/// </summary>
public sealed class AwkwardPolygonTests
{
    private const int Rows = 11;
    private const int Columns = 41;
    private const int Guard = 64;
    private static readonly PixelGrid Grid = new(Rows, Columns, -1, 1, -0.3, 0.2);

    /// <summary>The reach of the Gaussian in both precisions, and one that is neither.</summary>
    private static readonly double[] Reaches = [6, 8.5, 3];

    private static readonly Gen<double> Nudge = Gen.OneOf(0, 0, 0, 1e-16, -1e-16, 1e-12, -1e-12, 1e-7, -1e-7);

    /// <summary>Pixels of a σ: so many that what an edge touches is wider than a vector at every width.</summary>
    private static readonly Gen<double> Sigma = Gen.OneOf(0.4, 1, 1.5, 2, 8.0 / 3).Select(pixels => pixels * Grid.ColumnSpacing);

    private static readonly Gen<(double Sigma, double[] Places)> Polygon =
        Sigma.SelectMany(sigma => Gen.OneOf(Rectangle(sigma), Corners(sigma, 3), Corners(sigma, 4), Degenerate(sigma))
            .SelectMany(places => Gen.Bool.Select(reversed => (sigma, reversed ? Reversed(places) : places))));

    [Fact]
    public void Render_RectanglesOnPixelColumns_MatchesTheReferenceAtEveryWidth() =>
        Sigma.SelectMany(sigma => Rectangle(sigma).Select(places => (sigma, places)))
            .Sample(polygon => Check(polygon.sigma, polygon.places, order: 0), iter: 100, threads: 1);

    [Fact]
    public void Render_PolygonsAtAwkwardPlaces_MatchesTheReferenceAtEveryWidth() =>
        Polygon.Sample(polygon => Check(polygon.Sigma, polygon.Places, order: 2), iter: 40, threads: 1);

    [Fact]
    public void Render_FarFromTheCenterOfAWideImage_PlacesFloatAsDouble()
    {
        // 300 σ from the center a position rounded to float alone is off by 10⁻⁵ σ.
        var grid = new PixelGrid(8, 600);
        var vertices = new JetBatch<double>(JetLayout.Full(2, 2), 1, 6);
        var stream = new RandomStream(3);
        foreach (ref double element in vertices.Data)
        {
            element = grid.ColumnSpacing * stream.NextUniform(-1, 1);
        }

        new[] { 0.9701, -0.7, 0.99, 0.1, 0.95, 0.8 }.CopyTo(vertices.Row(0, 0));
        var scene = new PolygonScene(3, [[0, 1, 2]], [1]);
        foreach (var width in VectorWidths.Supported)
        {
            var renderer = new GaussianPolygonRenderer(grid, grid.ColumnSpacing, 0, width);
            var exact = new JetBatch<double>(vertices.Layout, 1, grid.Pixels);
            var image = new JetBatch<float>(vertices.Layout, 1, grid.Pixels);
            renderer.Render<double>(scene, vertices, [], exact);
            renderer.Render<float>(scene, vertices, [], image);
            double largest = 0;
            for (int k = 0; k < image.Data.Length; k++)
            {
                largest = Math.Max(largest, Math.Abs(image.Data[k] - exact.Data[k]));
            }

            largest.Should().BeLessThan(1.5e-6, $"{width}");
        }
    }

    private static Gen<double> Along(double sigma, double low, double spacing, int count) => Gen.OneOf(
        Gen.Int[0, count - 1].Select(k => low + (k * spacing)),
        Gen.Int[0, count - 1].Select(k => low + (k * spacing * (count - 1) / (count - 1.0))),
        Gen.Int[-2, (2 * count) + 2].Select(k => low + (0.5 * k * spacing)),
        Gen.Int[0, count - 1].SelectMany(k => Gen.OneOf(Reaches).SelectMany(reach => Gen.Bool.Select(
            up => low + (k * spacing) + ((up ? reach : -reach) * sigma)))),
        Gen.Double[low - (12 * sigma), low + (spacing * (count - 1)) + (12 * sigma)],
        Gen.OneOf(low - (40 * sigma), low + (count * spacing) + (40 * sigma)));

    private static Gen<double> U(double sigma) =>
        Along(sigma, Grid.Left, Grid.ColumnSpacing, Columns).SelectMany(u => Nudge.Select(nudge => u + nudge));

    private static Gen<double> V(double sigma) =>
        Along(sigma, Grid.Bottom, Grid.RowSpacing, Rows).SelectMany(v => Nudge.Select(nudge => v + nudge));

    private static Gen<double[]> Rectangle(double sigma) =>
        Gen.Select(U(sigma), U(sigma), V(sigma), V(sigma)).Select((a, b, c, d) => new[] { a, c, b, c, b, d, a, d });

    private static Gen<double[]> Corners(double sigma, int count) =>
        Gen.Select(U(sigma).Array[count], V(sigma).Array[count]).Select((u, v) => u.Zip(v, (a, b) => new[] { a, b }).SelectMany(p => p).ToArray());

    /// <summary>Corners in one place or on one line, sizes of 10⁻¹², and what has no area.</summary>
    private static Gen<double[]> Degenerate(double sigma) => Corners(sigma, 4).SelectMany(places => Gen.Int[0, 4].Select(kind =>
    {
        double[] changed = [.. places];
        for (int k = 2; k < changed.Length; k++)
        {
            changed[k] = kind switch
            {
                0 => places[k % 2],
                1 => places[k % 2] + ((places[2 + (k % 2)] - places[k % 2]) * (k / 2) / 3),
                2 => places[k % 2] + (1e-12 * places[k]),
                3 => k < 4 ? places[k % 2] : places[k],
                _ => places[k % 4],
            };
        }

        return changed;
    }));

    private static double[] Reversed(double[] places) => [.. places.Chunk(2).Reverse().SelectMany(point => point)];

    private static void Check(double sigma, double[] places, int order)
    {
        var layout = JetLayout.Full(2, order);
        var vertices = new JetBatch<double>(layout, 1, places.Length);
        var stream = new RandomStream((ulong)BitConverter.DoubleToInt64Bits(places[0]));
        foreach (ref double element in vertices.Data)
        {
            element = sigma * stream.NextUniform(-1, 1);
        }

        places.CopyTo(vertices.Row(0, 0));
        // One row whole, of the others a pixel here and there: the reference is slow.
        int row = stream.NextInteger(Rows);
        double[]?[] expected = [.. Enumerable.Range(0, Grid.Pixels).Select(pixel => pixel / Columns == row || pixel % 31 == row
            ? PolygonJets.Pixel(vertices, Grid.ColumnPosition(pixel % Columns), Grid.RowPosition(pixel / Columns), sigma)
            : null)];
        string place = $"σ {sigma:R}, vertices {string.Join(", ", places.Select(x => x.ToString("R")))}";
        for (int k = 0; k <= order; k++)
        {
            Compare<double>(sigma, vertices, k, expected, 2e-12, place);
            Compare<float>(sigma, vertices, k, expected, 3e-6, place);
        }
    }

    private static void Compare<T>(double sigma, JetBatch<double> vertices, int order, double[]?[] expected, double tolerance, string place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = JetLayout.Full(2, order);
        int size = layout.Count * Grid.Pixels;
        var memory = new T[size + (2 * Guard)];
        var scene = new PolygonScene(vertices.Features / 2, [[.. Enumerable.Range(0, vertices.Features / 2)]], [1]);
        foreach (var width in VectorWidths.Supported)
        {
            memory.AsSpan().Fill(T.NaN);
            var image = new JetSpan<T>(memory.AsSpan(Guard, size), layout, 1, Grid.Pixels);
            new GaussianPolygonRenderer(Grid, sigma, 0, width).Render(scene, vertices, [], image);
            for (int c = 0; c < layout.Count; c++)
            {
                double scale = Math.Max(1, expected.Max(jet => jet is null ? 0 : Math.Abs(jet[c])));
                for (int pixel = 0; pixel < Grid.Pixels; pixel++)
                {
                    double found = double.CreateTruncating(image[c, 0, pixel]);
                    if (expected[pixel] is { } jet ? !(Math.Abs(found - jet[c]) <= tolerance * scale) : !double.IsFinite(found))
                    {
                        throw new InvalidOperationException(
                            $"{typeof(T).Name}, {width}, {layout.NameOf(c)} of pixel ({pixel / Columns}, {pixel % Columns}): " +
                            $"{found} instead of {expected[pixel]?[c]} at {place}.");
                    }
                }
            }

            Array.TrueForAll(memory[..Guard], x => T.IsNaN(x)).Should().BeTrue("nothing before the image is written");
            Array.TrueForAll(memory[(size + Guard)..], x => T.IsNaN(x)).Should().BeTrue("nothing behind the image is written");
        }
    }
}
