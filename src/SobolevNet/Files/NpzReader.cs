using System.IO.Compression;
using System.Numerics;

namespace SobolevNet;

/// <summary>Reads named arrays from an .npz file, NumPy's zip archive of .npy arrays.</summary>
/// <remarks>
/// The file is not trusted: sizes are checked against each other before memory is taken, compressed arrays grow only as their
/// bytes arrive, and checksums are compared. What is not readable is an <see cref="InvalidDataException"/>.
/// </remarks>
public sealed class NpzReader : IDisposable
{
    /// <summary>Deflate cannot shrink anything further than this.</summary>
    private const long MaxCompression = 1032;

    private const string Extension = ".npy";

    private readonly string _path;
    private readonly Stream _stream;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private NpzReader(string path, Stream stream)
    {
        _path = path;
        _stream = stream;
        try
        {
            _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in _archive.Entries)
            {
                if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                {
                    continue;
                }

                string name = entry.FullName[..^Extension.Length];
                if (!_entries.TryAdd(name, entry))
                {
                    throw new InvalidDataException($"it has the array \"{name}\" twice.");
                }

                _names.Add(name);
            }
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            stream.Dispose();
            throw new InvalidDataException($"\"{path}\" is not a readable .npz file: {fault.Message}", fault);
        }
    }

    /// <summary>The names of the arrays, in the order of the file.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Opens a file and reads its table of contents.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The reader, which keeps the file open.</returns>
    /// <exception cref="InvalidDataException">The file is not a zip archive, or is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static NpzReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new NpzReader(path, File.OpenRead(path));
    }

    /// <summary>Reads from a stream that can seek, which is disposed with the reader.</summary>
    internal static NpzReader Open(Stream stream, string origin) => new(origin, stream);

    /// <summary>Whether the file has an array.</summary>
    /// <param name="name">Its name, without ".npy".</param>
    /// <returns>True if it has.</returns>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Reads an array.</summary>
    /// <typeparam name="T">The element type wanted; conversion as in <see cref="NpyFile.Read{T}(string)"/>.</typeparam>
    /// <param name="name">Its name, without ".npy".</param>
    /// <returns>Shape and elements, row-major.</returns>
    /// <exception cref="InvalidDataException">There is no such array, it is damaged, or its elements do not convert.</exception>
    public NpyArray<T> Read<T>(string name)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_entries.TryGetValue(name, out var entry))
        {
            throw new InvalidDataException($"\"{_path}\" has no array \"{name}\"; it has {string.Join(", ", _names.Take(20))}.");
        }

        string fault = $"The array \"{name}\" of \"{_path}\" is not readable";
        try
        {
            // Both sizes are claims; that of the compressed bytes is bounded by the file.
            if (entry.CompressedLength > _stream.Length || entry.Length / MaxCompression > entry.CompressedLength + MaxCompression)
            {
                throw new InvalidDataException(
                    $"it claims {entry.Length} bytes from {entry.CompressedLength} compressed ones in a file of {_stream.Length}.");
            }

            using var stream = new Crc32Stream(entry.Open());
            var array = NpyFile.Read<T>(stream, entry.Length, trusted: Math.Min(entry.Length, entry.CompressedLength), fault);
            return stream.Value == entry.Crc32
                ? array
                : throw new InvalidDataException("its checksum is wrong, so some of its bytes have changed.");
        }
        catch (InvalidDataException inner) when (inner.Message.StartsWith(fault, StringComparison.Ordinal))
        {
            throw;
        }
        catch (Exception inner) when (IsDamage(inner))
        {
            throw new InvalidDataException($"{fault}: {inner.Message}", inner);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _archive.Dispose();
        _stream.Dispose();
    }

    /// <summary>What the archive reader throws at damaged bytes; a failing disk is another matter and passes through.</summary>
    private static bool IsDamage(Exception fault) => fault
        is InvalidDataException
        or EndOfStreamException
        or ArgumentException
        or OverflowException
        or NotSupportedException
        or IndexOutOfRangeException;
}
