namespace SobolevNet;

/// <summary>A finite source as an endless one: epoch e shows every sample once, in an order of its own. An endless source stays as it is.</summary>
/// <remarks>
/// The base of transforms that make something new of every sample in every epoch. The order of an epoch is a permutation that is computed, not stored, so that any
/// thread can look up any number: a Feistel network of four rounds on the smallest even number of bits that holds the count, applied again while the result is
/// too large.
/// </remarks>
/// <param name="source">The source.</param>
/// <param name="shuffle">Whether every epoch has another order; else all have that of the source.</param>
/// <param name="seed">Names the orders.</param>
/// <param name="name">The name of the argument in error messages.</param>
internal sealed class EndlessJetSource<T>(IJetSource<T> source, bool shuffle, ulong seed, string name) : RenumberedJetSource<T>(source, name)
    where T : unmanaged
{
    private const int Rounds = 4;

    public override bool IsEndless => true;

    public override int SamplesPerBlock => shuffle ? 1 : Source.SamplesPerBlock;

    public override long NumberInSource(long number)
    {
        if (Source.IsEndless)
        {
            return number;
        }

        long epoch = number / Count;
        int index = (int)(number % Count);
        return shuffle && Count > 1 ? Permute(index, epoch) : index;
    }

    private int Permute(int index, long epoch)
    {
        int half = 1;
        while (1L << (2 * half) < Count)
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
        while (value >= (uint)Count);
        return (int)value;
    }
}
