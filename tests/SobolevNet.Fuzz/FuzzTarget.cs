using SobolevNet.Tests.Files;

namespace SobolevNet.Fuzz;

/// <summary>A reader with sound files to damage.</summary>
/// <param name="Name">The reader.</param>
/// <param name="Samples">Sound files.</param>
/// <param name="Read">Reads the file at a path, and throws <see cref="InvalidDataException"/> if it is not sound.</param>
internal sealed record FuzzTarget(string Name, byte[][] Samples, Action<string> Read)
{
    /// <summary>A damaged file of a seed.</summary>
    public byte[] Damaged(ulong seed)
    {
        byte[] sample = Samples[seed % (ulong)Samples.Length];
        return Damage?.Invoke(sample, seed) ?? ByteMutations.Random(sample, 1, seed, sample.Length).Single();
    }

    /// <summary>How a sound file is damaged where edits of its bytes would not get far.</summary>
    public Func<byte[], ulong, byte[]>? Damage { get; init; }
}
