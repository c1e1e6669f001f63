namespace SobolevNet;

/// <summary>
/// The order in which an epoch visits the samples. It follows from the seed and the epoch alone, so a training that is resumed goes on with the
/// same samples.
/// </summary>
/// <param name="count">Samples of an epoch.</param>
/// <param name="isEndless">Whether every epoch has new samples.</param>
/// <param name="isShuffled">Whether the order is random.</param>
/// <param name="seed">Names the random orders.</param>
/// <param name="block">Samples that the source reads together, see <see cref="IJetSource{T}.SamplesPerBlock"/>.</param>
internal sealed class EpochOrder(int count, bool isEndless, bool isShuffled, ulong seed, int block = 1)
{
    private readonly BlockOrder? _blocks = IsInBlocks(count, block) ? new BlockOrder(count, block, isShuffled, seed) : null;
    private long[] _batch = [];

    /// <summary>The numbers of all samples, in order, where they are not visited block by block.</summary>
    public long[] Samples { get; } = new long[IsInBlocks(count, block) ? 0 : count];

    /// <summary>The numbers of the samples at some places of the order.</summary>
    /// <param name="first">The first place.</param>
    /// <param name="length">How many.</param>
    /// <returns>An array that holds them until the next call, and where they begin in it.</returns>
    public (long[] Samples, int First) Batch(int first, int length)
    {
        if (_blocks is null)
        {
            return (Samples, first);
        }

        _batch = _batch.Length < length ? new long[length] : _batch;
        _blocks.CopyTo(first, _batch.AsSpan(0, length));
        return (_batch, 0);
    }

    /// <summary>Sets the samples of an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public void Begin(int epoch)
    {
        long first = isEndless ? (long)epoch * count : 0;
        if (_blocks is not null)
        {
            _blocks.Begin(epoch, first);
            return;
        }

        for (int k = 0; k < count; k++)
        {
            Samples[k] = first + k;
        }

        if (isShuffled)
        {
            RandomStream.For(StreamPurpose.EpochOrder, seed, (ulong)epoch).Shuffle(Samples.AsSpan());
        }
    }

    private static bool IsInBlocks(int count, int block) => block > 1 && count / block > SampleBlocks.InWindow;
}
