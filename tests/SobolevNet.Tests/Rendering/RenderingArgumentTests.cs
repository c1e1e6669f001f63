using SobolevNet.Rendering;
using SobolevNet.Robustness;

namespace SobolevNet.Tests.Rendering;

/// <summary>Every public member of the renderer refuses what it cannot do, before any work, with the name of the argument.</summary>
public sealed class RenderingArgumentTests
{
    private static readonly CubeRenderer Cube = new();

    [Fact]
    public void PixelGrid_OutOfRange_NamesTheArgument()
    {
        Refused("rows", () => new PixelGrid(1, 5));
        Refused("rows", () => new PixelGrid(int.MinValue, 5));
        Refused("rows", () => new PixelGrid(int.MaxValue, int.MaxValue));
        Refused("columns", () => new PixelGrid(5, 0));
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            Refused("left", () => new PixelGrid(5, 5, left: bad));
            Refused("right", () => new PixelGrid(5, 5, right: bad));
            Refused("bottom", () => new PixelGrid(5, 5, bottom: bad));
            Refused("top", () => new PixelGrid(5, 5, top: bad));
        }

        Refused("right", () => new PixelGrid(5, 5, 1, 1));
        Refused("right", () => new PixelGrid(5, 5, -1e308, 1e308));
        Refused("right", () => new PixelGrid(5, 5, 0, double.Epsilon));
        Refused("right", () => new PixelGrid(5, 5, 1e16, 1e16 + 2));
        Refused("top", () => new PixelGrid(5, 5, bottom: 2, top: 1));
        Refused("top", () => new PixelGrid(5, 5, bottom: -1e200, top: 1e200));
        var grid = new PixelGrid(3, 5, 1, 2, 4, 5);
        (grid.ColumnPosition(-1), grid.RowPosition(4)).Should().Be((0.75, 3.0));
    }

    [Fact]
    public void PolygonRenderer_OutOfRange_NamesTheArgument()
    {
        var grid = new PixelGrid(5, 6);
        Refused("grid", () => new GaussianPolygonRenderer(null!, 1));
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, 0, -1, 1e-5, double.Epsilon, 1e170 })
        {
            Refused("sigma", () => new GaussianPolygonRenderer(grid, bad));
        }

        Refused("background", () => new GaussianPolygonRenderer(grid, 1, double.NaN));
        var renderer = new GaussianPolygonRenderer(grid, 1, 0.25);
        (renderer.Grid, renderer.Sigma, renderer.Background).Should().Be((grid, 1, 0.25));
        var scene = new PolygonScene(3, [[0, 1, 2]], [1]);
        var vertices = new JetBatch<double>(JetLayout.Value, 1, 6);
        var image = new JetBatch<float>(JetLayout.Value, 1, 30);
        Refused("scene", () => renderer.Render<float>(null!, vertices, [], image));
        Refused("vertices", () => renderer.Render<float>(scene, default, [], image));
        Refused("image", () => renderer.Render<float>(scene, vertices, [], default));
        Refused("visible", () => renderer.Render<float>(scene, vertices, [true, true], image));
        Refused("vertices", () => renderer.Render<float>(new PolygonScene(int.MaxValue, [[0, 1, 2]], [1]), vertices, [], image));
        Refused("image", () => new GaussianPolygonRenderer(grid, 1, 1e39).Render<float>(scene, vertices, [], image));
        Refused("scene", () => renderer.Render<float>(new PolygonScene(3, [[0, 1, 2]], [1e39]), vertices, [], image));
        var act = () => renderer.Render<System.Half>(scene, vertices, [], new JetBatch<System.Half>(JetLayout.Value, 1, 30));
        act.Should().Throw<NotSupportedException>().WithMessage("*float or double*");
    }

    [Fact]
    public void PolygonScene_OutOfRange_NamesTheArgument()
    {
        Refused("vertexCount", () => new PolygonScene(int.MinValue, [[0, 1, 2]], [1]));
        Refused("faces", () => new PolygonScene(3, null!, [1]));
        Refused("faces", () => new PolygonScene(3, [null!], [1]));
        Refused("faces", () => new PolygonScene(3, [[0, 1]], [1]));
        Refused("faces", () => new PolygonScene(3, [[0, 1, -1]], [1]));
        Refused("faces", () => new PolygonScene(3, [[0, 1, 0]], [1]));
        Refused("intensities", () => new PolygonScene(3, [], []));
        Refused("intensities", () => new PolygonScene(3, [[0, 1, 2]], []));
        Refused("intensities", () => new PolygonScene(3, [[0, 1, 2]], [double.PositiveInfinity]));
    }

    [Fact]
    public void CubeRenderer_OptionsOutOfRange_AreRefusedByName()
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, 0, -1, 1e308, double.Epsilon })
        {
            Options("*HalfWidth*|*right*", new() { HalfWidth = bad });
            Options("*HalfHeight*|*top*", new() { HalfHeight = bad });
            Options("*", new() { Sigma = bad });
        }

        foreach (double bad in new[] { double.NaN, double.NegativeInfinity, 0, -1 })
        {
            Options("*FocalLength*", new() { FocalLength = bad });
            Options("*CameraDistance*", new() { CameraDistance = bad });
            Options("*HalfEdge*", new() { HalfEdge = bad });
        }

        Options("*camera distance*", new() { HalfEdge = 4 });
        Options("*rows*", new() { Rows = 1 });
        Options("*columns*", new() { Columns = int.MinValue });
        Options("*pixels*", new() { Rows = int.MaxValue, Columns = int.MaxValue });
        Options("*6 intensities*", new() { Intensities = null! });
        Options("*6 intensities*", new() { Intensities = [1] });
        Options("*not finite*", new() { Intensities = [1, 1, 1, 1, 1, double.NaN] });
        Options("*background*", new() { Background = double.NaN });
    }

    [Fact]
    public void CubeRenderer_PosesThatReachTheCamera_AreRefusedByName()
    {
        foreach (double z in new[] { 4.8, 5, 6, 1e12, 1e300, double.MaxValue })
        {
            PoseRefused(new Vector3D(0, 0, z));
        }

        PoseRefused(new Vector3D(1e300, 0, 0));
        PoseRefused(new Vector3D(0, -1e200, 4));
        var act = () => Cube.VisibleFaces(new Pose(new Vector3D(0, 0, 1), 0, new Vector3D(0, 0, 6)));
        act.Should().Throw<ArgumentException>().WithParameterName("pose");
        foreach (var point in new[] { new Vector3D(0, 0, 5), new Vector3D(1, 1, 7), new Vector3D(double.NaN, 0, 0), new Vector3D(0, 0, double.NegativeInfinity) })
        {
            Refused("point", () => Cube.Project(point));
        }
    }

    [Fact]
    public void CubeRenderer_PosesFarOutOfTheRange_GiveFiniteImages()
    {
        var layout = JetLayout.Full(6, 2);
        var image = new JetBatch<double>(layout, 1, Cube.Pixels);
        double nearly = 5 - (0.2 * Math.Sqrt(3)) - 1e-9;
        foreach (var place in new[]
        {
            new Vector3D(1e12, 0, 0), new Vector3D(0, -1e9, 3), new Vector3D(0, 0, -1e12), new Vector3D(3, 0, nearly), new Vector3D(0.3, 0.2, nearly),
            new Vector3D(-1e5, 1e5, -1e5), new Vector3D(0, 0, 4.6),
        })
        {
            foreach (double angle in new[] { 0, 0.3, 1e300 })
            {
                Cube.Render<double>(new Pose(new Vector3D(1, 2, 3), angle, place), image);
                image.Data.ToArray().Should().OnlyContain(x => double.IsFinite(x), $"{place}, {angle}");
                image.Row(0, 0).ToArray().Should().OnlyContain(x => x > -1e-12 && x < 1 + 1e-12);
            }
        }
    }

    [Fact]
    public void CubeRenderer_JetsThatDoNotFit_NameTheArgument()
    {
        var layout = JetLayout.Full(6, 1);
        var image = new JetBatch<float>(layout, 1, Cube.Pixels);
        var vertices = new JetBatch<float>(layout, 1, 24);
        Refused("image", () => Cube.Render<float>(default, default(JetSpan<float>)));
        Refused("image", () => Cube.Render<float>(default, new JetBatch<float>(JetLayout.Full(5, 1), 1, Cube.Pixels)));
        Refused("image", () => Cube.Render<float>(default, new JetBatch<float>(layout, 2, Cube.Pixels)));
        Refused("vertices", () => Cube.Render<float>(default, image, default(JetSpan<float>)));
        Refused("vertices", () => Cube.Render<float>(default, image, new JetBatch<float>(layout, 1, 23)));
        Refused("vertices", () => Cube.Render<float>(default, image, new JetBatch<float>(JetLayout.Full(5, 1), 1, 24)));
        Refused("chosen", () => Cube.Render<float>(default, image, [8], new JetBatch<float>(layout, 1, 3)));
        Refused("chosen", () => Cube.Render<float>(default, image, [-1], new JetBatch<float>(layout, 1, 3)));
        Refused("vertices", () => Cube.Render<float>(default, image, [], vertices));
        Cube.Render<float>(default, image, vertices);
        Cube.Grid.Pixels.Should().Be(Cube.Pixels);
        Cube.Vertices(default).Should().HaveCount(8);
    }

    [Fact]
    public void CubeSource_OutOfRange_NamesTheArgument()
    {
        Refused("renderer", () => new CubeSource(null!, 1, 1, 1));
        Refused("order", () => new CubeSource(Cube, 3, 1, 1));
        Refused("order", () => new CubeSource(Cube, -1, 1, 1));
        Refused("count", () => new CubeSource(Cube, 1, 0, 1));
        Refused("range", () => new CubeSource(Cube, 1, 1, 1, range: new PoseRange(0.1, 4.8)));
        Refused("range", () => new CubeSource(Cube, 1, 1, 1, range: new PoseRange(0.1, 1e308)));
        Refused("vertices", () => new CubeSource(Cube, 1, 1, 1, vertices: []));
        Refused("vertices", () => new CubeSource(Cube, 1, 1, 1, vertices: [8]));
        Refused("vertices", () => new CubeSource(Cube, 1, 1, 1, vertices: [int.MinValue]));
        var source = new CubeSource(Cube, 1, 4, 1);
        Refused("seed", () => source.Fresh(4, 1));
        Refused("count", () => source.Fresh(0, 2));
        Refused("tangent", () => source.TangentScale(-1));
        Refused("tangent", () => source.TangentScale(6));
        Refused("sample", () => source.PoseOf(-1));
        Refused("sample", () => source.PoseOf(4));
        Refused("sample", () => source.PoseOf(long.MaxValue));
        Refused("input", () => source.Fill([0], default, default));
    }

    [Fact]
    public void Pose_OutOfRange_NamesTheArgument()
    {
        Refused("axis", () => new Pose(default, 1, default));
        Refused("axis", () => new Pose(new Vector3D(double.NaN, 0, 0), 1, default));
        Refused("angle", () => new Pose(new Vector3D(0, 0, 1), double.NaN, default));
        Refused("translation", () => new Pose(new Vector3D(0, 0, 1), 1, new Vector3D(0, double.PositiveInfinity, 0)));
        var far = new Pose(new Vector3D(0, 0, 1), 0, new Vector3D(double.MaxValue, 0, 0));
        var opposite = new Pose(new Vector3D(0, 0, 1), 0, new Vector3D(-double.MaxValue, 0, 0));
        Refused("first", () => far.Compose(far));
        Refused("other", () => far.LocalCoordinates(opposite, new double[6]));
        Refused("delta", () => far.LocalCoordinates(far, new double[5]));
        Refused("delta", () => far.Retract([double.MaxValue, 0, 0, 0, 0, 0]));
        Refused("delta", () => far.Retract([0, 0, 0, double.NaN, 0, 0]));
        Refused("delta", () => far.Retract([0, 0, 0, double.MaxValue, double.MaxValue, 0]));
        Refused("delta", () => far.Retract([0, 0]));
        Refused("range", () => DrawPose(null!));
        Refused("maximalAngle", () => new PoseRange(4));
        Refused("maximalAngle", () => new PoseRange(double.NaN));
        Refused("maximalTranslation", () => new PoseRange(1, -1));
        Refused("AngleExponent", () => new PoseRange { AngleExponent = double.NaN });
        Refused("AngleExponent", () => new PoseRange { AngleExponent = -1 });
        Refused("index", () => default(Vector3D)[3]);
        Refused("index", () => default(Vector3D)[-1]);
    }

    [Fact]
    public void Vector_OfAnyLength_HasIt()
    {
        foreach (double unit in new[] { 1, 1e-200, 1e-310, 1e200, 1e307 })
        {
            (new Vector3D(2 * unit, -3 * unit, 6 * unit).Length / (7 * unit)).Should().BeApproximately(1, unit < 1e-300 ? 1e-12 : 1e-15);
        }

        default(Vector3D).Length.Should().Be(0);
        new Vector3D(double.NegativeInfinity, 0, 0).Length.Should().Be(double.PositiveInfinity);
        new Vector3D(1, double.NaN, 0).Length.Should().Be(double.NaN);
        Pose tiny = Pose.Identity.Retract([0, 0, 0, 1e-200, 0, 0]);
        double[] back = new double[6];
        Pose.Identity.LocalCoordinates(tiny, back);
        back[3].Should().BeApproximately(1e-200, 1e-214);
    }

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, 2)]
    [InlineData(1, 10_000_000)]
    [InlineData(10_000_000, 1)]
    public void Bands_OfHugeImages_AreRefusedAtOnce(int rows, int columns)
    {
        string name = rows >= columns ? "rows" : "columns";
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Refused(name, () => DirectionSampler.Band(rows, columns, new FrequencyBand(0.4, double.PositiveInfinity)));
        Refused(name, () => DirectionGroup.Bands(rows, columns));
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    private static Pose DrawPose(PoseRange range)
    {
        var stream = new RandomStream(1);
        return Pose.Draw(ref stream, range);
    }

    private static void PoseRefused(Vector3D place)
    {
        var pose = new Pose(new Vector3D(0, 0, 1), 0, place);
        Refused("pose", () => Cube.Render<float>(pose, new JetBatch<float>(JetLayout.Full(6, 2), 1, Cube.Pixels)));
        Refused("pose", () => Cube.Render<double>(pose, new JetBatch<double>(JetLayout.Value, 1, Cube.Pixels)));
        Refused("pose", () => Cube.VisibleFaces(pose));
    }

    private static void Options(string message, CubeRendererOptions options)
    {
        var act = () => new CubeRenderer(options);
        string text = act.Should().Throw<ArgumentException>().WithParameterName("options").Which.Message;
        message.Split('|').Should().Contain(part => text.Contains(part.Trim('*'), StringComparison.OrdinalIgnoreCase));
    }

    private static void Refused(string argument, Func<object> action) => Refused(argument, () => { action(); });

    private static void Refused(string argument, Action action) =>
        action.Should().Throw<ArgumentException>().WithParameterName(argument);
}
