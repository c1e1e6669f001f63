using System.Numerics;

namespace SobolevNet.Files;

/// <summary>The .npy files of a folder, which is what an .npz file is once it is unpacked.</summary>
internal sealed class NpyFolder : INamedArrays
{
    private const string Extension = ".npy";

    private NpyFolder(string path, string[] names) => (Path, Names) = (path, names);

    /// <summary>The folder.</summary>
    public string Path { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Lists a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="argument">The argument that the path was given in.</param>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    /// <exception cref="IOException">There is no such folder, or it is a file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be listed.</exception>
    public static NpyFolder Open(string path, string argument)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path, argument);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("The path has a null character.", argument);
        }

        if (System.IO.File.Exists(path))
        {
            throw new IOException($"\"{path}\" is a file; a folder of .npy files is expected. Unpack an .npz file into one.");
        }

        return new NpyFolder(
            path,
            [
                .. Directory.EnumerateFiles(path)
                    .Where(file => file.EndsWith(Extension, StringComparison.Ordinal))
                    .Select(file => System.IO.Path.GetFileNameWithoutExtension(file))
                    .Order(StringComparer.Ordinal),
            ]);
    }

    public bool Contains(string name) => Names.Contains(name);

    public NpyArray<T> Read<T>(string name)
        where T : unmanaged, INumber<T> => NpyFile.Read<T>(File(name));

    /// <summary>Opens an array whose rows are read by position.</summary>
    /// <exception cref="InvalidDataException">There is no such array, or it cannot be read by rows.</exception>
    public NpyRows OpenRows(string name) => NpyRows.Open(File(name));

    private string File(string name) => Contains(name)
        ? System.IO.Path.Combine(Path, name + Extension)
        : throw new InvalidDataException($"\"{Path}\" has no array \"{ForeignText.Cut(name)}\"; it has {ForeignText.List(Names)}.");
}
