namespace SobolevNet.Tests.Files;

/// <summary>Damaged variants of a file's bytes, seeded, for reading tests.</summary>
internal static class ByteMutations
{
    /// <summary>Every proper prefix.</summary>
    public static IEnumerable<byte[]> Truncations(byte[] bytes) =>
        Enumerable.Range(0, bytes.Length).Select(length => bytes[..length]);

    /// <summary>Random edits: flipped bits, overwritten, inserted, removed and repeated bytes, digits made larger.</summary>
    /// <param name="bytes">The sound file.</param>
    /// <param name="count">How many variants.</param>
    /// <param name="seed">Seed of the edits.</param>
    /// <param name="reach">Edits start within the first so many bytes.</param>
    public static IEnumerable<byte[]> Random(byte[] bytes, int count, ulong seed, int reach)
    {
        for (int k = 0; k < count; k++)
        {
            var random = new RandomStream(seed, (ulong)k);
            var edited = new List<byte>(bytes);
            int edits = 1 + random.NextInteger(3);
            for (int e = 0; e < edits; e++)
            {
                int at = random.NextInteger(Math.Min(reach, edited.Count));
                switch (random.NextInteger(6))
                {
                    case 0:
                        edited[at] ^= (byte)(1 << random.NextInteger(8));
                        break;
                    case 1:
                        edited[at] = (byte)random.NextInteger(256);
                        break;
                    case 2:
                        edited.Insert(at, (byte)random.NextInteger(256));
                        break;
                    case 3:
                        edited.RemoveAt(at);
                        break;
                    case 4:
                        edited.InsertRange(at, edited.GetRange(at, Math.Min(edited.Count - at, 1 + random.NextInteger(16))));
                        break;
                    default:
                        int digit = edited.FindIndex(at, value => value is >= (byte)'0' and <= (byte)'9');
                        if (digit >= 0)
                        {
                            edited.InsertRange(digit, "9999999999"u8[..(1 + random.NextInteger(10))].ToArray());
                        }

                        break;
                }
            }

            yield return [.. edited];
        }
    }
}
