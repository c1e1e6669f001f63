using SobolevNet.Files;

namespace SobolevNet;

/// <content>Saving and loading.</content>
public sealed partial class Mlp<T>
{
    /// <summary>
    /// Writes the network to a safetensors file: weights and biases under PyTorch's names (net.0.weight, (out, in)), scalings
    /// if any, the architecture in the metadata. <see cref="Fold"/> first for programs that know no scalings.
    /// </summary>
    /// <param name="path">The file; an old one is replaced in one step once the new one is complete.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite; <see cref="Load(string, Activation?, string?)"/> would refuse the file.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public void Save(string path) => NetworkTensors.Save(this, path);

    /// <summary>Writes the network to a stream, from where it stands; the content is that of <see cref="Save(string)"/>.</summary>
    /// <param name="stream">A stream that can be written to; it stays open.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite; nothing is written.</exception>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    public void Save(Stream stream) => NetworkTensors.Save(this, stream);

    /// <summary>Reads a network that <see cref="Save(string)"/> wrote, or the dense layers of a PyTorch module saved by safetensors.</summary>
    /// <remarks>
    /// Half, float and double numbers are converted. A file of PyTorch holds the module's state dictionary: matrices of shape
    /// (outputs, inputs) whose names end in "weight", each with a vector whose name ends in "bias" or none (zeros). Layers are ordered by the numbers in their
    /// names (net.0, net.2, … or fc1, fc2, …). Any other tensor is refused; where a file holds several networks, <paramref name="prefix"/> chooses one.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="activation">
    /// The activation between the layers, needed where the file does not name it: in files of other programs with more than one layer.
    /// </param>
    /// <param name="prefix">
    /// What the names of the network's tensors begin with in a file of another program, such as "actor."; other tensors are ignored. Left out: the file holds
    /// one network and nothing else.
    /// </param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The activation is unknown.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or is not a network, or names no activation or another than the one given, or has a tensor of more than 2 GiB; the message says
    /// what is wrong.
    /// </exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one, or the prefix is empty.</exception>
    public static Mlp<T> Load(string path, Activation? activation = null, string? prefix = null)
    {
        using var stream = InputFile.Open(path);
        return NetworkTensors.Load<T>(stream, path, activation, prefix);
    }

    /// <summary>Reads a network from a stream, from where it stands to its end; see <see cref="Load(string, Activation?, string?)"/>.</summary>
    /// <param name="stream">A stream that knows its length; it stays open.</param>
    /// <param name="activation">The activation between the layers, where the file does not name it.</param>
    /// <param name="prefix">What the names of the network's tensors begin with, where there are others.</param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The activation is unknown.</exception>
    /// <exception cref="InvalidDataException">The content is damaged or is not a network; the message says what is wrong.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read or does not know its length, or the prefix is empty.</exception>
    public static Mlp<T> Load(Stream stream, Activation? activation = null, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return NetworkTensors.Load<T>(stream, InputFile.NameOf(stream), activation, prefix);
    }
}
