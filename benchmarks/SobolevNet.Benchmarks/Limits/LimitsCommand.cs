using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// <c>limits [--json FILE] [--only WORD]</c>: measures the machine's peak and memory in this process, then every piece of work as a ratio to them.
/// <c>--guard FOLDER</c> compares with what the folder holds for this kind of processor, and fails if a row has fallen by more than the recorded spread (and the part of it that
/// <c>--slack</c> allows besides). <c>--record FOLDER</c> records runs there.
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
        ("cores", CoreRows.Measure),
        ("activation", ActivationRows.Measure),
        ("renderer", RenderRows.Measure),
        ("inference", InferenceRows.Measure),
    ];

    public static int Run(string[] args)
    {
        if (args is ["--record", var folder, _, _, _, ..])
        {
            RecordedRatios.Of([.. args[2..].Select(Read)]).Save(folder);
            return 0;
        }

        string? file = Option(args, "--json");
        string? only = Option(args, "--only");
        string? guard = Option(args, "--guard");
        string? slackText = Option(args, "--slack");
        double slack = 0;
        bool isRight = args.Length == 2 * new[] { file, only, guard, slackText }.Count(option => option is not null)
            && (slackText is null || (guard is not null && double.TryParse(slackText, CultureInfo.InvariantCulture, out slack) && slack is >= 0 and < 1));
        if (!isRight)
        {
            Console.Error.WriteLine(
                $"Usage: limits [--json FILE] [--only {string.Join('|', Groups.Select(group => group.Group))}] [--guard FOLDER [--slack PART]]\n" +
                "       limits --record FOLDER FILE FILE FILE [FILE ...]");
            return 2;
        }

        long start = Stopwatch.GetTimestamp();
        Report.Head();
        var rows = Measure(only).ToList();
        Report.Foot(rows, Stopwatch.GetElapsedTime(start));
        if (file is not null)
        {
            string temporary = file + ".tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(rows, LimitRowJson.Default.ListLimitRow));
            File.Move(temporary, file, overwrite: true);
        }

        return guard is null ? 0 : Guard(guard, rows, only, slack);
    }

    private static IEnumerable<LimitRow> Measure(string? only)
    {
        using var machine = new Machine();
        foreach (var row in Groups.Where(group => only is null || group.Group == only).SelectMany(group => group.Measure(machine)))
        {
            Report.Line(row);
            yield return row;
        }
    }

    /// <summary>Compares with the record of this processor. A row counts as fallen if it is so in three measurements.</summary>
    private static int Guard(string folder, List<LimitRow> rows, string? only, double slack)
    {
        if (RecordedRatios.Load(folder) is not { } recorded)
        {
            Console.WriteLine($"No ratios are recorded for {Report.ProcessorKind()}; nothing is compared.");
            return 0;
        }

        string[] missing = only is null ? [.. recorded.Rows.Select(row => row.Name).Except(rows.Select(row => row.Name))] : [];
        foreach (string name in missing)
        {
            Console.WriteLine($"MISSING: {name}");
        }

        var fallen = recorded.Fallen(rows, slack).ToList();
        for (int again = 0; again < 2 && fallen.Count > 0; again++)
        {
            Console.WriteLine($"\n{fallen.Count} rows are below what is recorded; measured once more:");
            var names = fallen.Select(row => row.Now.Name).ToHashSet();
            fallen = [.. recorded.Fallen(Measure(only), slack).Where(row => names.Contains(row.Now.Name))];
        }

        foreach (var (now, before) in fallen)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"FELL: {now.Name}: {now.Ratio:F3}; recorded {before.Worst:F3} to {before.Best:F3}, least {before.Least:F3}"));
        }

        return fallen.Count + missing.Length > 0 ? 1 : 0;
    }

    private static List<LimitRow> Read(string file) => JsonSerializer.Deserialize(File.ReadAllText(file), LimitRowJson.Default.ListLimitRow)!;

    private static string? Option(string[] args, string name)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }
}
