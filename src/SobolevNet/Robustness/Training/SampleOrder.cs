namespace SobolevNet.Robustness;

/// <summary>
/// Maps the endless numbers of a source with fresh perturbations to the clean samples behind it: epoch e shows every sample of a
/// finite source once, in an order of its own.
/// </summary>
/// <remarks>
/// The order of an epoch is a permutation that is computed, not stored, so that any thread can look up any number: a Feistel
/// network of four rounds on the smallest even number of bits that holds the count, applied again while the result is too large.
/// </remarks>
internal readonly struct SampleOrder(int count, bool isEndless, bool shuffle, ulong seed)
{
    private const int Rounds = 4;

    /// <summary>The clean sample behind a number.</summary>
    public long CleanSample(long number)
    {
        if (isEndless)
        {
            return number;
        }

        long epoch = number / count;
        int index = (int)(number % count);
        return shuffle && count > 1 ? Permute(index, epoch) : index;
    }

    private int Permute(int index, long epoch)
    {
        int half = 1;
        while (1L << (2 * half) < count)
        {
            half++;
        }

        uint mask = (1u << half) - 1;
        ulong key = RandomStream.For(StreamPurpose.CleanOrder, seed, (ulong)epoch).NextBits();
        uint value = (uint)index;
        do
        {
            uint left = value >> half;
            uint right = value & mask;
            for (int round = 0; round < Rounds; round++)
            {
                ulong mixed = RandomStream.For(StreamPurpose.CleanOrder, key + (ulong)round, right).NextBits();
                (left, right) = (right, left ^ ((uint)mixed & mask));
            }

            value = (left << half) | right;
        }
        while (value >= (uint)count);
        return (int)value;
    }
}
