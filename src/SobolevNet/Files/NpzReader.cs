using System.IO.Compression;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Files;

/// <summary>Reads named arrays from an .npz file, NumPy's zip archive of .npy arrays.</summary>
/// <remarks>
/// <para>
/// The file is not trusted: sizes are checked against each other and a limit before memory is taken, compressed arrays grow
/// only as their bytes arrive, checksums are compared, and so are the two names that the archive keeps of each array. What is not
/// readable is an <see cref="InvalidDataException"/>.
/// </para>
/// <para>Several threads may read at once; they take turns.</para>
/// </remarks>
public sealed class NpzReader : INamedArrays, IDisposable
{
    /// <summary>The limit for a small file: 16 MiB.</summary>
    private const long SmallLimit = 1 << 24;

    /// <summary>The limit for a larger file, as a multiple of its length.</summary>
    private const int LimitRatio = 32;

    private const string Extension = ".npy";

    private readonly string _origin;
    private readonly Stream _stream;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly Lock _lock = new();
    private readonly bool _ownsStream;
    private readonly long _limit;
    private bool _disposed;

    private NpzReader(string origin, Stream stream, long? maxBytes, bool ownsStream)
    {
        _origin = origin;
        _stream = stream;
        _ownsStream = ownsStream;
        _limit = maxBytes ?? Math.Max(SmallLimit, LimitRatio * stream.Length);
        try
        {
            long total = 0;
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
                    throw new InvalidDataException($"it has the array \"{ForeignText.Cut(name)}\" twice.");
                }

                total = entry.Length >= 0 && entry.Length <= _limit - total
                    ? total + entry.Length
                    : throw TooLarge("its arrays take more than", _limit);

                _names.Add(name);
            }

            ZipEntryNames.Check(stream, _archive.Entries.Count);
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            DisposeStream();
            throw new InvalidDataException($"\"{origin}\" is not a readable .npz file: {ForeignText.MessageOf(fault)}", fault);
        }
    }

    /// <summary>The names of the arrays, in the order of the file.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Opens a file and reads its table of contents.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="maxBytes">
    /// What the arrays may take in memory: all together as they are stored, and each as the type that it is read as. A file can
    /// unpack to a thousand times its length. Left out, the limit is 32 times the length of the file, or 16 MiB if that is more.
    /// </param>
    /// <returns>The reader, which keeps the file open.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is negative.</exception>
    /// <exception cref="InvalidDataException">The file is not a zip archive, is damaged, keeps two different names of an array, or unpacks to more than the limit.</exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public static NpzReader Open(string path, long? maxBytes = null)
    {
        CheckLimit(maxBytes);
        return new NpzReader(path, InputFile.Open(path), maxBytes, ownsStream: true);
    }

    /// <summary>Reads the table of contents of a stream that is an .npz file from its start to its end; see <see cref="Open(string, long?)"/>.</summary>
    /// <param name="stream">A stream that knows its length. It stays open, and nobody else may read from it before the reader is disposed.</param>
    /// <param name="maxBytes">What the arrays may take in memory.</param>
    /// <returns>The reader.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or does not know its length.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is negative.</exception>
    /// <exception cref="InvalidDataException">The content is not a zip archive, is damaged, keeps two different names of an array, or unpacks to more than the limit.</exception>
    public static NpzReader Open(Stream stream, long? maxBytes = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        string origin = InputFile.NameOf(stream);
        InputFile.Check(stream, origin);
        CheckLimit(maxBytes);
        return new NpzReader(origin, stream, maxBytes, ownsStream: false);
    }

    /// <summary>Whether the file has an array.</summary>
    /// <param name="name">Its name, without ".npy".</param>
    /// <returns>True if it has.</returns>
    public bool Contains(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _entries.ContainsKey(name);
    }

    /// <summary>Reads an array.</summary>
    /// <typeparam name="T">The element type wanted; conversion as in <see cref="NpyFile.Read{T}(string)"/>.</typeparam>
    /// <param name="name">Its name, without ".npy".</param>
    /// <returns>Shape and elements, row-major.</returns>
    /// <exception cref="InvalidDataException">There is no such array, it is damaged or above the limit, or its elements do not convert.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double nor a built-in integer type.</exception>
    /// <exception cref="ObjectDisposedException">The reader was disposed.</exception>
    public NpyArray<T> Read<T>(string name)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(name);
        NpyFile.CheckReadable<T>();
        if (!_entries.TryGetValue(name, out var entry))
        {
            throw new InvalidDataException($"\"{_origin}\" has no array \"{ForeignText.Cut(name)}\"; it has {ForeignText.List(_names)}.");
        }

        string fault = $"The array \"{ForeignText.Cut(name)}\" of \"{_origin}\" is not readable";
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Read<T>(entry, fault);
        }
    }

    /// <summary>Closes the file; a stream that was given stays open.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _archive.Dispose();
            DisposeStream();
        }
    }

    private static void CheckLimit(long? maxBytes)
    {
        if (maxBytes is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(maxBytes));
        }
    }

    private void DisposeStream()
    {
        if (_ownsStream)
        {
            _stream.Dispose();
        }
    }

    private NpyArray<T> Read<T>(ZipArchiveEntry entry, string fault)
        where T : unmanaged, INumber<T>
    {
        try
        {
            using var stream = new Crc32Stream(entry.Open());
            var array = NpyFile.Read<T>(
                stream, entry.Length, trusted: Math.Min(entry.Length, Math.Min(entry.CompressedLength, _stream.Length)), fault, CheckSize<T>);
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
            throw new InvalidDataException($"{fault}: {ForeignText.MessageOf(inner)}", inner);
        }
    }

    /// <summary>Refuses an array that is larger than the limit in the type that it is read as.</summary>
    private void CheckSize<T>(NpyHeader header)
        where T : unmanaged
    {
        long bytes = header.Count * Unsafe.SizeOf<T>();
        if (bytes > _limit)
        {
            throw TooLarge($"as {typeof(T).Name} it takes", bytes);
        }
    }

    private InvalidDataException TooLarge(string what, long bytes) => new(
        $"{what} {bytes} bytes of memory, where the file has {_stream.Length}; {_limit} are allowed. If you trust the file, give a larger maxBytes.");

    /// <summary>What the archive reader throws at damaged bytes; a failing disk is another matter and passes through.</summary>
    private static bool IsDamage(Exception fault) => fault
        is InvalidDataException
        or EndOfStreamException
        or ArgumentException
        or OverflowException
        or NotSupportedException
        or IndexOutOfRangeException;
}
