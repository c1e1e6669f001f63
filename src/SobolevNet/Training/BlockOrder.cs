namespace SobolevNet;

/// <summary>
/// The order in which an epoch visits the samples of a source that reads them in blocks: blocks of consecutive samples in random order, and the samples of a window of
/// blocks at a time in random order. It takes memory for a window and for the number of each block.
/// </summary>
/// <param name="count">Samples of an epoch.</param>
/// <param name="block">Samples of a block; what remains of the last one comes at the end.</param>
/// <param name="isShuffled">Whether the order is random; else it is that of the numbers.</param>
/// <param name="seed">Names the random orders.</param>
internal sealed class BlockOrder(int count, int block, bool isShuffled, ulong seed)
{
    private readonly int[] _blocks = new int[isShuffled ? count / block : 0];
    private readonly int _windows = ((count / block) + SampleBlocks.InWindow - 1) / SampleBlocks.InWindow;
    private long[] _window = [];
    private (int Start, int End) _loaded;
    private long _first;
    private int _epoch;

    /// <summary>Begins an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="first">The number of its first sample.</param>
    public void Begin(int epoch, long first)
    {
        (_epoch, _first, _loaded) = (epoch, first, default);
        for (int k = 0; k < _blocks.Length; k++)
        {
            _blocks[k] = k;
        }

        RandomStream.For(StreamPurpose.EpochOrder, seed, (ulong)epoch).Shuffle(_blocks.AsSpan());
    }

    /// <summary>Copies the numbers of the samples at some places of the order.</summary>
    /// <param name="place">The first place.</param>
    /// <param name="samples">Receives the numbers.</param>
    public void CopyTo(int place, Span<long> samples)
    {
        while (!samples.IsEmpty)
        {
            int length = samples.Length;
            if (isShuffled)
            {
                Load(place);
                length = Math.Min(length, _loaded.End - place);
                _window.AsSpan(place - _loaded.Start, length).CopyTo(samples);
            }
            else
            {
                for (int k = 0; k < length; k++)
                {
                    samples[k] = _first + place + k;
                }
            }

            place += length;
            samples = samples[length..];
        }
    }

    /// <summary>Makes the window that holds a place.</summary>
    private void Load(int place)
    {
        if (place >= _loaded.Start && place < _loaded.End)
        {
            return;
        }

        int window = 0;
        while (window + 1 < _windows && place >= FirstBlock(window + 1) * block)
        {
            window++;
        }

        int next = FirstBlock(window + 1);
        _loaded = (FirstBlock(window) * block, window + 1 < _windows ? next * block : count);
        if (_window.Length < _loaded.End - _loaded.Start)
        {
            _window = new long[(SampleBlocks.InWindow + 1) * block];
        }

        int length = 0;
        for (int k = FirstBlock(window); k < next; k++)
        {
            for (int s = 0; s < block; s++)
            {
                _window[length++] = _first + ((long)_blocks[k] * block) + s;
            }
        }

        for (int s = next * block; s < _loaded.End; s++)
        {
            _window[length++] = _first + s;
        }

        RandomStream.For(StreamPurpose.EpochOrder, seed, (ulong)_epoch, 1 + (ulong)window).Shuffle(_window.AsSpan(0, length));
    }

    /// <summary>The place, among the blocks of the epoch, of a window's first one: windows are of equal length to one block.</summary>
    private int FirstBlock(int window) => (int)((long)window * _blocks.Length / _windows);
}
