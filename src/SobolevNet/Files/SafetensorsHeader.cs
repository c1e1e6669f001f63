using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SobolevNet;

/// <summary>The JSON header of a safetensors file: reads it with every check, and writes it.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>What the header says about one tensor; offsets are from the end of the header.</summary>
    public readonly record struct Entry(string Name, SafetensorsDtype Dtype, int[] Shape, long Begin, long End);

    private SafetensorsHeader(Dictionary<string, string> metadata, List<Entry> entries, int[] byOffset)
    {
        Metadata = metadata;
        Entries = entries;
        ByOffset = byOffset;
    }

    public Dictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of the header.</summary>
    public List<Entry> Entries { get; }

    /// <summary>Indices into <see cref="Entries"/> by rising offset.</summary>
    public int[] ByOffset { get; }

    /// <summary>Reads and checks the header; the stream then stands at the first tensor.</summary>
    /// <param name="stream">Stands at the first byte of the file.</param>
    /// <param name="available">Bytes from there to the end of the file.</param>
    /// <exception cref="InvalidDataException">Says what is wrong, without the name of the file.</exception>
    public static SafetensorsHeader Read(Stream stream, long available)
    {
        if (available < 8)
        {
            throw new InvalidDataException($"it has {available} bytes; the length of the header alone takes 8.");
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsFile.MaxHeaderLength)
        {
            throw new InvalidDataException(
                $"its header claims {length} bytes; at most {SafetensorsFile.MaxHeaderLength} are accepted.");
        }

        long data = available - 8 - (long)length;
        if (data < 0)
        {
            throw new InvalidDataException($"its header claims {length} bytes, but only {available - 8} follow.");
        }

        byte[] json = new byte[length];
        stream.ReadExactly(json);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<Entry>();
        try
        {
            Parse(json, metadata, entries);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"its header is not valid JSON ({fault.Message})", fault);
        }
        catch (InvalidOperationException fault)
        {
            // The reader's answer to a string that is not UTF-8.
            throw new InvalidDataException($"its header is not valid text ({fault.Message})", fault);
        }

        return new SafetensorsHeader(metadata, entries, CheckOffsets(entries, data));
    }

    /// <summary>The header's bytes, padded with blanks to a multiple of 8.</summary>
    public static byte[] Write(
        IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors, Dictionary<string, long> begins)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsFile.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", NameOf(tensor.Dtype));
                json.WriteStartArray("shape");
                foreach (int dimension in tensor.Shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begins[tensor.Name]);
                json.WriteNumberValue(begins[tensor.Name] + tensor.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % 8 != 0)
        {
            buffer.GetSpan(1)[0] = (byte)' ';
            buffer.Advance(1);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Parse(ReadOnlySpan<byte> bytes, Dictionary<string, string> metadata, List<Entry> entries)
    {
        if (bytes.IsEmpty || bytes[0] != (byte)'{')
        {
            throw new InvalidDataException("its header does not start with '{', so this is some other format.");
        }

        var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 4 });
        json.Read();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextProperty(ref json))
        {
            string name = json.GetString()!;
            if (!names.Add(name))
            {
                throw new InvalidDataException($"its header has \"{name}\" twice.");
            }

            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"its header gives \"{name}\" as {json.TokenType}; an object is expected.");
            }

            if (name == SafetensorsFile.MetadataKey)
            {
                ParseMetadata(ref json, metadata);
            }
            else
            {
                entries.Add(ParseEntry(ref json, name));
            }
        }

        // Only blanks may follow; anything else makes the reader throw.
        json.Read();
    }

    private static void ParseMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        while (NextProperty(ref json))
        {
            string key = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.String)
            {
                throw new InvalidDataException($"its metadata \"{key}\" is {json.TokenType}; a string is expected.");
            }

            if (!metadata.TryAdd(key, json.GetString()!))
            {
                throw new InvalidDataException($"its metadata has \"{key}\" twice.");
            }
        }
    }

    private static Entry ParseEntry(ref Utf8JsonReader json, string name)
    {
        SafetensorsDtype? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (NextProperty(ref json))
        {
            string key = json.GetString()!;
            json.Read();
            bool repeated = key switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw new InvalidDataException($"the tensor \"{name}\" has an unknown property \"{key}\"."),
            };
            if (repeated)
            {
                throw new InvalidDataException($"the tensor \"{name}\" has the property \"{key}\" twice.");
            }

            switch (key)
            {
                case "dtype":
                    dtype = ParseDtype(ref json, name);
                    break;
                case "shape":
                    shape = ParseNumbers(ref json, name, key, int.MaxValue, ArrayShape.MaxRank);
                    break;
                default:
                    offsets = ParseNumbers(ref json, name, key, long.MaxValue, 2);
                    break;
            }
        }

        if (dtype is null || shape is null || offsets is not { Count: 2 })
        {
            throw new InvalidDataException($"the tensor \"{name}\" lacks one of dtype, shape and two data_offsets.");
        }

        return new Entry(name, dtype.Value, [.. shape.Select(dimension => (int)dimension)], offsets[0], offsets[1]);
    }

    private static SafetensorsDtype ParseDtype(ref Utf8JsonReader json, string name)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            string text = json.GetString()!;
            foreach (var dtype in Enum.GetValues<SafetensorsDtype>())
            {
                if (text == NameOf(dtype))
                {
                    return dtype;
                }
            }

            throw new InvalidDataException($"the tensor \"{name}\" has the dtype \"{text}\"; F32, F64, I64 and U8 are supported.");
        }

        throw new InvalidDataException($"the tensor \"{name}\" has a dtype that is not a string.");
    }

    private static List<long> ParseNumbers(ref Utf8JsonReader json, string name, string key, long limit, int maxCount)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw new InvalidDataException($"the tensor \"{name}\" has {key} that is not an array.");
        }

        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0 || number > limit)
            {
                throw new InvalidDataException(
                    $"the tensor \"{name}\" has {key} with an element that is not an integer from 0 to {limit}.");
            }

            if (numbers.Count == maxCount)
            {
                throw new InvalidDataException($"the tensor \"{name}\" has {key} of more than {maxCount} elements.");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>Checks that the tensors cover the data exactly, without gap or overlap, and that sizes fit the shapes.</summary>
    private static int[] CheckOffsets(List<Entry> entries, long available)
    {
        foreach (var entry in entries)
        {
            long count = ArrayShape.ElementCount(entry.Shape);
            int size = SafetensorsTensor.SizeOf(entry.Dtype);
            if (entry.End < entry.Begin || entry.End > available)
            {
                throw new InvalidDataException(
                    $"the tensor \"{entry.Name}\" claims bytes {entry.Begin} to {entry.End} of {available}; is the file cut off?");
            }

            long length = entry.End - entry.Begin;
            if (length > Array.MaxLength)
            {
                throw new InvalidDataException(
                    $"the tensor \"{entry.Name}\" has {length} bytes; at most {Array.MaxLength} are supported.");
            }

            if (count < 0 || count > length || count * size != length)
            {
                throw new InvalidDataException(
                    $"the tensor \"{entry.Name}\" of {entry.Dtype} {ArrayShape.Format(entry.Shape)} does not take the {length} bytes it claims.");
            }
        }

        int[] byOffset = [.. Enumerable.Range(0, entries.Count).OrderBy(index => entries[index].Begin).ThenBy(index => entries[index].End)];
        long position = 0;
        foreach (int index in byOffset)
        {
            var entry = entries[index];
            if (entry.Begin != position)
            {
                throw new InvalidDataException(
                    $"the tensor \"{entry.Name}\" starts at byte {entry.Begin}, but the one before it ends at {position}.");
            }

            position = entry.End;
        }

        return position == available
            ? byOffset
            : throw new InvalidDataException($"{available - position} bytes follow the last tensor.");
    }

    private static bool NextProperty(ref Utf8JsonReader json) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static string NameOf(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F32 => "F32",
        SafetensorsDtype.F64 => "F64",
        SafetensorsDtype.I64 => "I64",
        SafetensorsDtype.U8 => "U8",
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Unknown dtype."),
    };
}
