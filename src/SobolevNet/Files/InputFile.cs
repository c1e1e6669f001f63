namespace SobolevNet.Files;

/// <summary>Opens files to read.</summary>
internal static class InputFile
{
    /// <summary>Opens a file.</summary>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The path is a folder, or there is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Directory.Exists(path)
            ? throw new IOException($"\"{path}\" is a folder; a file is expected.")
            : File.OpenRead(path);
    }

    /// <summary>What messages call a stream: the path of its file, if it has one.</summary>
    public static string NameOf(Stream stream) => stream is FileStream file ? file.Name : "the stream";

    /// <summary>Checks a stream that a caller wants read.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read, or does not know its length.</exception>
    public static void Check(Stream stream, string origin)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(origin);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException(
                "The stream must be readable and know its length (CanRead, CanSeek). Copy another one into a MemoryStream first.", nameof(stream));
        }
    }
}
