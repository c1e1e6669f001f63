using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;

namespace SobolevNet.Files;

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
/// <para>
/// Files written here carry a checksum over all their bytes, under two keys of the metadata (<c>sobolevnet.checksum</c>
/// and <c>sobolevnet.checksum.method</c>) that <see cref="Metadata"/> leaves out. It is compared when a file is read that has one; files of
/// other programs need none.
/// </para>
/// </remarks>
public sealed class SafetensorsFile
{
    internal const string MetadataKey = "__metadata__";

    /// <summary>The largest header accepted, in bytes, as in the reference implementation.</summary>
    internal const int MaxHeaderLength = 100_000_000;

    /// <summary>Bytes read at a time where they are not kept.</summary>
    private const int Chunk = 1 << 16;

    private readonly Dictionary<string, SafetensorsTensor> _byName;
    private readonly string _origin;

    private SafetensorsFile(string origin, SafetensorsHeader header, SafetensorsTensor[] tensors, string prefix)
    {
        _origin = origin;
        Metadata = header.Metadata;
        TooLarge = [.. header.TooLarge.Where(name => IsUnder(prefix, name)).Select(name => name[prefix.Length..])];
        Tensors = tensors;
        _byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>What the file says about itself; empty if it says nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of the header; those of more than 2 GiB are left out.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The names of the tensors that are left out.</summary>
    internal IReadOnlyList<string> TooLarge { get; }

    /// <summary>Writes a file: to a temporary one beside it, then renamed.</summary>
    /// <remarks>
    /// The same metadata and tensors give the same bytes: metadata is sorted by key, tensors keep their order in the header.
    /// Their data is laid out by falling element size, so that every tensor is aligned to its own.
    /// </remarks>
    /// <param name="path">The path of the file.</param>
    /// <param name="metadata">What to say about the file; may be empty. The checksum is added to it.</param>
    /// <param name="tensors">The tensors, each name once.</param>
    /// <exception cref="ArgumentException">
    /// A tensor or text is null, a name is given twice, is not valid Unicode or is a checksum's key, or a tensor is of <see cref="SafetensorsDtype.Other"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        CheckContent(metadata, tensors);
        using var file = AtomicFile.Create(path);
        Write(file.Stream, metadata, tensors);
        file.Commit();
    }

    /// <summary>Writes to a stream, from where it stands.</summary>
    /// <param name="stream">Where to write.</param>
    /// <param name="metadata">What to say about the file; may be empty. The checksum is added to it.</param>
    /// <param name="tensors">The tensors, each name once.</param>
    /// <exception cref="ArgumentException">
    /// A tensor or text is null, a name is given twice, is not valid Unicode or is a checksum's key, or a tensor is of <see cref="SafetensorsDtype.Other"/>.
    /// </exception>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream cannot be written to.", nameof(stream));
        }

        CheckContent(metadata, tensors);
        SafetensorsTensor[] stored = [.. tensors.OrderByDescending(tensor => SafetensorsTensor.SizeOf(tensor.Dtype))];
        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        long position = 0;
        foreach (var tensor in stored)
        {
            begins[tensor.Name] = position;
            position += tensor.Bytes.Length;
        }

        var withChecksum = new Dictionary<string, string>(metadata, StringComparer.Ordinal)
        {
            [SafetensorsChecksum.Key] = SafetensorsChecksum.Blank,
            [SafetensorsChecksum.MethodKey] = SafetensorsChecksum.Method,
        };
        byte[] header = SafetensorsHeader.Write(withChecksum, tensors, begins);
        if (header.Length > MaxHeaderLength)
        {
            throw new ArgumentException(
                $"Names and metadata take {header.Length} bytes; at most {MaxHeaderLength} can be read again.", nameof(metadata));
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        var hash = new XxHash128();
        hash.Append(length);
        hash.Append(header);
        foreach (var tensor in stored)
        {
            hash.Append(tensor.Bytes);
        }

        int digits = header.AsSpan().IndexOf(SafetensorsChecksum.Prefix) + SafetensorsChecksum.Prefix.Length;
        SafetensorsChecksum.Put(hash, header.AsSpan(digits, SafetensorsChecksum.Digits));
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in stored)
        {
            stream.Write(tensor.Bytes);
        }
    }

    /// <summary>Reads a whole file, except tensors of more than 2 GiB, which are left out.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>Its metadata and tensors.</returns>
    /// <exception cref="InvalidDataException">The file is not a safetensors file, or is damaged, or its checksum is wrong.</exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SafetensorsFile Read(string path)
    {
        using var stream = InputFile.Open(path);
        return Read(stream, path);
    }

    /// <summary>Reads from a stream, from where it stands to its end; see <see cref="Read(string)"/>.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="origin">What to call the stream in messages, usually a path.</param>
    /// <returns>Metadata and tensors.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or cannot seek.</exception>
    /// <exception cref="InvalidDataException">The bytes are not safetensors, or are damaged, or their checksum is wrong.</exception>
    public static SafetensorsFile Read(Stream stream, string origin) => Read(stream, origin, prefix: "");

    /// <summary>Reads the tensors whose names begin with a prefix, which their names then lack; no memory is taken for others.</summary>
    /// <exception cref="InvalidDataException">There is none; or the file is not readable.</exception>
    internal static SafetensorsFile Read(Stream stream, string origin, string prefix)
    {
        InputFile.Check(stream, origin);
        SafetensorsHeader header;
        SafetensorsFile file;
        try
        {
            header = SafetensorsHeader.Read(stream, stream.Length - stream.Position);
            file = new SafetensorsFile(origin, header, ReadTensors(stream, header, prefix), prefix);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"\"{origin}\" is not a readable safetensors file: {fault.Message}", fault);
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException($"\"{origin}\" is not a readable safetensors file: it ended while it was read.", fault);
        }

        return prefix.Length == 0 || file.Tensors.Count + file.TooLarge.Count > 0
            ? file
            : throw new InvalidDataException(
                $"\"{origin}\" has no tensor whose name begins with \"{ForeignText.Cut(prefix)}\"; it has {ForeignText.List(header.Entries.Select(entry => entry.Name))}.");
    }

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it is too large.</exception>
    public SafetensorsTensor GetTensor(string name) =>
        TryGetTensor(name, out var tensor) ? tensor
        : TooLarge.Contains(name) ? throw new InvalidDataException(
            $"\"{_origin}\": the tensor \"{ForeignText.Cut(name)}\" is too large; at most {Array.MaxLength} bytes are read.")
        : throw new InvalidDataException($"\"{_origin}\" has no tensor \"{ForeignText.Cut(name)}\"; it has {ForeignText.List(Tensors.Select(tensor => tensor.Name))}.");

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
                $"\"{_origin}\": the tensor \"{ForeignText.Cut(name)}\" has the shape {ArrayShape.Format(tensor.Shape)}; {ArrayShape.Format(shape)} is expected.");
    }

    /// <summary>Looks for the tensor of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="tensor">The tensor, if there is one.</param>
    /// <returns>Whether the file has it.</returns>
    public bool TryGetTensor(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(name, out tensor);
    }

    /// <summary>The metadata of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>What the file says under it.</returns>
    /// <exception cref="InvalidDataException">The file says nothing under that key.</exception>
    public string GetMetadata(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Metadata.TryGetValue(key, out string? value)
            ? value
            : throw new InvalidDataException($"\"{_origin}\" has no metadata \"{ForeignText.Cut(key)}\"; it has {ForeignText.List(Metadata.Keys)}.");
    }

    private static bool IsUnder(string prefix, string name) => name.StartsWith(prefix, StringComparison.Ordinal);

    private static SafetensorsTensor[] ReadTensors(Stream stream, SafetensorsHeader header, string prefix)
    {
        var tensors = new SafetensorsTensor?[header.Entries.Count];

        // Entries are read where they lie, one after the other; the header may list them in any order.
        foreach (int index in header.ByOffset)
        {
            var entry = header.Entries[index];
            if (entry.Shape is null || !IsUnder(prefix, entry.Name))
            {
                Skip(stream, entry.End - entry.Begin, header.Hash);
                continue;
            }

            byte[] bytes = new byte[entry.End - entry.Begin];
            stream.ReadExactly(bytes);
            header.Hash?.Append(bytes);
            tensors[index] = new SafetensorsTensor(entry.Name[prefix.Length..], entry.Dtype, entry.Shape, bytes);
        }

        if (header.Hash is { } hash && SafetensorsChecksum.TextOf(hash) != header.Checksum)
        {
            throw new InvalidDataException(
                "its checksum is wrong, so some of its bytes have changed since it was written. " +
                $"(A program that changes such a file must leave \"{SafetensorsChecksum.Key}\" and \"{SafetensorsChecksum.MethodKey}\" out of its metadata.)");
        }

        return [.. tensors.OfType<SafetensorsTensor>()];
    }

    private static void Skip(Stream stream, long length, XxHash128? hash)
    {
        if (hash is null)
        {
            stream.Seek(length, SeekOrigin.Current);
            return;
        }

        byte[] buffer = new byte[Chunk];
        for (long left = length; left > 0;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(Chunk, left));
            stream.ReadExactly(piece);
            hash.Append(piece);
            left -= piece.Length;
        }
    }

    /// <summary>Refuses, before anything is written, what <see cref="Read(Stream, string)"/> would refuse.</summary>
    private static void CheckContent(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var (key, value) in metadata)
        {
            if (key is SafetensorsChecksum.Key or SafetensorsChecksum.MethodKey)
            {
                throw new ArgumentException($"The metadata \"{key}\" is kept for the checksum.", nameof(metadata));
            }

            if (value is null)
            {
                throw new ArgumentException($"The metadata \"{ForeignText.Cut(key)}\" is null; text is expected.", nameof(metadata));
            }

            ForeignText.CheckUnicode(key, nameof(metadata));
            ForeignText.CheckUnicode(value, nameof(metadata));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int k = 0; k < tensors.Count; k++)
        {
            if (tensors[k] is not { } tensor)
            {
                throw new ArgumentException($"Tensor {k} of {tensors.Count} is null.", nameof(tensors));
            }

            if (tensor.Dtype == SafetensorsDtype.Other)
            {
                throw new ArgumentException($"The tensor \"{ForeignText.Cut(tensor.Name)}\" has an element type that is not written.", nameof(tensors));
            }

            ForeignText.CheckUnicode(tensor.Name, nameof(tensors));
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"The tensor \"{ForeignText.Cut(tensor.Name)}\" is given twice.", nameof(tensors));
            }
        }
    }
}
