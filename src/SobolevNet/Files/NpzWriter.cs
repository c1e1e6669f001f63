using System.IO.Compression;
using System.Numerics;

namespace SobolevNet.Files;

/// <summary>Writes several named arrays into one .npz file, NumPy's zip archive of .npy arrays.</summary>
/// <remarks>
/// The file appears, whole, with <see cref="Commit"/>; without it, nothing changes. The same arrays give the same bytes. To a stream, arrays are written as they
/// are added, and <see cref="Commit"/> adds the table of contents, without which the content is not readable.
/// </remarks>
/// <example>
/// <code>
/// using var file = NpzWriter.Create("labels.npz");
/// file.Add&lt;double&gt;("x", x, samples, inputs);
/// file.Add&lt;double&gt;("y", y, samples, outputs);
/// file.Commit();
/// </code>
/// </example>
public sealed class NpzWriter : IDisposable
{
    /// <summary>Characters of a name; the archive has room for 65,535 bytes.</summary>
    private const int MaxName = 10_000;

    private readonly AtomicFile? _file;
    private readonly ZipArchive _archive;
    private readonly CompressionLevel _level;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private bool _closed;

    private NpzWriter(Stream stream, AtomicFile? file, bool compress)
    {
        _file = file;
        _level = compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
        _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
    }

    /// <summary>Starts a file.</summary>
    /// <param name="path">The path that the file will have.</param>
    /// <param name="compress">Whether to deflate the arrays; random-looking numbers gain little and cost time. A file that shrinks by more than 32 times is read only with a larger limit.</param>
    /// <returns>The writer.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    public static NpzWriter Create(string path, bool compress = false)
    {
        var file = AtomicFile.Create(path);
        return new NpzWriter(file.Stream, file, compress);
    }

    /// <summary>Starts an archive in a stream, which stays open.</summary>
    /// <param name="stream">A stream that can be written to.</param>
    /// <param name="compress">Whether to deflate the arrays.</param>
    /// <returns>The writer.</returns>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    public static NpzWriter Create(Stream stream, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanWrite
            ? new NpzWriter(stream, null, compress)
            : throw new ArgumentException("The stream cannot be written to.", nameof(stream));
    }

    /// <summary>Adds an array.</summary>
    /// <typeparam name="T">float, double, int, long or byte.</typeparam>
    /// <param name="name">Its name, each once, without ".npy".</param>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The shape; its product is the number of elements. None given: a scalar.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, not valid Unicode or given twice, or the shape does not fit.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    /// <exception cref="ObjectDisposedException">The file was committed or disposed before.</exception>
    public void Add<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<int> shape)
        where T : unmanaged, INumber<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ForeignText.CheckUnicode(name, nameof(name));
        if (name.Length > MaxName)
        {
            throw new ArgumentException($"The name has {name.Length} characters; at most {MaxName} are possible.", nameof(name));
        }

        ObjectDisposedException.ThrowIf(_closed, this);
        ArrayShape.Check(shape, data.Length, nameof(shape));
        _ = NpyFile.ElementType<T>();
        if (!_names.Add(name))
        {
            throw new ArgumentException($"The array \"{ForeignText.Cut(name)}\" is given twice.", nameof(name));
        }

        var entry = _archive.CreateEntry(name + ".npy", _level);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        NpyFile.Write(stream, data, shape);
    }

    /// <summary>Finishes the archive and puts the file in place.</summary>
    /// <exception cref="InvalidOperationException">The file was committed or disposed before.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public void Commit()
    {
        _closed = true;
        _archive.Dispose();
        _file?.Commit();
    }

    /// <summary>Gives the file up unless it was committed.</summary>
    public void Dispose()
    {
        _closed = true;
        if (_file is null)
        {
            // Disposing of the archive would write its table.
            return;
        }

        try
        {
            _archive.Dispose();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The archive writes its table on closing, which fails if the disk is full or the file is closed already.
        }

        _file.Dispose();
    }
}
