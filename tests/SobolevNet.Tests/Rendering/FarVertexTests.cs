using System.Numerics;
using CsCheck;
using SobolevNet.Kernels;
using SobolevNet.Rendering;

namespace SobolevNet.Tests.Rendering;

/// <summary>
/// Polygons that reach far off the image look and move like polygons near it whose edges lie on the same moving lines; images do
/// not depend on where the origin is nor on the unit of length.
/// </summary>
public sealed class FarVertexTests
{
    private const double Sigma = 0.11;
    private const int Tangents = 2;
    private static readonly PixelGrid Grid = new(13, 17, -1, 1, -0.75, 0.75);
    private static readonly JetLayout Layout = JetLayout.Full(Tangents, 2);

    /// <summary>Multiples of 1/64: sums and products with powers of two are exact.</summary>
    private static readonly Gen<double> Dyadic = Gen.Int[-64, 64].Select(k => k / 64.0);

    private static readonly Gen<double[]> Motion = Dyadic.Array[Layout.Count - 1];

    public static TheoryData<double> Distances => [1e2, 1e6, 1e9, 1e12, 1e15, 1e16, 1e100, 1e138];

    [Theory]
    [MemberData(nameof(Distances))]
    public void Render_BoxOverTheImage_IsUniformAtAnySize(double far)
    {
        double[] box = [-far, -far, far, -far, far, far, -far, far];
        foreach (var width in VectorWidths.Supported)
        {
            var image = Render<double>(Moving(box, 5), Sigma, Grid, width);
            Enumerable.Range(0, Grid.Pixels).Select(pixel => image[0, 0, pixel]).Should().OnlyContain(x => Math.Abs(x - 1) < 1e-14);
            image.Data[Grid.Pixels..].ToArray().Should().OnlyContain(x => x == 0);
            var single = Render<float>(Moving(box, 5), Sigma, Grid, width);
            Enumerable.Range(0, Grid.Pixels).Select(pixel => single[0, 0, pixel]).Should().OnlyContain(x => Math.Abs(x - 1) < 1e-6f);
        }
    }

    [Theory]
    [MemberData(nameof(Distances))]
    public void Render_HalfPlaneThroughTheCenter_IsExactAtAnySize(double far)
    {
        // The line has the direction (3, 4): its ends are opposite, so it goes through the center whatever rounding does.
        var image = Render<double>(Moving([-0.6 * far, -0.8 * far, 0.6 * far, 0.8 * far, -0.8 * far, 0.6 * far], null), Sigma, Grid);
        for (int pixel = 0; pixel < Grid.Pixels; pixel++)
        {
            double height = (0.8 * Grid.ColumnPosition(pixel % Grid.Columns)) - (0.6 * Grid.RowPosition(pixel / Grid.Columns));
            double expected = 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(height / Sigma / Math.Sqrt(2));
            image[0, 0, pixel].Should().BeApproximately(expected, 2e-14);
        }
    }

    [Fact]
    public void Render_EdgeWithFarEnds_EqualsThatWithNearEndsOnTheSameMovingLine() =>
        Gen.Select(Dyadic, Dyadic, Motion.Array[4], Gen.Int[0, 40], Gen.Int[0, 3]).Sample(
            (a, b, motion, power, quarter) =>
            {
                // From (−4, a) to (4, b), face above it, turned by quarters; the far ends are K lengths further on either side.
                double far = Math.ScaleB(1, power);
                var p = Jets(-4, a, motion[0], motion[1]);
                var q = Jets(4, b, motion[2], motion[3]);
                var step = Difference(q, p);
                var near = Vertices(quarter, p, q, Still(0, 8));
                var distant = Vertices(quarter, Sum(p, step, -far), Sum(q, step, far), Still(0, 8 * far));
                Same(near, distant, $"{a} {b}, 2^{power}, {quarter}");
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void Render_CornerWithFarSides_EqualsThatWithNearSides() =>
        Gen.Select(Gen.Select(Dyadic, Dyadic), Gen.Select(Dyadic, Dyadic), Motion.Array[6], Gen.Int[0, 40], Gen.Int[0, 3]).Sample(
            (corner, ends, motion, power, quarter) =>
            {
                double far = Math.ScaleB(1, power);
                var p = Jets(corner.Item1, corner.Item2 / 2, motion[0], motion[1]);
                var q = Jets(8, 8 + ends.Item1, motion[2], motion[3]);
                var r = Jets(-8, 8 + ends.Item2, motion[4], motion[5]);
                var near = Vertices(quarter, p, q, r);
                var distant = Vertices(quarter, p, Sum(p, Difference(q, p), far), Sum(p, Difference(r, p), far));
                Same(near, distant, $"{corner} {ends}, 2^{power}, {quarter}");
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void Render_FarPolygonTurningAboutTheImage_MovesAsItsEdgeDoes()
    {
        // The lower edge of a huge square turns about the origin: I = Φ(h/σ), h = v cos r − u sin r − 0.25 at angle r.
        double far = Math.ScaleB(1, 40);
        double[] places = [-far, 0.25, far, 0.25, far, far, -far, far];
        var vertices = new JetBatch<double>(JetLayout.Full(1, 2), 1, 8);
        places.CopyTo(vertices.Row(0, 0));
        for (int k = 0; k < 8; k += 2)
        {
            (vertices[1, 0, k], vertices[1, 0, k + 1]) = (-places[k + 1], places[k]);
            (vertices[2, 0, k], vertices[2, 0, k + 1]) = (-places[k], -places[k + 1]);
        }

        var image = Render<double>(vertices, Sigma, Grid);
        for (int pixel = 0; pixel < Grid.Pixels; pixel++)
        {
            double u = Grid.ColumnPosition(pixel % Grid.Columns) / Sigma;
            double v = Grid.RowPosition(pixel / Grid.Columns) / Sigma;
            double h = v - (0.25 / Sigma);
            double density = Math.Exp(-0.5 * h * h) / Math.Sqrt(2 * Math.PI);
            image[0, 0, pixel].Should().BeApproximately(MathNet.Numerics.Distributions.Normal.CDF(0, 1, h), 1e-14);
            image[1, 0, pixel].Should().BeApproximately(-u * density, 1e-12);
            image[2, 0, pixel].Should().BeApproximately((-v - (h * u * u)) * density, 1e-11);
        }
    }

    [Fact]
    public void Render_FarOffOrigin_IsTheSameImage()
    {
        // 2²⁰ pixels off in float would be 2⁻⁴ σ off, were positions not taken from the image's center.
        const double Off = 1 << 20;
        double[] places = [-0.5, -0.375, 0.625, -0.25, 0.125, 0.5];
        var grid = new PixelGrid(13, 17, Off - 1, Off + 1, -Off - 0.75, -Off + 0.75);
        double[] moved = [.. places.Select((x, k) => x + (k % 2 == 0 ? Off : -Off))];
        foreach (var width in VectorWidths.Supported)
        {
            Equal(Render<float>(Moving(places, 3), Sigma, Grid, width), Render<float>(Moving(moved, 3), Sigma, grid, width), 0);
            Equal(Render<double>(Moving(places, 3), Sigma, Grid, width), Render<double>(Moving(moved, 3), Sigma, grid, width), 0);
        }
    }

    [Theory]
    [InlineData(300)]
    [InlineData(-300)]
    public void Render_InAnyUnitOfLength_IsTheSameImage(int power)
    {
        double unit = Math.ScaleB(1, power);
        double[] places = [-0.5, -0.375, 1000, -0.25, 0.125, 0.5];
        var grid = new PixelGrid(13, 17, -unit, unit, -0.75 * unit, 0.75 * unit);
        var vertices = Moving(places, 3);
        var scaled = Moving(places, 3);
        foreach (ref double element in scaled.Data)
        {
            element *= unit;
        }

        Equal(Render<double>(vertices, Sigma, Grid), Render<double>(scaled, Sigma * unit, grid), 0);
        Equal(Render<float>(vertices, Sigma, Grid), Render<float>(scaled, Sigma * unit, grid), 0);
    }

    [Theory]
    [InlineData(1.2e140 * Sigma)]
    [InlineData(1e141)]
    [InlineData(-1e155)]
    [InlineData(1e160)]
    [InlineData(1e308)]
    [InlineData(double.MaxValue)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Render_NumbersBeyondReach_AreRefusedByName(double beyond)
    {
        for (int component = 0; component < Layout.Count; component++)
        {
            for (int feature = 0; feature < 6; feature++)
            {
                var vertices = Moving([-0.5, -0.3, 0.5, -0.3, 0.4, 0.6], 1);
                vertices[component, 0, feature] = beyond;
                var act = () => Render<double>(vertices, Sigma, Grid);
                act.Should().Throw<ArgumentException>().WithMessage($"*vertex {feature / 2}*component {component}*").WithParameterName("vertices");
            }
        }
    }

    [Fact]
    public void Render_MotionBeyondTheImagesType_IsRefusedOrFinite()
    {
        // Products of two motions of 10²⁵ exceed float; the vertex out of sight moves as fast and is not felt.
        var vertices = Moving([-0.5, -0.3, 0.5, -0.3, 0.4, 0.6], 1);
        vertices[1, 0, 0] = 1e25;
        var act = () => Render<float>(vertices, Sigma, Grid);
        act.Should().Throw<ArgumentException>().WithMessage("*exceed the range of Single*").WithParameterName("vertices");
        Render<double>(vertices, Sigma, Grid).Data.ToArray().Should().OnlyContain(x => double.IsFinite(x));
        var aside = Moving([50, 50, 51, 50, 50, 51], 1);
        aside[1, 0, 0] = 1e25;
        Render<float>(aside, Sigma, Grid).Data.ToArray().Should().OnlyContain(x => x == 0);
    }

    private static void Same(JetBatch<double> near, JetBatch<double> distant, string because)
    {
        Equal(Render<double>(near, Sigma, Grid), Render<double>(distant, Sigma, Grid), 1e-11, because);
        Equal(Render<float>(near, Sigma, Grid), Render<float>(distant, Sigma, Grid), 4e-6, because);
    }

    private static void Equal<T>(JetBatch<T> expected, JetBatch<T> found, double tolerance, string because = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < expected.Layout.Count; c++)
        {
            double scale = 1;
            foreach (T value in expected.Row(c, 0))
            {
                scale = Math.Max(scale, Math.Abs(double.CreateTruncating(value)));
            }

            for (int k = 0; k < expected.Features; k++)
            {
                double error = Math.Abs(double.CreateTruncating(found[c, 0, k]) - double.CreateTruncating(expected[c, 0, k]));
                if (!(error <= tolerance * scale))
                {
                    throw new InvalidOperationException(
                        $"{typeof(T).Name} {expected.Layout.NameOf(c)} of pixel {k}: {found[c, 0, k]} instead of {expected[c, 0, k]}; {because}");
                }
            }
        }
    }

    private static JetBatch<T> Render<T>(JetBatch<double> vertices, double sigma, PixelGrid grid, VectorWidth? width = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = vertices.Features / 2;
        var image = new JetBatch<T>(vertices.Layout, 1, grid.Pixels);
        new GaussianPolygonRenderer(grid, sigma, 0, width ?? VectorWidths.Current)
            .Render<T>(new PolygonScene(count, [[.. Enumerable.Range(0, count)]], [1]), vertices, [], image);
        return image;
    }

    /// <summary>Places with random motion, or none.</summary>
    private static JetBatch<double> Moving(double[] places, ulong? seed)
    {
        var vertices = new JetBatch<double>(Layout, 1, places.Length);
        if (seed is { } number)
        {
            var stream = new RandomStream(number);
            foreach (ref double element in vertices.Data)
            {
                element = stream.NextUniform(-1, 1);
            }
        }

        places.CopyTo(vertices.Row(0, 0));
        return vertices;
    }

    /// <summary>The jets of a vertex: u and v of every component.</summary>
    private static (double U, double V)[] Jets(double u, double v, double[] motionU, double[] motionV) =>
        [(u, v), .. motionU.Zip(motionV)];

    private static (double U, double V)[] Still(double u, double v) => [(u, v), .. new (double, double)[Layout.Count - 1]];

    private static (double U, double V)[] Difference((double U, double V)[] a, (double U, double V)[] b) => Sum(a, b, -1);

    private static (double U, double V)[] Sum((double U, double V)[] a, (double U, double V)[] b, double factor) =>
        [.. a.Zip(b, (x, y) => (x.U + (factor * y.U), x.V + (factor * y.V)))];

    /// <summary>A polygon turned by quarters, so that every side of the image is met.</summary>
    private static JetBatch<double> Vertices(int quarter, params (double U, double V)[][] corners)
    {
        var vertices = new JetBatch<double>(Layout, 1, 2 * corners.Length);
        for (int c = 0; c < Layout.Count; c++)
        {
            for (int k = 0; k < corners.Length; k++)
            {
                var (u, v) = corners[k][c];
                (vertices[c, 0, 2 * k], vertices[c, 0, (2 * k) + 1]) = quarter switch { 0 => (u, v), 1 => (-v, u), 2 => (-u, -v), _ => (v, -u) };
            }
        }

        return vertices;
    }
}
