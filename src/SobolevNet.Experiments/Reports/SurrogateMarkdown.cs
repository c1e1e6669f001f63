using System.Globalization;
using System.Text;
using SobolevNet.Experiments.Surrogates;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.md of a comparison of surrogates, and the rows of its table.</summary>
internal static class SurrogateMarkdown
{
    public static string[] Header { get; } = ["case", "points", "method", "values", "Greeks", "gammas", "values, notebooks' points", "Greeks there", "time", "epochs"];

    /// <summary>The rows of the table: for each case, number of points and method the mean errors with their spread over the seeds.</summary>
    public static IEnumerable<string[]> Rows(SurrogateReport report)
    {
        foreach (var known in report.Cases.Select(SurrogateCase.Named))
        {
            foreach (int samples in report.Settings.Samples)
            {
                var published = report.Of(known.Name, samples, SurrogateMethod.Published);
                foreach (var method in SurrogateMethod.Of(known))
                {
                    var runs = report.Of(known.Name, samples, method.Name);
                    yield return
                    [
                        known.Name, Text($"{samples}"), method.Name,
                        Cell(runs, published, run => run.Fresh.Values), Cell(runs, published, run => run.Fresh.Greeks),
                        Cell(runs, published, run => run.Fresh.Gammas), Cell(runs, published, run => run.Notebook?.Values),
                        Cell(runs, published, run => run.Notebook?.Greeks),
                        Text($"{runs.Average(run => run.Seconds):0.00} s"), Text($"{runs.Average(run => run.Epochs):0}"),
                    ];
                }
            }
        }
    }

    public static void Save(SurrogateReport report, SurrogateFolder folder)
    {
        var text = new StringBuilder();
        text.Append("# Surrogates: the published recipe and this library's defaults in the same time\n\n");
        text.Append(Text(
            $"Root mean square errors at {report.Settings.TestPoints} fresh exact points in per cent of the deviation of the values, of the first and of the second derivatives. "));
        text.Append(Text($"Mean of the seeds {string.Join(", ", report.Settings.Seeds)}, with the lowest and the highest. In brackets how many times better than published.\n\n"));
        AppendRow(text, Header);
        AppendRow(text, [.. Header.Select(_ => "---")]);
        foreach (string[] row in Rows(report))
        {
            AppendRow(text, row);
        }

        text.Append("\n![Errors](surrogates.png)\n\n## Cases and methods\n\n");
        foreach (var known in report.Cases.Select(SurrogateCase.Named))
        {
            text.Append(Text($"* {known.Name}: {known.Description}\n"));
        }

        foreach (var method in SurrogateMethod.All)
        {
            text.Append(Text($"* {method.Name}: {method.Description}\n"));
        }

        text.Append("\n## Repeat it\n\n```\ndotnet run -c Release --project src/SobolevNet.Experiments -- ").Append(report.Command).Append("\n```\n\n");
        text.Append(Text(
            $"{report.Machine.Line(report.Started)}\n"));
        AtomicFile.WriteAllText(folder.Markdown, text.ToString());
    }

    private static void AppendRow(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Cell(IReadOnlyList<SurrogateRun> runs, IReadOnlyList<SurrogateRun> published, Func<SurrogateRun, double?> of)
    {
        double[] errors = [.. runs.Select(of).OfType<double>().Order()];
        if (errors.Length == 0)
        {
            return "–";
        }

        double mean = errors.Average();
        string spread = errors.Length > 1 ? Text($" ({Short(errors[0])}–{Short(errors[^1])})") : "";
        string times = runs[0].Method == SurrogateMethod.Published ? "" : Text($" [×{published.Select(of).OfType<double>().Average() / mean:0.0}]");
        return Text($"{Short(mean)} %{spread}{times}");
    }

    private static string Short(double percent) => percent.ToString(percent < 0.1 ? "0.0000" : percent < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
