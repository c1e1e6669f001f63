using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Predict;

/// <summary>predict: evaluates a saved network on an image.</summary>
internal sealed class PredictCommand() : ConsoleCommand("predict", "Evaluates a saved network on an image.")
{
    private static readonly string[] CubeOutputs =
        [.. new[] { 3, 5, 6 }.SelectMany(vertex => new[] { "x", "y", "z" }.Select(axis => $"vertex {vertex} {axis}"))];

    private readonly Option<string> _network = Values.Path("FILE").Option("--network", "Network file (.safetensors).");
    private readonly Option<string> _image = Values.Path("FILE").Option(
        "--image", "Image: .npy of shape (rows, columns), or (components, rows, columns) of which the first is taken; or a PNG of that size.");
    private readonly Option<bool> _jacobian = new("--jacobian") { Description = "Give the derivatives of every output by every pixel too." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of a table." };
    private readonly Option<string> _out = Values.Path("DIR").Option("--out", "Write report.json, and jacobian.npy if asked for, to this folder.");

    protected override void AddOptions(Command command)
    {
        (_network.Required, _image.Required) = (true, true);
        foreach (var option in (Option[])[_network, _image, _jacobian, _json, _out])
        {
            command.Add(option);
        }
    }

    protected override int Run(ParseResult parsed, ConsoleOutput terminal, CancellationToken cancellationToken)
    {
        Predict(
            parsed.GetRequiredValue(_network), parsed.GetRequiredValue(_image), parsed.GetValue(_jacobian), parsed.GetValue(_json), parsed.GetValue(_out),
            terminal);
        return ExitCode.Success;
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
