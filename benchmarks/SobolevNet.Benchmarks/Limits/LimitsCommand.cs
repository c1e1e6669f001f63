using System.Diagnostics;
using System.Text.Json;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// <c>limits [--json FILE] [--only WORD]</c>: measures the machine's peak and memory in this process, then every piece of
/// work as a ratio to them.
/// </summary>
internal static class LimitsCommand
{
    /// <summary>The report, in order; a new group of rows is one more line here.</summary>
    private static readonly (string Group, Func<Machine, IEnumerable<LimitRow>> Measure)[] Groups =
    [
        ("machine", machine => machine.Rows()),
        ("products", GemmRows.Measure),
        ("training", TrainingRows.Measure),
        ("adjoints", AdjointRows.Measure),
        ("activation", ActivationRows.Measure),
        ("renderer", RenderRows.Measure),
        ("inference", InferenceRows.Measure),
    ];

    public static int Run(string[] args)
    {
        string? file = Option(args, "--json");
        string? only = Option(args, "--only");
        if (args.Length != (file is null ? 0 : 2) + (only is null ? 0 : 2))
        {
            Console.Error.WriteLine($"Usage: limits [--json FILE] [--only {string.Join('|', Groups.Select(group => group.Group))}]");
            return 2;
        }

        long start = Stopwatch.GetTimestamp();
        var rows = new List<LimitRow>();
        using var machine = new Machine();
        Report.Head();
        foreach (var (group, measure) in Groups.Where(group => only is null || group.Group == only))
        {
            foreach (var row in measure(machine))
            {
                rows.Add(row);
                Report.Line(row);
            }
        }

        Report.Foot(rows, Stopwatch.GetElapsedTime(start));
        if (file is not null)
        {
            string temporary = file + ".tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(rows, LimitRowJson.Default.ListLimitRow));
            File.Move(temporary, file, overwrite: true);
        }

        return 0;
    }

    private static string? Option(string[] args, string name)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }
}
