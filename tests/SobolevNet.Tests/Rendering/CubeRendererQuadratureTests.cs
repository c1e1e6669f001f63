using SobolevNet.Rendering;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Rendering;

/// <summary>
/// The renderer against area quadrature and differences over the local chart, away from the default image: other sizes,
/// blurs, cameras, cubes and poses, some of them partly outside the image.
/// </summary>
public sealed class CubeRendererQuadratureTests
{
    private static readonly Dictionary<string, (CubeRendererOptions Options, PoseRange Range)> Scenes = new()
    {
        ["default"] = (new CubeRendererOptions(), PoseRange.Default),
        ["any rotation"] = (new CubeRendererOptions(), new PoseRange(Math.PI, 0.7)),
        ["wide blur"] = (new CubeRendererOptions { Rows = 9, Columns = 14, Sigma = 0.4 }, PoseRange.Default),
        ["sharp"] = (new CubeRendererOptions { Rows = 60, Columns = 60, Sigma = 0.011 }, PoseRange.Default),
        ["near camera"] = (
            new CubeRendererOptions
            {
                Rows = 23,
                Columns = 17,
                Sigma = 0.06,
                FocalLength = 1.5,
                CameraDistance = 2,
                HalfEdge = 0.35,
                HalfWidth = 0.8,
                HalfHeight = 1.1,
                Background = 0.25,
                Intensities = [0.9, 0.1, 0.4, -0.3, 0.25, 1.7],
            },
            new PoseRange(1.2, 0.4)),
    };

    public static TheoryData<string> Names => [.. Scenes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Render_OtherScenes_MatchesAreaQuadratureAndDifferences(string name)
    {
        var (options, range) = Scenes[name];
        var renderer = new CubeRenderer(options);
        var layout = JetLayout.Full(6, 2);
        var image = new JetBatch<double>(layout, 1, renderer.Pixels);
        var vertices = new JetBatch<double>(layout, 1, 24);
        var stream = new RandomStream(71, (ulong)name.Length);
        double[] scale = [1, 1 / options.Sigma, 1 / (options.Sigma * options.Sigma)];
        for (int trial = 0; trial < 2; trial++)
        {
            var pose = Pose.Draw(ref stream, range);
            renderer.Render<double>(pose, image, vertices);
            var reference = new CubeImage(
                [pose.Axis.X, pose.Axis.Y, pose.Axis.Z],
                pose.Angle,
                [pose.Translation.X, pose.Translation.Y, pose.Translation.Z],
                options.HalfEdge,
                options.Sigma,
                options.FocalLength,
                options.CameraDistance,
                options.Background,
                [.. options.Intensities]);
            renderer.VisibleFaces(pose).Should().Equal(reference.Visible.Select(face => face + 1));
            foreach (int pixel in Busiest(image, 4))
            {
                double u = renderer.Grid.ColumnPosition(pixel % options.Columns);
                double v = renderer.Grid.RowPosition(pixel / options.Columns);
                double[] expected = JetDifferences.Jet(chart => reference.Pixel(chart, u, v), 6, 0.03 * options.Sigma);
                for (int c = 0; c < layout.Count; c++)
                {
                    // The differences' own errors, measured by halving their step, are below these.
                    double tolerance = (c == 0 ? 1e-14 : c < 7 ? 1e-11 : 2e-10) * scale[layout.OrderOf(c)];
                    image[c, 0, pixel].Should().BeApproximately(expected[c], tolerance, $"{layout.NameOf(c)} of pixel {pixel}, {pose}");
                }
            }

            for (int feature = 0; feature < 24; feature += 5)
            {
                double[] expected = JetDifferences.Jet(chart => reference.Vertices(chart)[feature / 3][feature % 3], 6, 0.05);
                for (int c = 0; c < layout.Count; c++)
                {
                    vertices[c, 0, feature].Should().BeApproximately(expected[c], 1e-11, $"{layout.NameOf(c)} of coordinate {feature}");
                }
            }
        }
    }

    [Fact]
    public void Render_WholeImage_MatchesAreaQuadrature()
    {
        var renderer = new CubeRenderer(new CubeRendererOptions { Rows = 31, Columns = 37, Sigma = 0.05 });
        var pose = new Pose(new Vector3D(1, 2, -0.5), 0.3, new Vector3D(0.9, -0.2, 0.4));
        var image = new JetBatch<double>(JetLayout.Value, 1, renderer.Pixels);
        renderer.Render<double>(pose, image);
        var reference = new CubeImage(
            [pose.Axis.X, pose.Axis.Y, pose.Axis.Z], pose.Angle, [0.9, -0.2, 0.4], sigma: 0.05);
        for (int pixel = 0; pixel < renderer.Pixels; pixel++)
        {
            double expected = reference.Pixel(
                new double[6], renderer.Grid.ColumnPosition(pixel % 37), renderer.Grid.RowPosition(pixel / 37));
            image[0, 0, pixel].Should().BeApproximately(expected, 2e-14, $"pixel {pixel}");
        }
    }

    /// <summary>Pixels with the largest second derivatives, and some chosen regardless.</summary>
    private static IEnumerable<int> Busiest(JetBatch<double> image, int count)
    {
        var order = Enumerable.Range(0, image.Features)
            .OrderByDescending(pixel => Enumerable.Range(7, 21).Max(c => Math.Abs(image[c, 0, pixel])))
            .ToArray();
        return order.Take(count / 2).Concat(Enumerable.Range(1, count / 2).Select(k => order[k * order.Length / 9]));
    }
}
