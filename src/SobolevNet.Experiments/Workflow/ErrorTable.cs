using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Terminal;
using static System.FormattableString;

namespace SobolevNet.Experiments.Workflow;

/// <summary>The errors of one output's values in report.json, in the unit of the targets.</summary>
internal sealed record ErrorRow
{
    public required int Output { get; init; }

    /// <summary>100 times the root mean square over the deviation of the targets; null where all targets are 0.</summary>
    public double? PercentOfSize { get; init; }

    public required double Rms { get; init; }

    public required double Mean { get; init; }

    public required double Median { get; init; }

    public required double Quantile90 { get; init; }

    public required double Quantile99 { get; init; }

    public required double Max { get; init; }

    /// <summary>The number of the sample with the largest error.</summary>
    public required long WorstSample { get; init; }
}

/// <summary>Errors by output as rows of reports and as a table of the terminal and of report.md.</summary>
internal static class ErrorTable
{
    private static readonly string[] Columns = ["run", "output", "% of size", "rms", "mean", "50 %", "90 %", "99 %", "max", "at sample"];

    /// <summary>The rows of an evaluation.</summary>
    public static IReadOnlyList<ErrorRow> Of(Evaluation evaluation) =>
    [
        .. evaluation.Components.Where(errors => errors is { Component: 0, Count: > 0 }).Select(errors => new ErrorRow
        {
            Output = errors.Output,
            PercentOfSize = 100 * errors.Relative,
            Rms = errors.Rms,
            Mean = errors.Mean,
            Median = errors.Median,
            Quantile90 = errors.Quantile90,
            Quantile99 = errors.Quantile99,
            Max = errors.Max,
            WorstSample = errors.WorstSamples[0],
        }),
    ];

    /// <summary>Writes a table of the runs that have rows.</summary>
    public static void Show(ConsoleOutput terminal, IEnumerable<(string Run, IReadOnlyList<ErrorRow> Rows)> runs)
    {
        string[][] cells = Cells(runs);
        if (cells.Length > 0)
        {
            terminal.Table(Columns, cells);
        }
    }

    /// <summary>Adds a section with a table of the runs that have rows.</summary>
    public static void Add(MarkdownPage page, string title, IEnumerable<(string Run, IReadOnlyList<ErrorRow> Rows)> runs)
    {
        string[][] cells = Cells(runs);
        if (cells.Length > 0)
        {
            page.Section(title);
            page.Table(Columns, cells);
        }
    }

    private static string[][] Cells(IEnumerable<(string Run, IReadOnlyList<ErrorRow> Rows)> runs) =>
        [.. runs.SelectMany(run => run.Rows.Select(row => Cells(run.Run, row)))];

    private static string[] Cells(string run, ErrorRow row) =>
    [
        run, Invariant($"{row.Output}"), row.PercentOfSize is { } percent ? Invariant($"{percent:G3}") : "–", Invariant($"{row.Rms:G3}"), Invariant($"{row.Mean:G3}"),
        Invariant($"{row.Median:G3}"), Invariant($"{row.Quantile90:G3}"), Invariant($"{row.Quantile99:G3}"), Invariant($"{row.Max:G3}"), Invariant($"{row.WorstSample}"),
    ];
}
