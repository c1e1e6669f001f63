using System.CommandLine;
using SobolevNet.Experiments.Cubes;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Commands;

/// <summary>render: one cube with its derivatives, as arrays and pictures.</summary>
internal static class RenderCommand
{
    private const int SheetColumns = 7;
    private const int SheetCell = 164;

    public static Command Create(ConsoleOutput terminal)
    {
        var translation = Options.Vector("--translation", "Where the cube is. [default: 0,0,0]");
        var axis = Options.Vector("--axis", "Axis of rotation; its length does not matter. [default: 0,0,1]");
        var angle = Options.Real("--angle", "RADIANS", "Angle of rotation. [default: 0]");
        var order = Options.Integer("--order", "0|1|2", "Highest order of derivatives. [default: 2]", 0, 2);
        var size = Options.Integer("--size", "PIXELS", "Rows and columns of the image. [default: 41]", 2, 1024);
        var sigma = Options.Real("--sigma", "NUMBER", "Width of the Gaussian that smooths the image. [default: 0.03]", 0);
        var focal = Options.Real("--focal", "NUMBER", "Focal length. [default: 5]", 0);
        var distance = Options.Real("--distance", "NUMBER", "Distance of the camera. [default: 5]", 0);
        var directory = Options.Path("--out", "DIR", "Folder to write to.");
        directory.Required = true;
        var command = new Command("render", "Renders a cube with its derivatives: image.png, a PNG for each derivative, jets.png, jet.npy, vertices.npy and report.json.")
        {
            translation, axis, angle, order, size, sigma, focal, distance, directory,
        };
        command.SetAction(CommandLine.Action((parsed, _) =>
        {
            var paper = new CubeRendererOptions();
            int pixels = parsed.GetValue(size) ?? paper.Rows;
            var renderer = new CubeRenderer(paper with
            {
                Rows = pixels,
                Columns = pixels,
                Sigma = parsed.GetValue(sigma) ?? paper.Sigma,
                FocalLength = parsed.GetValue(focal) ?? paper.FocalLength,
                CameraDistance = parsed.GetValue(distance) ?? paper.CameraDistance,
            });
            var pose = new Pose(
                parsed.GetValue(axis) ?? new Vector3D(0, 0, 1), parsed.GetValue(angle) ?? 0, parsed.GetValue(translation) ?? default(Vector3D));
            string folder = Path.GetFullPath(parsed.GetRequiredValue(directory)!);
            Save(renderer, pose, JetLayout.Full(Pose.DegreesOfFreedom, parsed.GetValue(order) ?? 2), folder);
            terminal.Line($"Rendered to {folder}");
            return CommandLine.Success;
        }));
        return command;
    }

    private static void Save(CubeRenderer renderer, Pose pose, JetLayout layout, string folder)
    {
        const int Vertices = 8;
        var (rows, columns) = (renderer.Grid.Rows, renderer.Grid.Columns);
        var image = new JetBatch<double>(layout, 1, renderer.Pixels);
        var vertices = new JetBatch<double>(layout, 1, 3 * Vertices);
        renderer.Render<double>(pose, image, vertices);
        Directory.CreateDirectory(folder);
        NpyFile.Write<double>(Path.Combine(folder, "jet.npy"), image.Data, layout.Count, rows, columns);
        NpyFile.Write<double>(Path.Combine(folder, "vertices.npy"), vertices.Data, layout.Count, Vertices, 3);
        using (var gray = ImagePixels.Gray(image.Row(0, 0), rows, columns))
        {
            ImagePixels.SavePng(gray, Path.Combine(folder, "image.png"));
        }

        for (int component = 1; component < layout.Count; component++)
        {
            using var signed = ImagePixels.Signed(image.Row(component, 0), rows, columns);
            ImagePixels.SavePng(signed, Path.Combine(folder, $"d-{CubeComponents.NameOf(layout, component).Replace(' ', '-')}.png"));
        }

        SaveSheet(renderer, image, Path.Combine(folder, "jets.png"));
        ReportFile.Write(Path.Combine(folder, "report.json"), Report(renderer, pose, image, vertices), ReportJson.Default.RenderReport);
    }

    private static void SaveSheet(CubeRenderer renderer, JetBatch<double> image, string path)
    {
        using var sheet = new PictureSheet(SheetCell, SheetColumns);
        foreach (int[] components in Enumerable.Range(0, image.Layout.Count).Chunk(SheetColumns))
        {
            sheet.AddRow(components.Select(component => CubeGrid.Picture(renderer, image, component)));
        }

        sheet.Save(path);
    }

    private static RenderReport Report(CubeRenderer renderer, Pose pose, JetBatch<double> image, JetBatch<double> vertices)
    {
        var layout = image.Layout;
        var components = Enumerable.Range(0, layout.Count).ToArray();
        return new RenderReport
        {
            Translation = Coordinates(pose.Translation),
            Axis = Coordinates(pose.Axis),
            Angle = pose.Angle,
            Order = layout.Order,
            ImageSize = renderer.Grid.Rows,
            Sigma = renderer.Options.Sigma,
            FocalLength = renderer.Options.FocalLength,
            CameraDistance = renderer.Options.CameraDistance,
            VisibleFaces = renderer.VisibleFaces(pose),
            Components = [.. components.Select(component => CubeComponents.NameOf(layout, component))],
            LargestMagnitudes = [.. components.Select(component => ImagePixels.LargestMagnitude(image.Row(component, 0)))],
            JetShape = [layout.Count, renderer.Grid.Rows, renderer.Grid.Columns],
            VerticesShape = [layout.Count, vertices.Features / 3, 3],
            Vertices = [.. renderer.Vertices(pose).Select(Coordinates)],
        };
    }

    private static double[] Coordinates(Vector3D vector) => [vector.X, vector.Y, vector.Z];
}
