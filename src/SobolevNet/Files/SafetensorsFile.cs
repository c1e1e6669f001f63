using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace SobolevNet;

/// <summary>
/// Named arrays with a few words about them, in the safetensors format: networks and checkpoints, readable from Python too.
/// </summary>
/// <remarks>
/// <para>
/// The format: 8 bytes little-endian length of the header; a JSON header that gives each tensor's element type, shape and
/// place, and under <c>__metadata__</c> a map from string to string; then the tensors' bytes without gaps.
/// </para>
/// <para>
/// A file read here is not trusted. Every length is checked against the size of the file before memory is taken, so
/// that reading a damaged or foreign file ends in an <see cref="InvalidDataException"/> that says what is wrong.
/// </para>
/// </remarks>
public sealed class SafetensorsFile
{
    internal const string MetadataKey = "__metadata__";

    /// <summary>The largest header accepted, in bytes, as in the reference implementation.</summary>
    internal const int MaxHeaderLength = 100_000_000;

    private readonly Dictionary<string, SafetensorsTensor> _byName;
    private readonly string _origin;

    private SafetensorsFile(string origin, IReadOnlyDictionary<string, string> metadata, SafetensorsTensor[] tensors)
    {
        _origin = origin;
        Metadata = metadata;
        Tensors = tensors;
        _byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>What the file says about itself; empty if it says nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Writes a file: to a temporary one beside it, then renamed.</summary>
    /// <remarks>
    /// The same metadata and tensors give the same bytes: metadata is sorted by key, tensors keep their order in the header.
    /// Their data is laid out by falling element size, so that every tensor is aligned to its own.
    /// </remarks>
    /// <param name="path">The path of the file.</param>
    /// <param name="metadata">What to say about the file; may be empty.</param>
    /// <param name="tensors">The tensors, each name once.</param>
    /// <exception cref="ArgumentException">A name is given twice.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        using var file = AtomicFile.Create(path);
        Write(file.Stream, metadata, tensors);
        file.Commit();
    }

    /// <summary>Writes to a stream, from where it stands.</summary>
    /// <param name="stream">Where to write.</param>
    /// <param name="metadata">What to say about the file; may be empty.</param>
    /// <param name="tensors">The tensors, each name once.</param>
    /// <exception cref="ArgumentException">A name is given twice.</exception>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        SafetensorsTensor[] stored = [.. tensors.OrderByDescending(tensor => SafetensorsTensor.SizeOf(tensor.Dtype))];
        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        long position = 0;
        foreach (var tensor in stored)
        {
            if (!begins.TryAdd(tensor.Name, position))
            {
                throw new ArgumentException($"The tensor \"{tensor.Name}\" is given twice.", nameof(tensors));
            }

            position += tensor.Bytes.Length;
        }

        byte[] header = SafetensorsHeader.Write(metadata, tensors, begins);
        if (header.Length > MaxHeaderLength)
        {
            throw new ArgumentException(
                $"Names and metadata take {header.Length} bytes; at most {MaxHeaderLength} can be read again.", nameof(metadata));
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in stored)
        {
            stream.Write(tensor.Bytes);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>Its metadata and tensors.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not a safetensors file, is damaged, or holds element types other than <see cref="SafetensorsDtype"/>.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SafetensorsFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads from a stream, from where it stands to its end.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="origin">What to call the stream in messages, usually a path.</param>
    /// <returns>Metadata and tensors.</returns>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="InvalidDataException">
    /// The bytes are not safetensors, are damaged, or hold element types other than <see cref="SafetensorsDtype"/>.
    /// </exception>
    public static SafetensorsFile Read(Stream stream, string origin)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(origin);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream must know its length (CanSeek).", nameof(stream));
        }

        try
        {
            long available = stream.Length - stream.Position;
            var header = SafetensorsHeader.Read(stream, available);
            var tensors = new SafetensorsTensor[header.Entries.Count];

            // Entries are read where they lie, one after the other; the header may list them in any order.
            foreach (int index in header.ByOffset)
            {
                var entry = header.Entries[index];
                byte[] bytes = new byte[entry.End - entry.Begin];
                stream.ReadExactly(bytes);
                tensors[index] = new SafetensorsTensor(entry.Name, entry.Dtype, entry.Shape, bytes);
            }

            return new SafetensorsFile(origin, header.Metadata, tensors);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"\"{origin}\" is not a readable safetensors file: {fault.Message}", fault);
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException($"\"{origin}\" is not a readable safetensors file: it ended while it was read.", fault);
        }
    }

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public SafetensorsTensor GetTensor(string name) =>
        TryGetTensor(name, out var tensor)
            ? tensor
            : throw new InvalidDataException($"\"{_origin}\" has no tensor \"{name}\"; it has {List(_byName.Keys)}.");

    /// <summary>The tensor of a name, checked for its shape.</summary>
    /// <param name="name">The name.</param>
    /// <param name="shape">The shape that the tensor must have.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it has another shape.</exception>
    public SafetensorsTensor GetTensor(string name, ReadOnlySpan<int> shape)
    {
        var tensor = GetTensor(name);
        return tensor.Shape.SequenceEqual(shape)
            ? tensor
            : throw new InvalidDataException(
                $"\"{_origin}\": the tensor \"{name}\" has the shape {ArrayShape.Format(tensor.Shape)}; {ArrayShape.Format(shape)} is expected.");
    }

    /// <summary>Looks for the tensor of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="tensor">The tensor, if there is one.</param>
    /// <returns>Whether the file has it.</returns>
    public bool TryGetTensor(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>The metadata of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>What the file says under it.</returns>
    /// <exception cref="InvalidDataException">The file says nothing under that key.</exception>
    public string GetMetadata(string key) =>
        Metadata.TryGetValue(key, out string? value)
            ? value
            : throw new InvalidDataException($"\"{_origin}\" has no metadata \"{key}\"; it has {List(Metadata.Keys)}.");

    private static string List(IEnumerable<string> names)
    {
        string[] first = [.. names.Take(9).Select(name => name.Length <= 60 ? name : name[..57] + "...")];
        return first.Length switch
        {
            0 => "none",
            9 => string.Join(", ", first[..8]) + " and more",
            _ => string.Join(", ", first),
        };
    }
}
