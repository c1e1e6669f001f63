namespace SobolevNet;

/// <content>Saving and loading.</content>
public sealed partial class Mlp<T>
{
    /// <summary>
    /// Writes the network to a safetensors file: weights and biases under PyTorch's names (net.0.weight, (out, in)), scalings
    /// if any, the architecture in the metadata. <see cref="Fold"/> first for programs that know no scalings.
    /// </summary>
    /// <param name="path">The file; an old one is replaced in one step once the new one is complete.</param>
    /// <exception cref="InvalidOperationException">A parameter is not finite; <see cref="Load"/> would refuse the file.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made in the folder.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public void Save(string path) => NetworkTensors.Save(this, path);

    /// <summary>Reads a network that <see cref="Save"/> wrote, or the dense layers of a PyTorch module saved by safetensors.</summary>
    /// <remarks>
    /// Half, float and double numbers are converted. A file of PyTorch holds the module's state dictionary: matrices of shape
    /// (outputs, inputs) whose names end in "weight", each with a vector whose name ends in "bias" or none (zeros), and nothing
    /// else. Layers are ordered by the numbers in their names (net.0, net.2, … or fc1, fc2, …).
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="activation">
    /// The activation between the layers, needed where the file does not name it: in files of other programs with more than one layer.
    /// </param>
    /// <returns>The network.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The activation is unknown.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or is not a network, or names no activation or another than the one given; the message says what is wrong.
    /// </exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="ArgumentException">The path is blank or not a valid one.</exception>
    public static Mlp<T> Load(string path, Activation? activation = null) => NetworkTensors.Load<T>(path, activation);
}
