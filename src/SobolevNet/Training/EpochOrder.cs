namespace SobolevNet;

/// <summary>
/// The order in which an epoch visits the samples. It follows from the seed and the epoch alone, so a training that is resumed goes on with the
/// same samples.
/// </summary>
/// <param name="count">Samples of an epoch.</param>
/// <param name="isEndless">Whether every epoch has new samples.</param>
/// <param name="isShuffled">Whether the order is random.</param>
/// <param name="seed">Names the random orders.</param>
internal sealed class EpochOrder(int count, bool isEndless, bool isShuffled, ulong seed)
{
    /// <summary>The numbers of the samples, in order.</summary>
    public long[] Samples { get; } = new long[count];

    /// <summary>Sets the samples of an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public void Begin(int epoch)
    {
        long first = isEndless ? (long)epoch * count : 0;
        for (int k = 0; k < count; k++)
        {
            Samples[k] = first + k;
        }

        if (isShuffled)
        {
            RandomStream.For(StreamPurpose.EpochOrder, seed, (ulong)epoch).Shuffle(Samples.AsSpan());
        }
    }
}
