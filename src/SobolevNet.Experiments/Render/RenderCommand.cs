using System.CommandLine;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Plotting;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Render;

/// <summary>render: one cube with its derivatives, as arrays and pictures.</summary>
internal sealed class RenderCommand() : ConsoleCommand(
    "render", "Renders a cube with its derivatives: image.png, a PNG for each derivative, jets.png, jet.npy, vertices.npy and report.json.")
{
    private const int SheetColumns = 7;
    private const int SheetCell = 164;
    private static readonly CubeRendererOptions Defaults = new();

    private readonly Option<Vector3D> _translation = Values.Vector.Option("--translation", "Position of the cube. [default: 0,0,0]");
    private readonly Option<Vector3D> _axis = Values.Vector.Option("--axis", "Axis of rotation; its length does not matter. [default: 0,0,1]");
    private readonly Option<double> _angle = Values.Real("RADIANS").Option("--angle", "Angle of rotation. [default: 0]");
    private readonly Option<int> _order = Values.Integer("0|1|2", 0, 2).Option("--order", "Highest order of derivatives. [default: 2]");
    private readonly Option<int> _size = Values.Integer("PIXELS", 2, 1024).Option("--size", "Rows and columns of the image. [default: 41]");
    private readonly Option<double> _sigma = Values.Real("NUMBER", 0).Option("--sigma", "Width of the Gaussian that smooths the image. [default: 0.03]");
    private readonly Option<double> _focal = Values.Real("NUMBER", 0).Option("--focal", "Focal length. [default: 5]");
    private readonly Option<double> _distance = Values.Real("NUMBER", 0).Option("--distance", "Distance of the camera. [default: 5]");
    private readonly Option<string> _out = Values.Path("DIR").Option("--out", "Folder to write to.");

    protected override void AddOptions(Command command)
    {
        _out.Required = true;
        foreach (var option in (Option[])[_translation, _axis, _angle, _order, _size, _sigma, _focal, _distance, _out])
        {
            command.Add(option);
        }
    }

    protected override int Run(ParseResult parsed, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        int pixels = parsed.ValueOr(_size, Defaults.Rows);
        var renderer = new CubeRenderer(new CubeRendererOptions
        {
            Rows = pixels,
            Columns = pixels,
            Sigma = parsed.ValueOr(_sigma, Defaults.Sigma),
            FocalLength = parsed.ValueOr(_focal, Defaults.FocalLength),
            CameraDistance = parsed.ValueOr(_distance, Defaults.CameraDistance),
        });
        var pose = new Pose(parsed.ValueOr(_axis, new Vector3D(0, 0, 1)), parsed.ValueOr(_angle, 0), parsed.ValueOr(_translation, default(Vector3D)));
        string folder = Path.GetFullPath(parsed.GetRequiredValue(_out));
        Save(renderer, pose, JetLayout.Full(Pose.DegreesOfFreedom, parsed.ValueOr(_order, 2)), folder);
        terminal.Line($"Rendered to {folder}");
        return ExitCode.Success;
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
            sheet.AddRow(components.Select(component => CubeComponents.Picture(renderer, image, component)));
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
