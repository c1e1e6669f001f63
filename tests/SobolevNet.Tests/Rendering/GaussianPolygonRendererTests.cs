using System.Numerics;
using SobolevNet.Kernels;
using SobolevNet.Rendering;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Rendering;

/// <summary>The polygon renderer on scenes that are not a cube.</summary>
public sealed class GaussianPolygonRendererTests
{
    private static readonly PixelGrid Grid = new(19, 26, -1.2, 1, -0.9, 0.8);

    public static TheoryData<double> Sizes => [1e-6, 0.003, 0.02, 0.1, 0.3, 0.7, 1.1, 2.5];

    [Fact]
    public void Scene_TwoFacesWithACommonEdge_HasItOnce()
    {
        var scene = new PolygonScene(5, [[0, 1, 2, 3], [2, 1, 4]], [1, 2]);
        (scene.VertexCount, scene.FaceCount, scene.Edges.Length).Should().Be((5, 2, 6));
        scene.Edges.ToArray().Should().ContainSingle(edge => edge.Right >= 0)
            .Which.Should().Match<PolygonEdge>(edge => edge.From == 1 && edge.To == 2 && edge.Left == 0 && edge.Right == 1);
    }

    [Fact]
    public void Grid_Borders_AreTheOutermostPixels()
    {
        var grid = new PixelGrid(3, 5, 1, 2, 4, 5);
        (grid.Left, grid.Right, grid.Bottom, grid.Top).Should().Be((1, 2, 4, 5));
        (grid.ColumnPosition(0), grid.ColumnPosition(4)).Should().Be((grid.Left, grid.Right));
        new[] { grid.RowPosition(0), grid.RowPosition(2) }.Should().BeEquivalentTo(new[] { grid.Bottom, grid.Top });
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Render_TriangleOfAnySize_MatchesAreaQuadrature(double size)
    {
        // The edges run from a millionth of σ to 60 σ, through every quadrature rule, in one piece and several.
        const double Sigma = 0.05;
        (double U, double V)[] triangle = [(-0.05 - (0.4 * size), -0.03), (-0.05 + (0.7 * size), 0.02 - (0.35 * size)), (0.1 * size, 0.6 * size)];
        var image = Render(new GaussianPolygonRenderer(Grid, Sigma), OneFace(3, 0.7), Still(triangle));
        double largest = Math.Min(1, size * size / (Sigma * Sigma));
        for (int pixel = 0; pixel < Grid.Pixels; pixel++)
        {
            double expected = 0.7 * PolygonImage.Value(triangle, U(pixel), V(pixel), Sigma);
            image[0, 0, pixel].Should().BeApproximately(expected, (2e-14 * largest) + 3e-16, $"pixel {pixel}");
        }
    }

    [Fact]
    public void Render_NonConvexMovingPolygon_MatchesDifferences()
    {
        // Five vertices on curved paths of three tangents; one edge horizontal, one vertical, one of no length.
        const double Sigma = 0.11;
        const int Tangents = 3;
        (double U, double V)[] outline = [(-0.5, -0.4), (0.4, -0.4), (0.4, 0.5), (0.1, -0.1), (0.1, -0.1), (-0.6, 0.3)];
        var stream = new RandomStream(5);
        var layout = JetLayout.Full(Tangents, 2);
        var vertices = new JetBatch<double>(layout, 1, 2 * outline.Length);
        for (int k = 0; k < vertices.Data.Length; k++)
        {
            vertices.Data[k] = stream.NextUniform(-1, 1);
        }

        for (int k = 0; k < outline.Length; k++)
        {
            (vertices[0, 0, 2 * k], vertices[0, 0, (2 * k) + 1]) = outline[k];
        }

        var renderer = new GaussianPolygonRenderer(Grid, Sigma, 0.2);
        var image = Render(renderer, OneFace(outline.Length, 1), vertices);
        for (int pixel = 3; pixel < Grid.Pixels; pixel += 29)
        {
            double[] expected = JetDifferences.Jet(
                chart => 0.2 + (0.8 * PolygonImage.Value(At(vertices, chart), U(pixel), V(pixel), Sigma)), Tangents, 0.005);
            for (int c = 0; c < layout.Count; c++)
            {
                double tolerance = layout.OrderOf(c) switch { 0 => 1e-14, 1 => 1e-11, _ => 1e-8 };
                image[c, 0, pixel].Should().BeApproximately(expected[c], tolerance, $"{layout.NameOf(c)} of pixel {pixel}");
            }
        }
    }

    [Fact]
    public void Render_SharedEdges_EqualsSeparatePolygons()
    {
        // Two triangles and a quadrilateral about a common vertex; every inner edge is shared.
        (double U, double V)[] points = [(0.02, 0.05), (-0.5, -0.3), (0.4, -0.4), (0.5, 0.3), (-0.3, 0.5)];
        int[][] faces = [[0, 1, 2], [0, 2, 3], [0, 3, 4, 1]];
        double[] intensities = [0.3, -0.8, 1.1];
        var vertices = Moving(points, tangents: 4, seed: 3);
        var renderer = new GaussianPolygonRenderer(Grid, 0.07);
        var together = new PolygonScene(points.Length, faces, intensities);
        together.Edges.Length.Should().Be(7);
        var image = Render(renderer, together, vertices);
        var sum = new double[image.Data.Length];
        for (int face = 0; face < faces.Length; face++)
        {
            var alone = Render(renderer, new PolygonScene(points.Length, [faces[face]], [intensities[face]]), vertices);
            var hidden = new JetBatch<double>(vertices.Layout, 1, Grid.Pixels);
            renderer.Render<double>(together, vertices, [face == 0, face == 1, face == 2], hidden);
            for (int k = 0; k < sum.Length; k++)
            {
                sum[k] += alone.Data[k];
                hidden.Data[k].Should().BeApproximately(alone.Data[k], 1e-11 * Math.Max(1, Math.Abs(alone.Data[k])));
            }
        }

        for (int k = 0; k < sum.Length; k++)
        {
            image.Data[k].Should().BeApproximately(sum[k], 1e-11 * Math.Max(1, Math.Abs(sum[k])));
        }
    }

    [Fact]
    public void Render_ManyPolygons_EqualsTheirSum()
    {
        // 20 triangles of 60 vertices and 60 edges: many times the tiles that memory is first reserved for.
        const int Faces = 20;
        var stream = new RandomStream(9);
        (double U, double V)[] points = [.. Enumerable.Range(0, 3 * Faces).Select(_ => (stream.NextUniform(-0.7, 0.7), stream.NextUniform(-0.7, 0.7)))];
        int[][] faces = [.. Enumerable.Range(0, Faces).Select(face => (int[])[3 * face, (3 * face) + 1, (3 * face) + 2])];
        var vertices = Moving(points, tangents: 2, seed: 4);
        var renderer = new GaussianPolygonRenderer(Grid, 0.07);
        double[] sum = new double[vertices.Layout.Count * Grid.Pixels];
        foreach (int[] face in faces)
        {
            var alone = Render(renderer, new PolygonScene(points.Length, [face], [0.5]), vertices);
            for (int k = 0; k < sum.Length; k++)
            {
                sum[k] += alone.Data[k];
            }
        }

        var image = Render(renderer, new PolygonScene(points.Length, faces, [.. faces.Select(_ => 0.5)]), vertices);

        for (int k = 0; k < sum.Length; k++)
        {
            image.Data[k].Should().BeApproximately(sum[k], 1e-10 * Math.Max(1, Math.Abs(sum[k])));
        }
    }

    [Fact]
    public void Render_FacesOfEqualIntensity_HaveNoInnerEdge()
    {
        (double U, double V)[] points = [(-0.5, -0.3), (0.4, -0.4), (0.5, 0.3), (-0.3, 0.5)];
        var renderer = new GaussianPolygonRenderer(Grid, 0.05);
        var split = Render(renderer, new PolygonScene(4, [[0, 1, 2], [0, 2, 3]], [0.6, 0.6]), Still(points));
        var whole = Render(renderer, new PolygonScene(4, [[0, 1, 2, 3]], [0.6]), Still(points));
        split.Data.ToArray().Should().Equal(whole.Data.ToArray());
    }

    [Fact]
    public void Render_PolygonsOfAnyPlace_SumToAreaTimesIntensity()
    {
        // Sampling a Gaussian blur of σ = 2 pixels sums it exactly, to exp(−2π²σ²) = 5e-35.
        var grid = new PixelGrid(64, 80);
        double pixel = grid.ColumnSpacing * grid.RowSpacing;
        var renderer = new GaussianPolygonRenderer(grid, 2 * grid.RowSpacing);
        var stream = new RandomStream(11);
        for (int trial = 0; trial < 10; trial++)
        {
            var points = new (double U, double V)[3];
            foreach (ref var point in points.AsSpan())
            {
                point = (stream.NextUniform(-0.4, 0.4), stream.NextUniform(-0.4, 0.4));
            }

            double twiceArea = ((points[1].U - points[0].U) * (points[2].V - points[0].V))
                - ((points[2].U - points[0].U) * (points[1].V - points[0].V));
            var image = Render(renderer, OneFace(3, 0.9), Moving(points, 2, (ulong)trial));
            double total = 0;
            double derivative = 0;
            for (int k = 0; k < grid.Pixels; k++)
            {
                total += image[0, 0, k] * pixel;
                derivative += image[1, 0, k] * pixel;
            }

            total.Should().BeApproximately(0.9 * 0.5 * twiceArea, 1e-13);
            double areaRate = 0;
            var vertices = Moving(points, 2, (ulong)trial);
            for (int k = 0; k < 3; k++)
            {
                int next = 2 * ((k + 1) % 3);
                areaRate += 0.5 * ((vertices[1, 0, 2 * k] * points[next / 2].V) - (points[next / 2].U * vertices[1, 0, (2 * k) + 1])
                    + (points[k].U * vertices[1, 0, next + 1]) - (vertices[1, 0, next] * points[k].V));
            }

            derivative.Should().BeApproximately(0.9 * areaRate, 1e-12);
        }
    }

    [Fact]
    public void Render_SceneMovedByWholePixels_MovesTheImage()
    {
        (double U, double V)[] points = [(-0.3, -0.2), (0.2, -0.1), (0.05, 0.3)];
        var vertices = Moving(points, 2, 9);
        var moved = Moving([.. points.Select(p => (p.U + (3 * Grid.ColumnSpacing), p.V - (2 * Grid.RowSpacing)))], 2, 9);
        var renderer = new GaussianPolygonRenderer(Grid, 0.05);
        var image = Render(renderer, OneFace(3, 1), vertices);
        var after = Render(renderer, OneFace(3, 1), moved);
        for (int c = 0; c < image.Layout.Count; c++)
        {
            for (int row = 2; row < Grid.Rows; row++)
            {
                for (int column = 3; column < Grid.Columns; column++)
                {
                    after[c, 0, (row * Grid.Columns) + column].Should().BeApproximately(
                        image[c, 0, ((row - 2) * Grid.Columns) + column - 3], 1e-11);
                }
            }
        }
    }

    [Fact]
    public void Render_FaceOverTheWholeImage_IsUniform()
    {
        (double U, double V)[] points = [(-9, -8), (11, -9), (10, 9), (-8, 10)];
        var image = Render(new GaussianPolygonRenderer(Grid, 0.05, 0.3), OneFace(4, 0.8), Moving(points, 2, 1));
        for (int k = 0; k < Grid.Pixels; k++)
        {
            image[0, 0, k].Should().BeApproximately(0.8, 1e-14);
            image[3, 0, k].Should().Be(0);
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(3e4)]
    [InlineData(1e9)]
    public void Render_PolygonFarLargerThanTheImage_LooksLikeAHalfPlane(double size)
    {
        // The edge through (0.1, -0.2) crosses the image at a slope; the other corners are out of sight on every side.
        const double Sigma = 0.05;
        var (du, dv) = (0.6, 0.8);
        (double U, double V)[] points =
        [
            (0.1 - (size * du), -0.2 - (size * dv)),
            (0.1 + (size * du), -0.2 + (size * dv)),
            (-5 * size, 5 * size),
        ];
        var image = Render(new GaussianPolygonRenderer(Grid, Sigma), OneFace(3, 1), Moving(points, 1, 4));
        for (int pixel = 0; pixel < Grid.Pixels; pixel++)
        {
            double height = (dv * (U(pixel) - 0.1)) - (du * (V(pixel) + 0.2));
            double expected = 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(height / Sigma / Math.Sqrt(2));

            // Where a corner far away is rounded to moves the edge by as much.
            image[0, 0, pixel].Should().BeApproximately(expected, 1e-14 + (4e-15 * size), $"pixel {pixel}");
        }
    }

    [Fact]
    public void Render_ClockwiseHole_IsTakenAway()
    {
        (double U, double V)[] points = [(-0.6, -0.6), (0.6, -0.6), (0.6, 0.6), (-0.6, 0.6), (-0.1, -0.1), (-0.1, 0.2), (0.2, 0.2), (0.2, -0.1)];
        var renderer = new GaussianPolygonRenderer(Grid, 0.03);
        var image = Render(renderer, new PolygonScene(8, [[0, 1, 2, 3], [4, 5, 6, 7]], [1, 1]), Still(points));
        for (int k = 0; k < Grid.Pixels; k++)
        {
            double expected = PolygonImage.Value(points.AsSpan(0, 4), U(k), V(k), 0.03) + PolygonImage.Value(points.AsSpan(4, 4), U(k), V(k), 0.03);
            image[0, 0, k].Should().BeApproximately(expected, 1e-14);
        }
    }

    [Fact]
    public void Render_ChosenComponents_EqualThoseOfTheFullLayout()
    {
        (double U, double V)[] points = [(-0.4, -0.3), (0.5, -0.2), (0.1, 0.4)];
        var vertices = Moving(points, 6, 21);
        var renderer = new GaussianPolygonRenderer(Grid, 0.06);
        var full = Render(renderer, OneFace(3, 1), vertices);
        JetLayout[] layouts =
        [
            JetLayout.Create(6, [1, 3, 4], [(1, 4), (3, 3)]),
            JetLayout.Create(6, [5]),
            JetLayout.Directional(6),
            JetLayout.Full(6, 1),
            JetLayout.Full(6, 0),
        ];
        foreach (var layout in layouts)
        {
            var some = new JetBatch<double>(layout, 1, 6);
            var image = new JetBatch<double>(layout, 1, Grid.Pixels);
            for (int c = 0; c < layout.Count; c++)
            {
                vertices.Row(Matching(layout, c, full.Layout), 0).CopyTo(some.Row(c, 0));
            }

            renderer.Render<double>(OneFace(3, 1), some, [], image);
            for (int c = 0; c < layout.Count; c++)
            {
                int same = Matching(layout, c, full.Layout);
                for (int k = 0; k < Grid.Pixels; k++)
                {
                    image[c, 0, k].Should().BeApproximately(full[same, 0, k], 1e-12 * Math.Max(1, Math.Abs(full[same, 0, k])));
                }
            }
        }
    }

    [Fact]
    public void Render_EveryVectorWidth_AgreesToRounding()
    {
        Widths<double>(1e-13);
        Widths<float>(1e-6);
    }

    [Fact]
    public void Render_StridedView_WritesItAndNothingElse()
    {
        var layout = JetLayout.Full(2, 2);
        var vertices = Moving([(-0.4, -0.3), (0.5, -0.2), (0.1, 0.4)], 2, 2);
        var renderer = new GaussianPolygonRenderer(Grid, 0.06);
        var plain = Render(renderer, OneFace(3, 1), vertices);
        var batch = new JetBatch<double>(layout, 3, Grid.Pixels);
        batch.Data.Fill(double.NaN);
        renderer.Render(OneFace(3, 1), vertices, [], batch.AsSpan().Slice(1, 1));
        for (int c = 0; c < layout.Count; c++)
        {
            batch.Row(c, 1).ToArray().Should().Equal(plain.Row(c, 0).ToArray());
            batch.Row(c, 0).ToArray().Should().OnlyContain(x => double.IsNaN(x));
            batch.Row(c, 2).ToArray().Should().OnlyContain(x => double.IsNaN(x));
        }
    }

    [Fact]
    public void Render_BadInput_IsRefusedWithTheReason()
    {
        var renderer = new GaussianPolygonRenderer(Grid, 0.05);
        var scene = OneFace(3, 1);
        var layout = JetLayout.Full(2, 1);
        var good = Moving([(0, 0), (0.1, 0), (0, 0.1)], 2, 1);
        var image = new JetBatch<double>(layout, 1, Grid.Pixels);
        Refused(() => renderer.Render<double>(scene, new JetBatch<double>(layout, 1, 8), [], image), "*6 features, is needed*");
        Refused(() => renderer.Render<double>(scene, good, [], new JetBatch<double>(layout, 1, 5)), "*494 pixels*");
        Refused(() => renderer.Render<double>(scene, good, [], new JetBatch<double>(JetLayout.Full(3, 1), 1, Grid.Pixels)), "*not a prefix*");
        Refused(() => renderer.Render<double>(scene, good, [true, false], image), "*2 visibility flags for 1 faces*");
        good[1, 0, 3] = double.NaN;
        Refused(() => renderer.Render<double>(scene, good, [], image), "*jets of vertex 1 have (*, NaN) in component 1 (∂0)*");
        Refused(() => new GaussianPolygonRenderer(Grid, 0), "*σ must be finite and positive*");
        Refused(() => new GaussianPolygonRenderer(Grid, double.NaN), "*σ must be finite and positive*");
        Refused(() => new GaussianPolygonRenderer(Grid, 1e-6), "*1/1000 of a pixel*");
        Refused(() => new GaussianPolygonRenderer(Grid, 1, double.PositiveInfinity), "*background must be finite*");
        Refused(() => new PixelGrid(1, 5), "*at least 2 rows*");
        Refused(() => new PixelGrid(5, 1), "*at least 2 columns*");
        Refused(() => new PixelGrid(100_000, 100_000), "*larger than*");
        Refused(() => new PixelGrid(5, 5, 1, 1), "*right rim must be above*");
        Refused(() => new PixelGrid(5, 5, top: double.NaN), "*top rim must be above*");
        Refused(() => new PolygonScene(2, [[0, 1, 0]], [1]), "*vertexCount*");
        Refused(() => new PolygonScene(3, [[0, 1]], [1]), "*at least 3*");
        Refused(() => new PolygonScene(3, [[0, 1, 3]], [1]), "*names vertex 3*");
        Refused(() => new PolygonScene(3, [[0, 1, 1]], [1]), "*twice in a row*");
        Refused(() => new PolygonScene(3, [[0, 1, 2]], [1, 2]), "*1 faces and 2 intensities*");
        Refused(() => new PolygonScene(3, [[0, 1, 2]], [double.NaN]), "*not finite*");
    }

    private static void Refused(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    private static void Widths<T>(double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // 26 columns are no multiple of any width; the polygon crosses the right rim, where vectors are cut.
        var vertices = Moving([(-0.4, -0.3), (1.1, -0.2), (0.1, 0.4)], 3, 2);
        var scalar = new JetBatch<T>(vertices.Layout, 1, Grid.Pixels);
        new GaussianPolygonRenderer(Grid, 0.06, 0.1, VectorWidth.Scalar).Render<T>(OneFace(3, 1), vertices, [], scalar);
        foreach (var width in VectorWidths.Supported)
        {
            var image = new JetBatch<T>(vertices.Layout, 1, Grid.Pixels);
            image.Data.Fill(T.NaN);
            new GaussianPolygonRenderer(Grid, 0.06, 0.1, width).Render<T>(OneFace(3, 1), vertices, [], image);
            for (int c = 0; c < vertices.Layout.Count; c++)
            {
                double scale = 0;
                double error = 0;
                for (int k = 0; k < Grid.Pixels; k++)
                {
                    scale = Math.Max(scale, Math.Abs(double.CreateChecked(scalar[c, 0, k])));
                    double difference = Math.Abs(double.CreateChecked(image[c, 0, k] - scalar[c, 0, k]));
                    error = double.IsNaN(difference) ? difference : Math.Max(error, difference);
                }

                error.Should().BeLessThan(tolerance * scale, $"{width}, {vertices.Layout.NameOf(c)}");
            }
        }
    }

    private static int Matching(JetLayout layout, int component, JetLayout full)
    {
        switch (layout.OrderOf(component))
        {
            case 0:
                return 0;
            case 1:
                return full.First(layout.Firsts[component - 1]);
            default:
                var pair = layout.Seconds[component - 1 - layout.Firsts.Length];
                return full.Second(pair.I, pair.J);
        }
    }

    private static double U(int pixel) => Grid.ColumnPosition(pixel % Grid.Columns);

    private static double V(int pixel) => Grid.RowPosition(pixel / Grid.Columns);

    private static PolygonScene OneFace(int vertices, double intensity) =>
        new(vertices, [[.. Enumerable.Range(0, vertices)]], [intensity]);

    private static JetBatch<double> Render(GaussianPolygonRenderer renderer, PolygonScene scene, JetBatch<double> vertices)
    {
        var image = new JetBatch<double>(vertices.Layout, 1, renderer.Grid.Pixels);
        renderer.Render<double>(scene, vertices, [], image);
        return image;
    }

    private static JetBatch<double> Still((double U, double V)[] points) =>
        new(JetLayout.Value, 1, 2 * points.Length, [.. points.SelectMany(p => new[] { p.U, p.V })]);

    /// <summary>Points with random first and second derivatives.</summary>
    private static JetBatch<double> Moving((double U, double V)[] points, int tangents, ulong seed)
    {
        var vertices = new JetBatch<double>(JetLayout.Full(tangents, 2), 1, 2 * points.Length);
        var stream = new RandomStream(seed);
        foreach (ref double element in vertices.Data)
        {
            element = stream.NextUniform(-1, 1);
        }

        Still(points).Data.CopyTo(vertices.Data);
        return vertices;
    }

    /// <summary>The vertices at a point of the chart: the second-order polynomial that the jets are of.</summary>
    private static (double U, double V)[] At(JetBatch<double> vertices, double[] chart)
    {
        var layout = vertices.Layout;
        double Coordinate(int feature)
        {
            double value = vertices[0, 0, feature];
            for (int i = 0; i < chart.Length; i++)
            {
                value += vertices[layout.First(i), 0, feature] * chart[i];
                for (int j = 0; j < chart.Length; j++)
                {
                    value += 0.5 * vertices[layout.Second(i, j), 0, feature] * chart[i] * chart[j];
                }
            }

            return value;
        }

        return [.. Enumerable.Range(0, vertices.Features / 2).Select(k => (Coordinate(2 * k), Coordinate((2 * k) + 1)))];
    }
}
