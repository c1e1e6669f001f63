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
            byte[] text = File.ReadAllBytes(path);
            var report = JsonSerializer.Deserialize(text, type) ?? throw new InvalidDataException($"{path} is empty; expected a report.");
            using var document = JsonDocument.Parse(text);
            RefuseMissingElements(document.RootElement, type, "$");
            return report;
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path} is not a report that can be read: {damaged.Message}", damaged);
        }
    }

    /// <summary>Refuses null as an element of a list of objects, which the serializer lets pass whatever the element type says.</summary>
    private static void RefuseMissingElements(JsonElement value, JsonTypeInfo type, string path)
    {
        if (value.ValueKind == JsonValueKind.Object && type.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var property in type.Properties)
            {
                if (value.TryGetProperty(property.Name, out var inner))
                {
                    RefuseMissingElements(inner, type.Options.GetTypeInfo(property.PropertyType), $"{path}.{property.Name}");
                }
            }
        }
        else if (value.ValueKind == JsonValueKind.Array && type.ElementType is { } elementType)
        {
            bool isNullable = Nullable.GetUnderlyingType(elementType) is not null;
            int index = 0;
            foreach (var element in value.EnumerateArray())
            {
                string place = $"{path}[{index++}]";
                if (element.ValueKind == JsonValueKind.Null && !isNullable)
                {
                    throw new JsonException($"{place} is null; expected an element of the list.");
                }

                RefuseMissingElements(element, type.Options.GetTypeInfo(elementType), place);
            }
        }
    }
}
