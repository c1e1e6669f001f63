using System.Text.Json;
using System.Text.Json.Serialization;

namespace SobolevNet.Files;

/// <summary>
/// Writes numbers of results for System.Text.Json: a number that is not known, NaN, as null, and infinities as the texts "Infinity" and "-Infinity". It reads both back.
/// </summary>
/// <remarks>Results of the library have it on their properties; give it to other numbers as <c>[JsonConverter(typeof(FigureJsonConverter))]</c>.</remarks>
public sealed class FigureJsonConverter : JsonConverterFactory
{
    /// <summary>Whether the type is <see cref="double"/> or a read-only list of it.</summary>
    /// <param name="typeToConvert">The type.</param>
    /// <returns>True if it is.</returns>
    public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(double) || typeToConvert == typeof(IReadOnlyList<double>);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        typeToConvert == typeof(double) ? new Number() : new List();

    /// <summary>Writes a number: NaN as null, infinities as text.</summary>
    internal static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsNaN(value))
        {
            writer.WriteNullValue();
        }
        else if (double.IsInfinity(value))
        {
            writer.WriteStringValue(value > 0 ? "Infinity" : "-Infinity");
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }

    /// <summary>Reads a number, null as NaN; the text "NaN" of earlier versions is read too.</summary>
    /// <returns>Whether it is a number.</returns>
    internal static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        (bool isNumber, value) = reader.TokenType switch
        {
            JsonTokenType.Number => (true, reader.GetDouble()),
            JsonTokenType.Null => (true, double.NaN),
            JsonTokenType.String when reader.GetString() is "NaN" => (true, double.NaN),
            JsonTokenType.String when reader.GetString() is "Infinity" => (true, double.PositiveInfinity),
            JsonTokenType.String when reader.GetString() is "-Infinity" => (true, double.NegativeInfinity),
            _ => (false, double.NaN),
        };
        return isNumber;
    }

    private static double Read(ref Utf8JsonReader reader) =>
        TryRead(ref reader, out double value) ? value : throw new JsonException("Expected a number, null, \"Infinity\" or \"-Infinity\".");

    private sealed class Number : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => FigureJsonConverter.Read(ref reader);

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => FigureJsonConverter.Write(writer, value);
    }

    private sealed class List : JsonConverter<IReadOnlyList<double>>
    {
        public override IReadOnlyList<double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var values = new List<double>();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException("Expected an array of numbers.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                values.Add(FigureJsonConverter.Read(ref reader));
            }

            return values;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<double> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (double number in value)
            {
                FigureJsonConverter.Write(writer, number);
            }

            writer.WriteEndArray();
        }
    }
}
