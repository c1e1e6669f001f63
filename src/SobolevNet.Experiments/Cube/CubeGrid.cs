using System.Globalization;
using System.Numerics;
using SkiaSharp;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Plotting;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Cube;

/// <summary>The page of pictures of a cube experiment: an image with its derivatives, then predictions drawn over test images.</summary>
internal static class CubeGrid
{
    private const int Columns = 6;
    private const int Cell = 205;
    private static readonly SKColor Truth = new(0x2E, 0xCC, 0x71);
    private static readonly SKColor Prediction = new(0xFF, 0x4D, 0x3D);

    /// <summary>Draws the page with the report's networks.</summary>
    /// <typeparam name="T">Type of the networks.</typeparam>
    public static void Save<T>(CubeReport report, ReportFolder<CubeReport> folder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var settings = report.Settings;
        var source = CubeData<T>.TestSource(settings, 2, Math.Min(Columns, settings.TestImages));
        var renderer = source.Renderer;
        using var sheet = new PictureSheet(Cell, Columns);
        sheet.AddHeading("An image and some of its derivatives by translations t and rotations r: blue negative, white zero, red positive");
        sheet.AddRow(JetPictures(renderer, source.PoseOf(0), [0, 1, 2, 3, 4, 5]));
        sheet.AddRow(JetPictures(renderer, source.PoseOf(0), [6, 7, 8, 13, 10, 22]));
        foreach (var run in report.Sound)
        {
            var network = Mlp<T>.Load(folder.File(run.Network));
            sheet.AddHeading(string.Create(
                CultureInfo.InvariantCulture,
                $"Order {run.Order}, test error {run.TestErrorPercent:0.00} %: truth green, prediction red, on images that training has not seen"));
            sheet.AddRow(Enumerable.Range(0, source.Count).Select(sample => Predicted(source, sample, network)));
        }

        sheet.Save(folder.File(CubeFiles.Grid));
    }

    /// <summary>Pictures of some components of the image at a pose.</summary>
    private static IEnumerable<Picture> JetPictures(CubeRenderer renderer, Pose pose, int[] components)
    {
        var jet = new JetBatch<double>(JetLayout.Full(Pose.DegreesOfFreedom, 2), 1, renderer.Pixels);
        renderer.Render<double>(pose, jet);
        return [.. components.Select(component => CubeComponents.Picture(renderer, jet, component))];
    }

    private static Picture Predicted<T>(CubeSource<T> source, int sample, Mlp<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var layout = source.Layout.Truncate(0);
        var image = new JetBatch<T>(layout, 1, source.InputFeatures);
        var target = new JetBatch<T>(layout, 1, source.OutputFeatures);
        source.Fill([sample], image, target);
        double[] truth = Array.ConvertAll(target.Data.ToArray(), double.CreateTruncating);
        double[] predicted = Array.ConvertAll(network.Evaluate(image.Data), double.CreateTruncating);
        var renderer = source.Renderer;
        double distance = CubeTargets.VertexDistance<double>(truth, predicted) / (2 * renderer.Options.HalfEdge);
        double[] pixels = Array.ConvertAll(image.Data.ToArray(), double.CreateTruncating);
        return new Picture(
            ImagePixels.Gray(pixels, renderer.Grid.Rows, renderer.Grid.Columns),
            string.Create(CultureInfo.InvariantCulture, $"off by {100 * distance:0.0} % of an edge"),
            (canvas, place) =>
            {
                CubeOutline.DrawMarks(canvas, place, renderer, Points(truth), Truth, filled: false);
                CubeOutline.DrawEdges(canvas, place, renderer, CubeOutline.FromNeighbors(predicted), Prediction);
                CubeOutline.DrawMarks(canvas, place, renderer, Points(predicted), Prediction, filled: true);
            });
    }

    private static IEnumerable<Vector3D> Points(double[] coordinates)
    {
        for (int k = 0; k + 2 < coordinates.Length; k += 3)
        {
            yield return new Vector3D(coordinates[k], coordinates[k + 1], coordinates[k + 2]);
        }
    }
}
