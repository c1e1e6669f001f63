using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Pictures;
using SobolevNet.Experiments.Reports;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>predict: what a saved network says about an image.</summary>
internal static class PredictCommand
{
    private static readonly string[] CubeOutputs =
        [.. new[] { 3, 5, 6 }.SelectMany(vertex => new[] { "x", "y", "z" }.Select(axis => $"vertex {vertex} {axis}"))];

    public static Command Create(ConsoleOutput terminal)
    {
        var network = Options.Path("--network", "FILE", "Network file (.safetensors).");
        network.Required = true;
        var image = Options.Path("--image", "FILE", "Image: .npy of shape (rows, columns), or (components, rows, columns) of which the first is taken; or a PNG of that size.");
        image.Required = true;
        var jacobian = new Option<bool>("--jacobian") { Description = "Give the derivatives of every output by every pixel too." };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table." };
        var directory = Options.Path("--out", "DIR", "Write report.json, and jacobian.npy if asked for, to this folder.");
        var command = new Command("predict", "Evaluates a saved network on an image.") { network, image, jacobian, json, directory };
        command.SetAction(CommandLine.Action((parsed, _) =>
        {
            Predict(
                parsed.GetRequiredValue(network)!, parsed.GetRequiredValue(image)!, parsed.GetValue(jacobian), parsed.GetValue(json),
                parsed.GetValue(directory), terminal);
            return CommandLine.Success;
        }));
        return command;
    }

    private static void Predict(string networkPath, string imagePath, bool withJacobian, bool asJson, string? folder, ConsoleOutput terminal)
    {
        if (!File.Exists(networkPath))
        {
            throw new Failure($"There is no network file {networkPath}.");
        }

        var network = Mlp<double>.Load(networkPath);
        double[] image = ImageFile.Read(imagePath, network.Architecture.Inputs);
        double[] output = network.Evaluate(image);
        double[,]? jacobian = withJacobian ? network.Jacobian(image) : null;
        var report = new PredictReport
        {
            Network = networkPath,
            Architecture = network.Architecture.ToString(),
            Image = imagePath,
            Output = output,
            Jacobian = jacobian is null ? null : [.. Enumerable.Range(0, output.Length).Select(row => Row(jacobian, row))],
        };
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            ReportFile.Write(Path.Combine(folder, "report.json"), report, ReportJson.Default.PredictReport);
            if (jacobian is not null)
            {
                NpyFile.Write<double>(Path.Combine(folder, "jacobian.npy"), report.Jacobian!.SelectMany(row => row).ToArray(), output.Length, image.Length);
            }
        }

        if (asJson)
        {
            terminal.Line(ReportFile.ToText(report, ReportJson.Default.PredictReport).TrimEnd());
            return;
        }

        terminal.Line($"{report.Architecture} on {imagePath}");
        WriteOutputs(report, terminal);
    }

    private static void WriteOutputs(PredictReport report, ConsoleOutput terminal)
    {
        bool isCube = report.Output.Length == CubeOutputs.Length;
        string[] ofGradients = report.Jacobian is null ? [] : ["length of its gradient", "largest by a pixel"];
        terminal.Table(["output", "value", .. ofGradients], Enumerable.Range(0, report.Output.Length).Select(Row));

        string[] Row(int k)
        {
            string[] cells = [isCube ? CubeOutputs[k] : k.ToString(CultureInfo.InvariantCulture), Text(report.Output[k])];
            return report.Jacobian is { } jacobian
                ? [.. cells, Text(Math.Sqrt(jacobian[k].Sum(value => value * value))), Text(jacobian[k].MaxBy(Math.Abs))]
                : cells;
        }
    }

    private static string Text(double value) => value.ToString("0.000000", CultureInfo.InvariantCulture);

    private static double[] Row(double[,] matrix, int row)
    {
        var values = new double[matrix.GetLength(1)];
        for (int column = 0; column < values.Length; column++)
        {
            values[column] = matrix[row, column];
        }

        return values;
    }
}
