using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SobolevNet.Experiments.Reports;

/// <summary>Reads and writes reports.</summary>
internal static class ReportFile
{
    /// <summary>Writes a report beside the old one and puts it in its place.</summary>
    public static void Write<TReport>(string path, TReport report, JsonTypeInfo<TReport> type) =>
        AtomicFile.WriteAllText(path, ToText(report, type));

    public static string ToText<TReport>(TReport report, JsonTypeInfo<TReport> type) => JsonSerializer.Serialize(report, type) + "\n";

    /// <summary>Reads a report.</summary>
    /// <exception cref="InvalidDataException">The file is not such a report; the message says where.</exception>
    public static TReport Read<TReport>(string path, JsonTypeInfo<TReport> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type)
                ?? throw new InvalidDataException($"{path} is empty; expected a report.");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} is not a report that can be read: {damaged.Message}", damaged);
        }
    }
}
