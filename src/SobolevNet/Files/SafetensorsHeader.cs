using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SobolevNet.Files;

/// <summary>The JSON header of a safetensors file: reads it with every check, and writes it.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>What the header says about one tensor; offsets are from the end of the header. No shape: too large to be read.</summary>
    public readonly record struct Entry(string Name, SafetensorsDtype Dtype, int[]? Shape, long Begin, long End);

    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];
    private readonly List<string> _tooLarge = [];
    private string? _method;
    private int _digitsAt;

    private SafetensorsHeader()
    {
    }

    /// <summary>What the file says about itself, without the checksum.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>The names of tensors that no array can hold.</summary>
    public IReadOnlyList<string> TooLarge => _tooLarge;

    /// <summary>Indices into <see cref="Entries"/> by rising offset.</summary>
    public int[] ByOffset { get; private set; } = [];

    /// <summary>The checksum that the file claims; null if it has none.</summary>
    public string? Checksum { get; private set; }

    /// <summary>A hash that has been given all bytes up to the first tensor; null if the file has no checksum.</summary>
    public XxHash128? Hash { get; private set; }

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
        var header = new SafetensorsHeader();
        try
        {
            header.Parse(json);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"its header is not valid JSON ({ForeignText.MessageOf(fault)})", fault);
        }
        catch (InvalidOperationException fault)
        {
            // The reader's answer to a string that is not UTF-8.
            throw new InvalidDataException($"its header is not valid text ({ForeignText.MessageOf(fault)})", fault);
        }

        header.StartHash(prefix, json);
        header.CheckOffsets(data);
        return header;
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
                json.WriteString("dtype", tensor.Dtype.ToString());
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

    private void Parse(ReadOnlySpan<byte> bytes)
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
                throw new InvalidDataException($"its header has \"{ForeignText.Cut(name)}\" twice.");
            }

            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"its header gives \"{ForeignText.Cut(name)}\" as {json.TokenType}; an object is expected.");
            }

            if (name == SafetensorsFile.MetadataKey)
            {
                ParseMetadata(ref json);
            }
            else
            {
                ParseEntry(ref json, name);
            }
        }

        // Only blanks may follow; anything else makes the reader throw.
        json.Read();
    }

    private void ParseMetadata(ref Utf8JsonReader json)
    {
        while (NextProperty(ref json))
        {
            string key = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.String)
            {
                throw new InvalidDataException($"its metadata \"{ForeignText.Cut(key)}\" is {json.TokenType}; a string is expected.");
            }

            bool first = key switch
            {
                SafetensorsChecksum.Key => TakeChecksum(ref json),
                SafetensorsChecksum.MethodKey => TakeMethod(ref json),
                _ => _metadata.TryAdd(key, json.GetString()!),
            };
            if (!first)
            {
                throw new InvalidDataException($"its metadata has \"{ForeignText.Cut(key)}\" twice.");
            }
        }
    }

    private bool TakeChecksum(ref Utf8JsonReader json)
    {
        if (json.ValueIsEscaped || json.ValueSpan.Length != SafetensorsChecksum.Digits)
        {
            throw new InvalidDataException($"its checksum does not have {SafetensorsChecksum.Digits} digits.");
        }

        bool first = Checksum is null;
        Checksum = json.GetString();
        _digitsAt = (int)json.TokenStartIndex + 1;
        return first;
    }

    private bool TakeMethod(ref Utf8JsonReader json)
    {
        bool first = _method is null;
        _method = json.GetString();
        return first;
    }

    private void StartHash(ReadOnlySpan<byte> prefix, Span<byte> json)
    {
        if (Checksum is null && _method is null)
        {
            return;
        }

        if (Checksum is null || _method != SafetensorsChecksum.Method)
        {
            throw new InvalidDataException(
                $"its checksum is damaged: \"{SafetensorsChecksum.Key}\" and \"{SafetensorsChecksum.MethodKey}\" = {SafetensorsChecksum.Method} belong together.");
        }

        SafetensorsChecksum.Clear(json.Slice(_digitsAt, SafetensorsChecksum.Digits));
        Hash = new XxHash128();
        Hash.Append(prefix);
        Hash.Append(json);
    }

    private void ParseEntry(ref Utf8JsonReader json, string name)
    {
        SafetensorsDtype? dtype = null;
        Span<long> shape = stackalloc long[ArrayShape.MaxRank];
        Span<long> offsets = stackalloc long[2];
        int rank = -1;
        int ends = -1;
        while (NextProperty(ref json))
        {
            string key = json.GetString()!;
            json.Read();
            bool repeated = key switch
            {
                "dtype" => dtype is not null,
                "shape" => rank >= 0,
                "data_offsets" => ends >= 0,
                _ => throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" has an unknown property \"{ForeignText.Cut(key)}\"."),
            };
            if (repeated)
            {
                throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" has the property \"{key}\" twice.");
            }

            switch (key)
            {
                case "dtype":
                    dtype = json.TokenType == JsonTokenType.String
                        ? DtypeOf(json.GetString()!)
                        : throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" has a dtype that is not a string.");
                    break;
                case "shape":
                    rank = ParseNumbers(ref json, name, key, shape);
                    break;
                default:
                    ends = ParseNumbers(ref json, name, key, offsets);
                    break;
            }
        }

        if (dtype is null || rank < 0 || ends != 2)
        {
            throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" lacks one of dtype, shape and two data_offsets.");
        }

        Add(name, dtype.Value, shape[..rank], offsets[0], offsets[1]);
    }

    /// <summary>Checks that the size fits the shape, and takes the tensor into the list.</summary>
    private void Add(string name, SafetensorsDtype dtype, scoped ReadOnlySpan<long> shape, long begin, long end)
    {
        long length = end - begin;
        if (length < 0)
        {
            throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" claims bytes {begin} to {end}.");
        }

        long count = ArrayShape.ElementCount(shape);
        long size = dtype == SafetensorsDtype.Other ? 0 : SafetensorsTensor.SizeOf(dtype);
        if (count < 0 || (size > 0 && (count > length || count * size != length)))
        {
            throw new InvalidDataException(
                $"the tensor \"{ForeignText.Cut(name)}\" of {dtype} {ArrayShape.Format(shape)} does not take the {length} bytes it claims.");
        }

        int[]? dimensions = null;
        if (Math.Max(count, length) <= Array.MaxLength && !shape.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            dimensions = new int[shape.Length];
            for (int axis = 0; axis < dimensions.Length; axis++)
            {
                dimensions[axis] = (int)shape[axis];
            }
        }
        else
        {
            _tooLarge.Add(name);
        }

        _entries.Add(new Entry(name, dtype, dimensions, begin, end));
    }

    private static int ParseNumbers(ref Utf8JsonReader json, string name, string key, scoped Span<long> numbers)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" has {key} that is not an array.");
        }

        int count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0)
            {
                throw new InvalidDataException(
                    $"the tensor \"{ForeignText.Cut(name)}\" has {key} with an element that is not an integer from 0 to {long.MaxValue}.");
            }

            if (count == numbers.Length)
            {
                throw new InvalidDataException($"the tensor \"{ForeignText.Cut(name)}\" has {key} of more than {numbers.Length} elements.");
            }

            numbers[count++] = number;
        }

        return count;
    }

    /// <summary>Checks that the tensors cover the data exactly, without gap or overlap.</summary>
    private void CheckOffsets(long available)
    {
        ByOffset = [.. Enumerable.Range(0, _entries.Count).OrderBy(index => _entries[index].Begin).ThenBy(index => _entries[index].End)];
        long position = 0;
        foreach (int index in ByOffset)
        {
            var entry = _entries[index];
            if (entry.End > available)
            {
                throw new InvalidDataException(
                    $"the tensor \"{ForeignText.Cut(entry.Name)}\" claims bytes {entry.Begin} to {entry.End} of {available}; is the file cut off?");
            }

            if (entry.Begin != position)
            {
                throw new InvalidDataException(
                    $"the tensor \"{ForeignText.Cut(entry.Name)}\" starts at byte {entry.Begin}, but the one before it ends at {position}.");
            }

            position = entry.End;
        }

        if (position != available)
        {
            throw new InvalidDataException($"{available - position} bytes follow the last tensor.");
        }
    }

    private static bool NextProperty(ref Utf8JsonReader json) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static SafetensorsDtype DtypeOf(string name) => name switch
    {
        "F16" => SafetensorsDtype.F16,
        "BF16" => SafetensorsDtype.BF16,
        "F32" => SafetensorsDtype.F32,
        "F64" => SafetensorsDtype.F64,
        "I64" => SafetensorsDtype.I64,
        "U8" => SafetensorsDtype.U8,
        _ => SafetensorsDtype.Other,
    };
}
