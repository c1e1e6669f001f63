using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SobolevNet.Files;

/// <summary>
/// Lets System.Text.Json write and read two-dimensional arrays, which it refuses by itself, as arrays of rows: Jacobians of a network, and
/// arrays of labels.
/// </summary>
/// <remarks>NaN is written as null, infinities as the texts "Infinity" and "-Infinity", as <see cref="FigureJsonConverter"/> does.</remarks>
/// <example>
/// <code>
/// var options = new JsonSerializerOptions { Converters = { new MatrixJsonConverter&lt;double&gt;() } };
/// string json = JsonSerializer.Serialize(network.Jacobian([0.5, 1]), options);    // [[1.5,-0.25]]
/// </code>
/// </example>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MatrixJsonConverter<T> : JsonConverter<T[,]>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not an array of rows of numbers, or the rows have different lengths.</exception>
    public override T[,] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var values = new List<T>();
        int columns = 0;
        int rows = 0;
        Require(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Require(reader.TokenType == JsonTokenType.StartArray);
            int before = values.Count;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                values.Add(Number(ref reader));
            }

            columns = rows++ == 0 ? values.Count : columns;
            if (values.Count - before != columns)
            {
                throw new JsonException($"Row {rows - 1} has {values.Count - before} numbers; expected {columns}, as many as row 0 has.");
            }
        }

        var matrix = new T[rows, columns];
        for (int k = 0; k < values.Count; k++)
        {
            matrix[k / columns, k % columns] = values[k];
        }

        return matrix;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T[,] value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartArray();
        for (int row = 0; row < value.GetLength(0); row++)
        {
            writer.WriteStartArray();
            for (int column = 0; column < value.GetLength(1); column++)
            {
                Write(writer, value[row, column]);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, T value)
    {
        if (value is float single && float.IsFinite(single))
        {
            writer.WriteNumberValue(single);
        }
        else
        {
            FigureJsonConverter.Write(writer, double.CreateTruncating(value));
        }
    }

    private static T Number(ref Utf8JsonReader reader) =>
        FigureJsonConverter.TryRead(ref reader, out double value) ? T.CreateSaturating(value) : throw Unexpected();

    private static void Require(bool isRight)
    {
        if (!isRight)
        {
            throw Unexpected();
        }
    }

    private static JsonException Unexpected() => new("Expected an array of rows, each an array of numbers.");
}
