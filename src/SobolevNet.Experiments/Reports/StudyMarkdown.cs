using System.Globalization;
using System.Text;
using SobolevNet.Experiments.Studies;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.md of a study: a table and learning curves for each group.</summary>
internal static class StudyMarkdown
{
    public static void Save(StudyReport report, StudyFolder folder)
    {
        var settings = report.Settings;
        var text = new StringBuilder("# Cubes: what a recipe is worth\n\n");
        text.Append(Text(
            $"Root mean square error over {settings.TestImages} fresh images in per cent of the deviation of the targets: mean of {settings.Seeds.Length} seeds, lowest and highest, "));
        text.Append("how many times better than order 0 of the same row, and the seconds of one thread. In each group one thing is varied; the base is\n");
        text.Append("the recipe that several groups share.\n");
        foreach (string group in report.Cases.Select(one => one.Group).Distinct())
        {
            var cases = report.Cases.Where(one => one.Group == group).ToList();
            int[] orders = [.. cases.Select(one => one.Order).Distinct().Order()];
            text.Append(Text($"\n## {char.ToUpperInvariant(group[0])}{group[1..]}\n\n| {group} | "));
            text.AppendJoin(" | ", orders.Select(order => Text($"order {order}"))).Append(" |\n|---|");
            text.Insert(text.Length, "---|", orders.Length).Append('\n');
            foreach (string setting in cases.Select(one => one.Setting).Distinct())
            {
                text.Append("| ").Append(setting);
                foreach (int order in orders)
                {
                    text.Append(" | ").Append(Cell(report, cases, setting, order));
                }

                text.Append(" |\n");
            }

            text.Append(Text($"\n![Error against time]({group}.png)\n"));
        }

        AddCases(report, text);
        text.Append("\n## Repeat it\n\n```\ndotnet run -c Release --project src/SobolevNet.Experiments -- ").Append(report.Command).Append("\n```\n\n");
        text.Append(Text(
            $"{report.Machine.Line(report.Started)}\n"));
        AtomicFile.WriteAllText(folder.Markdown, text.ToString());
    }

    /// <summary>Mean error of the seeds with its spread, how many times better than order 0, and the time.</summary>
    public static string Cell(StudyReport report, IReadOnlyList<StudyCase> group, string setting, int order)
    {
        if (group.FirstOrDefault(one => one.Setting == setting && one.Order == order) is not { } one)
        {
            return "";
        }

        var runs = report.Of(one);
        double[] errors = [.. runs.Where(run => run.Note is null).Select(run => run.TestErrorPercent).Order()];
        string broke = errors.Length < runs.Count ? Text($", {runs.Count - errors.Length} broke") : "";
        if (errors.Length == 0)
        {
            return "–" + broke;
        }

        string spread = errors.Length > 1 ? Text($" ({errors[0]:0.00}–{errors[^1]:0.00})") : "";
        string times = "";
        if (order > 0 && group.FirstOrDefault(other => other.Setting == setting && other.Order == 0) is { } plain)
        {
            double[] first = [.. report.Of(plain).Where(run => run.Note is null).Select(run => run.TestErrorPercent)];
            times = first.Length > 0 ? Text($" ×{first.Average() / errors.Average():0.0}") : "";
        }

        return Text($"{errors.Average():0.00} %{spread}{times}, {runs.Average(run => run.Seconds):0} s{broke}");
    }

    private static void AddCases(StudyReport report, StringBuilder text)
    {
        text.Append("\n## All trainings\n\n| case | hidden | activation | images | epochs | weights | directions | features | batch | optimizer | rate | test | train | of an edge |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var one in StudyReport.Distinct(report.Cases))
        {
            var runs = report.Of(one).Where(run => run.Note is null).ToList();
            string features = one.Features == 0 ? "pixels" : Text($"{one.Features}, curvature {one.FeatureCurvature}");
            text.Append(Text($"| {one.Title} | {string.Join('-', one.Hidden)} | {one.Activation} | {one.Images} | {one.Epochs} | {one.OrderWeights} | {one.Directions} | "));
            text.Append(Text($"{features} | {one.BatchSize} | {one.Optimizer} | {one.LearningRate} | {Mean(run => run.TestErrorPercent, "0.000")} % | "));
            text.Append(Text($"{Mean(run => run.TrainErrorPercent, "0.000")} % | {Mean(run => run.TestVertexErrorInEdges, "0.00000")} |\n"));

            string Mean(Func<StudyRun, double> value, string format) =>
                runs.Count == 0 ? "–" : runs.Average(value).ToString(format, CultureInfo.InvariantCulture);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
