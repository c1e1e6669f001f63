namespace SobolevNet;

/// <content>Saving and loading.</content>
public sealed partial class Mlp<T>
{
    /// <summary>
    /// Writes the network to a safetensors file: weights and biases under PyTorch's names (net.0.weight, (out, in)), scalings
    /// if any, the architecture in the metadata. <see cref="Fold"/> first for programs that know no scalings.
    /// </summary>
    /// <param name="path">The file; an old one is replaced in one step once the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written; an old one stays.</exception>
    public void Save(string path) => NetworkTensors.Save(this, path);

    /// <summary>Reads a network that <see cref="Save"/> wrote; float and double files convert into each other.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The network.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or is not a network; the message says what is wrong.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static Mlp<T> Load(string path) => NetworkTensors.Load<T>(path);
}
