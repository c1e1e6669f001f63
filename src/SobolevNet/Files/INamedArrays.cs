using System.Numerics;

namespace SobolevNet.Files;

/// <summary>Arrays that are read by their names: those of an .npz file, or of a folder of .npy files.</summary>
internal interface INamedArrays
{
    /// <summary>The names, without ".npy".</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether there is an array of a name.</summary>
    bool Contains(string name);

    /// <summary>Reads an array.</summary>
    /// <exception cref="InvalidDataException">There is no such array, or it is not readable.</exception>
    NpyArray<T> Read<T>(string name)
        where T : unmanaged, INumber<T>;
}
