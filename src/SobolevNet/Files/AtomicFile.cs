using System.Buffers;
using System.Text;

namespace SobolevNet;

/// <summary>
/// A file in the making: bytes go to a temporary file in the same folder, and <see cref="Commit"/> puts that in place of
/// the old one in a single step. A reader, or a crash, sees the old file or the new one, never half of either.
/// </summary>
/// <example>
/// <code>
/// using var file = AtomicFile.Create("report.json");
/// file.Stream.Write(bytes);
/// file.Commit();      // left out, or not reached because of an exception: the old file stays as it was
/// </code>
/// </example>
public sealed class AtomicFile : IDisposable
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly FileStream _stream;
    private readonly string _temporary;
    private bool _ended;

    private AtomicFile(string path)
    {
        Path = path;
        _temporary = $"{path}.{Guid.NewGuid().ToString("N")[..12]}.tmp";
        _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
    }

    /// <summary>The full path that the file will have.</summary>
    public string Path { get; }

    /// <summary>Where to write; seekable.</summary>
    public Stream Stream => _stream;

    /// <summary>Starts a file.</summary>
    /// <param name="path">The path that the file will have. Its folder must exist.</param>
    /// <returns>The file in the making.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The path is a folder, its folder does not exist, or nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static AtomicFile Create(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new IOException($"\"{full}\" is a folder; a file cannot be written there.");
        }

        return new AtomicFile(full);
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path);
        file.Stream.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes a whole text file as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// Deletes temporary files that processes killed in the middle of writing <paramref name="path"/> left beside it. One that is being
    /// written at the moment is open, and stays.
    /// </summary>
    /// <param name="path">The path that the files would have had.</param>
    internal static void RemoveOrphans(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string name = System.IO.Path.GetFileName(full);
        foreach (string orphan in Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(full)!, "*.tmp"))
        {
            string candidate = System.IO.Path.GetFileName(orphan);
            if (candidate.Length != name.Length + 17 || !candidate.StartsWith(name + '.', StringComparison.Ordinal)
                || candidate.AsSpan(name.Length + 1, 12).ContainsAnyExcept(HexDigits))
            {
                continue;
            }

            try
            {
                new FileStream(orphan, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is being written, or somebody else's.
            }
        }
    }

    /// <summary>Flushes to disk and puts the file in place, over an old one if there is one.</summary>
    /// <exception cref="InvalidOperationException">The file was committed or disposed before.</exception>
    /// <exception cref="IOException">The disk is full or the file cannot be put in place; the old file stays.</exception>
    public void Commit()
    {
        if (_ended)
        {
            throw new InvalidOperationException($"The file \"{Path}\" was committed or given up before.");
        }

        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporary, Path, overwrite: true);
        _ended = true;
    }

    /// <summary>Deletes the temporary file unless <see cref="Commit"/> has put it in place.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk fails once more on closing; the error that matters is on its way already.
        }

        File.Delete(_temporary);
    }
}
