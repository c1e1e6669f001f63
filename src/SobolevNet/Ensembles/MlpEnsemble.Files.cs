using System.Globalization;
using SobolevNet.Files;

namespace SobolevNet;

/// <content>Saving and loading.</content>
public sealed partial class MlpEnsemble<T>
{
    private const string Format = "SobolevNet ensemble 1";
    private const string MembersKey = "members";

    /// <summary>
    /// Writes all members to one safetensors file, each as <see cref="Mlp{T}.Save(string)"/> writes a network, with names after a prefix: member.0.net.0.weight and so on.
    /// </summary>
    /// <param name="path">The file; an old one is replaced in one step once the new one is complete.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite; <see cref="Load(string)"/> would refuse the file.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public void Save(string path) => SafetensorsFile.Write(path, Metadata(), Tensors());

    /// <summary>Writes all members to a stream, from where it stands; the content is that of <see cref="Save(string)"/>.</summary>
    /// <param name="stream">A stream that can be written to; it stays open.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite; nothing is written.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    public void Save(Stream stream) => SafetensorsFile.Write(stream, Metadata(), Tensors());

    /// <summary>Reads an ensemble that <see cref="Save(string)"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The ensemble, without <see cref="Trainings"/>.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or is not an ensemble; the message says what is wrong.</exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public static MlpEnsemble<T> Load(string path)
    {
        using var stream = InputFile.Open(path);
        return Load(stream, path);
    }

    /// <summary>Reads an ensemble from a stream, from where it stands to its end; see <see cref="Load(string)"/>.</summary>
    /// <param name="stream">A stream that knows its length; it stays open.</param>
    /// <returns>The ensemble, without <see cref="Trainings"/>.</returns>
    /// <exception cref="InvalidDataException">The content is damaged or is not an ensemble; the message says what is wrong.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read or does not know its length.</exception>
    public static MlpEnsemble<T> Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, InputFile.NameOf(stream));
    }

    private static MlpEnsemble<T> Load(Stream stream, string path)
    {
        var file = SafetensorsFile.Read(stream, path);
        string format = file.GetMetadata(NetworkTensors.FormatKey);
        if (format != Format)
        {
            throw new InvalidDataException($"{path} is \"{ForeignText.Cut(format)}\"; expected \"{Format}\".");
        }

        string text = file.GetMetadata(MembersKey);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int members) || members is < 2 or > MaxMembers || members > file.Tensors.Count)
        {
            throw new InvalidDataException(
                $"{path} has {file.Tensors.Count} tensors of \"{ForeignText.Cut(text)}\" members; expected 2 to {MaxMembers} members, each of two tensors or more.");
        }

        var networks = NetworkTensors.Read<T>(file, path, [.. Enumerable.Range(0, members).Select(PrefixOf)]);
        try
        {
            return new MlpEnsemble<T>(networks);
        }
        catch (ArgumentException refused)
        {
            throw new InvalidDataException($"{path} is not an ensemble: {ForeignText.MessageOf(refused)}", refused);
        }
    }

    private Dictionary<string, string> Metadata()
    {
        var metadata = NetworkTensors.Describe(Format, Architecture);
        metadata[MembersKey] = _members.Length.ToString(CultureInfo.InvariantCulture);
        return metadata;
    }

    private List<SafetensorsTensor> Tensors()
    {
        var tensors = new List<SafetensorsTensor>();
        for (int k = 0; k < _members.Length; k++)
        {
            NetworkTensors.Add(_members[k], PrefixOf(k), tensors);
        }

        return tensors;
    }

    private static string PrefixOf(int member) => string.Create(CultureInfo.InvariantCulture, $"member.{member}.");
}
