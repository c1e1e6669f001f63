using System.Text;

namespace SobolevNet.Files;

/// <summary>
/// A file in the making: bytes go to a temporary file in the same folder, and <see cref="Commit"/> puts that in place of
/// the old one in a single step. A reader, or a crash, sees the old file or the new one, never half of either.
/// </summary>
/// <remarks>
/// A symbolic link stays, and the file that it names is replaced. The new file has the mode of the old one, and its owner and
/// group as far as the process may set them. The temporary file is called like the file, with 12 hexadecimal digits and ".tmp"
/// behind. A process that is killed leaves it; the next <see cref="Create"/> of the same file deletes it. Other hard links of the
/// old file keep its content.
/// </remarks>
/// <example>
/// <code>
/// using var file = AtomicFile.Create("report.json");
/// file.Stream.Write(bytes);
/// file.Commit();      // left out, or not reached because of an exception: the old file stays as it was
/// </code>
/// </example>
public sealed class AtomicFile : IDisposable
{
    private const string Extension = ".tmp";
    private const int NameDigits = 12;

    /// <summary>Names tried before an error in making a temporary file counts.</summary>
    private const int Attempts = 5;

    private readonly FileStream _stream;
    private readonly string _target;
    private bool _ended;

    private AtomicFile(string path, string target, FileStream stream)
    {
        Path = path;
        _target = target;
        _stream = stream;
    }

    /// <summary>The full path that the file will have.</summary>
    public string Path { get; }

    /// <summary>Where to write; seekable.</summary>
    public Stream Stream => _stream;

    /// <summary>Starts a file.</summary>
    /// <param name="path">The path that the file will have. Its folder must exist.</param>
    /// <returns>The file in the making.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">
    /// The path is a folder or a device, its folder does not exist, links run in a circle, or nothing can be written there.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    public static AtomicFile Create(string path)
    {
        string full = FullPath(path);
        string target = TargetOf(full);
        if (Directory.Exists(target))
        {
            throw new IOException($"\"{full}\" is a folder; a file cannot be written there.");
        }

        if (FileIdentity.Of(target) is { IsRegular: false })
        {
            throw new IOException($"\"{full}\" is a device or a pipe; only regular files are replaced.");
        }

        string folder = System.IO.Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder \"{folder}\" does not exist, so \"{full}\" cannot be written.");
        }

        RemoveOrphans(target);
        try
        {
            return new AtomicFile(full, target, OpenTemporary(target));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new UnauthorizedAccessException(
                $"No file may be made in the folder \"{folder}\", where \"{full}\" is written to a temporary file first.", fault);
        }
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path);
        file.Stream.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes a whole text file as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
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
        if (!OperatingSystem.IsWindows() && File.Exists(_target))
        {
            FileIdentity.Of(_target)?.GiveOwnerTo(_stream.Name);
            File.SetUnixFileMode(_stream.SafeFileHandle, File.GetUnixFileMode(_target));
        }

        // Still open, and so locked: a file that nobody locks is taken for an orphan.
        File.Move(_stream.Name, _target, overwrite: true);
        _ended = true;
        _stream.Dispose();
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

        File.Delete(_stream.Name);
    }

    private static string FullPath(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return System.IO.Path.GetFullPath(path);
    }

    /// <summary>The file that a link names in the end, whether it exists or not; the path itself if it is no link.</summary>
    private static string TargetOf(string full)
    {
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return full;
        }
    }

    /// <summary>
    /// Makes the temporary file and locks it, with no more rights than the file that it replaces. The lock ends with the process, so a
    /// file without it is an orphan.
    /// </summary>
    private static FileStream OpenTemporary(string target)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete, // to rename it while it is open
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            options.UnixCreateMode = File.GetUnixFileMode(target);
        }

        for (int attempt = 1; ; attempt++)
        {
            string temporary = $"{target}.{Guid.NewGuid().ToString("N")[..NameDigits]}{Extension}";
            FileStream stream;
            try
            {
                stream = new FileStream(temporary, options);
            }
            catch (IOException fault) when (attempt < Attempts && fault.GetType() == typeof(IOException))
            {
                // Another process, which looks for orphans, may have locked the file before this one could.
                continue;
            }

            if (File.Exists(temporary))
            {
                return stream;
            }

            // That process has deleted the file, too.
            stream.Dispose();
            if (attempt == Attempts)
            {
                throw new IOException($"\"{target}\" cannot be written: its temporary files are deleted at once.");
            }
        }
    }

    /// <summary>Deletes the temporary files of a file that no process is writing any more.</summary>
    private static void RemoveOrphans(string target)
    {
        string folder = System.IO.Path.GetDirectoryName(target)!;
        string prefix = System.IO.Path.GetFileName(target) + ".";
        int length = prefix.Length + NameDigits + Extension.Length;
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder))
            {
                var name = System.IO.Path.GetFileName(file.AsSpan());
                if (name.Length == length && name.StartsWith(prefix) && name.EndsWith(Extension)
                    && !name.Slice(prefix.Length, NameDigits).ContainsAnyExcept("0123456789abcdef"))
                {
                    RemoveUnlocked(file);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be listed can still be written to.
        }
    }

    /// <summary>Deletes a temporary file unless a process holds its lock or the file may not be opened.</summary>
    private static void RemoveUnlocked(string file)
    {
        try
        {
            using var lockedByNobody = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is being written.
        }
    }
}
