using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SobolevNet.Experiments.Reporting;

/// <summary>Reads and writes reports.</summary>
internal static class ReportFile
{
    /// <summary>The property whose numbers are figures, which may be unknown.</summary>
    private const string Runs = "runs";

    /// <summary>Writes a report. If the program is killed meanwhile, the old one stays.</summary>
    public static void Write<TReport>(string path, TReport report, JsonTypeInfo<TReport> type) =>
        AtomicFile.WriteAllText(path, ToText(report, type));

    public static string ToText<TReport>(TReport report, JsonTypeInfo<TReport> type) => JsonSerializer.Serialize(report, type) + "\n";

    /// <summary>Reads a report.</summary>
    /// <exception cref="InvalidDataException">The file is not such a report; the message says where.</exception>
    public static TReport Read<TReport>(string path, JsonTypeInfo<TReport> type)
    {
        try
        {
            byte[] text = File.ReadAllBytes(path);
            var report = JsonSerializer.Deserialize(text, type) ?? throw new InvalidDataException($"{path} is empty; expected a report.");
            using var document = JsonDocument.Parse(text);
            RefuseNulls(document.RootElement, type, "$", figures: false);
            return report;
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} is not a report that can be read: {damaged.Message}", damaged);
        }
    }

    /// <summary>
    /// Refuses null where the serializer accepts it: as an element of a list of objects, and for a number that is not a figure. Figures are
    /// the numbers of the runs.
    /// </summary>
    private static void RefuseNulls(JsonElement value, JsonTypeInfo type, string path, bool figures)
    {
        if (value.ValueKind == JsonValueKind.Null && type.Type == typeof(double) && !figures)
        {
            throw new JsonException($"{path} is null; expected a number.");
        }

        if (value.ValueKind == JsonValueKind.Object && type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var property in type.Properties)
            {
                if (value.TryGetProperty(property.Name, out var inner))
                {
                    RefuseNulls(inner, type.Options.GetTypeInfo(property.PropertyType), $"{path}.{property.Name}", figures || property.Name == Runs);
                }
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && type.ElementType is { } elementType)
        {
            bool mayBeNull = elementType == typeof(double) || Nullable.GetUnderlyingType(elementType) is not null;
            int index = 0;
            foreach (var element in value.EnumerateArray())
            {
                string place = $"{path}[{index++}]";
                if (element.ValueKind == JsonValueKind.Null && !mayBeNull)
                {
                    throw new JsonException($"{place} is null; expected an element of the list.");
                }

                RefuseNulls(element, type.Options.GetTypeInfo(elementType), place, figures);
            }
        }
    }
}
