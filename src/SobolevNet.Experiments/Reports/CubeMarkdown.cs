using System.Globalization;
using System.Text;
using SobolevNet.Experiments.Cubes;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.md of a cube experiment: the table, what it means, the pictures and how to repeat it.</summary>
internal static class CubeMarkdown
{
    /// <summary>order, test error, times better, train error, seconds: a row of the result table.</summary>
    public static string[] Cells(CubeRun run) =>
    [
        Text($"{run.Order}"),
        Text($"{run.TestErrorPercent:0.00} %"),
        run.TimesBetterThanOrder0 is { } times ? Text($"{times:0.0}") : "–",
        Text($"{run.TrainErrorPercent:0.00} %"),
        Text($"{run.Seconds:0.0}"),
    ];

    public static void Save(CubeReport report, CubeFolder folder)
    {
        var settings = report.Settings;
        var text = new StringBuilder();
        text.Append("# Cubes: what derivatives are worth\n\n");
        text.Append(Text(
            $"The same network ({report.Runs[0].Architecture}) was trained from the same start on the same {settings.TrainingImages} images{(settings.FreshImages ? ", new ones in every epoch," : "")} "));
        text.Append(Text(
            $"for {settings.Epochs} epochs: on the positions of three vertices alone (order 0), on these with their first derivatives by the cube's six "));
        text.Append("degrees of freedom (order 1), and with the second ones too (order 2). ");
        text.Append(Text($"Errors are root mean square over {settings.TestImages} fresh images, in per cent of the deviation of the targets.\n\n"));
        text.Append("| order | test error | times better than order 0 | train error | seconds | distance of a vertex, in edges | test errors of derivatives | loss weights |\n");
        text.Append("|---|---|---|---|---|---|---|---|\n");
        foreach (var run in report.Runs)
        {
            text.Append("| ").AppendJoin(" | ", Cells(run)).Append(Text($" | {run.TestVertexErrorInEdges:0.0000} | "));
            text.AppendJoin(", ", run.TestDerivativeErrorsPercent.Select(error => Text($"{error:0.0} %"))).Append(Text($" | {run.OrderWeights} |\n"));
        }

        text.Append("\n![Learning curves](learning-curves.png)\n\n![Images, derivatives and predictions](cubes.png)\n\n");
        text.Append("## Repeat it\n\n```\ndotnet run -c Release --project src/SobolevNet.Experiments -- ").Append(settings.ToCommand()).Append("\n```\n\n");
        text.Append(Text(
            $"{report.Machine.Line(report.Started)} "));
        text.Append("All figures and every epoch are in [report.json](report.json); the networks are ");
        text.AppendJoin(", ", report.Runs.Select(run => $"[{run.Network}]({run.Network})")).Append(".\n");
        AtomicFile.WriteAllText(folder.Markdown, text.ToString());
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
