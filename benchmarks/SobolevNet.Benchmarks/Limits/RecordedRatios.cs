using System.Text.Json;
using System.Text.Json.Serialization;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>The ratios that a kind of processor reached in some runs, kept beside the benchmarks to compare later runs with.</summary>
/// <param name="Processor">The processor, its cores and its vector width.</param>
/// <param name="Rows">The rows that have a ratio.</param>
internal sealed record RecordedRatios(string Processor, IReadOnlyList<RecordedRow> Rows)
{
    /// <summary>The file in a folder for the processor that this runs on; it need not exist.</summary>
    public static string FileIn(string folder) =>
        Path.Combine(folder, string.Join("-", Report.ProcessorKind().ToLowerInvariant().Split([.. " (),"], StringSplitOptions.RemoveEmptyEntries)) + ".json");

    /// <summary>The record of this processor in a folder, or null.</summary>
    public static RecordedRatios? Load(string folder) =>
        FileIn(folder) is var file && File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), RecordedRatiosJson.Default.RecordedRatios) : null;

    /// <summary>Worst, median and best of the same rows in some runs.</summary>
    /// <param name="runs">Reports written by <c>--json</c> on this processor, at least three.</param>
    public static RecordedRatios Of(IReadOnlyList<List<LimitRow>> runs) =>
        new(
            Report.ProcessorKind(),
            [
                .. runs[0].Where(row => row.Ratio is not null).Select(row =>
                {
                    double[] ratios = [.. runs.Select(run => run.Single(other => other.Name == row.Name).Ratio!.Value).Order()];
                    return new RecordedRow(row.Name, ratios[0], ratios[ratios.Length / 2], ratios[^1]);
                }),
            ]);

    /// <summary>Writes the record of this processor to a folder, beside the old one and renamed.</summary>
    public void Save(string folder)
    {
        string file = FileIn(folder);
        Directory.CreateDirectory(folder);
        File.WriteAllText(file + ".tmp", JsonSerializer.Serialize(this, RecordedRatiosJson.Default.RecordedRatios) + "\n");
        File.Move(file + ".tmp", file, overwrite: true);
    }

    /// <summary>The rows that lie below their worst ratio by more than their spread.</summary>
    /// <param name="rows">The rows of a run.</param>
    /// <param name="slack">The part of what they must reach that they may miss besides.</param>
    public IEnumerable<(LimitRow Now, RecordedRow Recorded)> Fallen(IEnumerable<LimitRow> rows, double slack) =>
        from row in rows
        join recorded in Rows on row.Name equals recorded.Name
        where !(row.Ratio >= recorded.Least * (1 - slack))
        select (row, recorded);
}

/// <summary>The ratios of one row.</summary>
internal sealed record RecordedRow(string Name, double Worst, double Median, double Best)
{
    /// <summary>What later runs must reach: as far below the worst as the best is above it, and at least a twentieth.</summary>
    [JsonIgnore]
    public double Least => Worst - Math.Max(Best - Worst, 0.05 * Worst);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecordedRatios))]
internal sealed partial class RecordedRatiosJson : JsonSerializerContext;
