using System.Text.Json;
using System.Text.Json.Serialization;

namespace SobolevNet.Experiments.Reporting;

/// <summary>
/// The one way in which a figure that is not known is written: NaN and infinities become null, and null becomes NaN. JSON has no
/// such numbers.
/// </summary>
/// <remarks>Reports of earlier versions have the texts "NaN" and "Infinity" in some fields; these are read too.</remarks>
internal sealed class FigureConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => double.NaN,
        JsonTokenType.String when reader.GetString() is "NaN" or "Infinity" or "-Infinity" => double.NaN,
        _ => reader.GetDouble(),
    };

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
