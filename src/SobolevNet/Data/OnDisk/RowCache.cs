namespace SobolevNet;

/// <summary>Blocks of rows that were read from files, kept for the calls that ask for other samples of them soon.</summary>
/// <remarks>
/// A block is read whole when it is asked for again within as many calls as twice the number of blocks kept: in a shuffled window or a walk through all
/// samples, then, and not where single samples are drawn from all of a large file. Of all blocks that no call uses, the one used longest ago makes room.
/// </remarks>
/// <param name="blocks">The number of blocks that there are.</param>
/// <param name="capacity">The most that are kept.</param>
/// <param name="reserve">Reserves the memory of one.</param>
/// <param name="read">Reads the block of a number.</param>
internal sealed class RowCache<T>(int blocks, int capacity, Func<T[][]> reserve, Action<int, T[][]> read)
    where T : unmanaged
{
    private readonly Lock _lock = new();
    private readonly Block?[] _kept = new Block?[blocks];
    private readonly long[] _asked = new long[blocks];
    private readonly List<Block> _all = [];
    private long _calls = 2L * capacity;

    /// <summary>The block of a number, for the caller until <see cref="Block.Release"/>; null where its rows are better read alone.</summary>
    /// <exception cref="InvalidDataException">The block cannot be read.</exception>
    public Block? Take(int number)
    {
        Block? block;
        lock (_lock)
        {
            _calls++;
            block = _kept[number];
            if (block is not null)
            {
                block.Use(_calls);
            }
            else
            {
                bool isAskedAgain = _asked[number] > 0 && _calls - _asked[number] <= 2L * capacity;
                _asked[number] = _calls;
                block = isAskedAgain ? Room() : null;
                if (block is null)
                {
                    return null;
                }

                block.Use(_calls);
                block.Begin(number);
                _kept[number] = block;
            }
        }

        try
        {
            block.Complete(read);
            return block;
        }
        catch
        {
            block.Release();
            throw;
        }
    }

    /// <summary>A new block, or one that makes room; null if all are in use.</summary>
    private Block? Room()
    {
        if (_all.Count < capacity)
        {
            _all.Add(new Block(reserve()));
            return _all[^1];
        }

        Block? oldest = null;
        foreach (var block in _all)
        {
            if (block.IsFree && (oldest is null || block.Used < oldest.Used))
            {
                oldest = block;
            }
        }

        if (oldest is { Number: >= 0 })
        {
            _kept[oldest.Number] = null;
        }

        return oldest;
    }

    /// <summary>A block of rows.</summary>
    /// <param name="rows">The rows of each array.</param>
    public sealed class Block(T[][] rows)
    {
        private readonly Lock _reading = new();
        private int _users;
        private volatile bool _isRead;

        /// <summary>The rows of each array.</summary>
        public T[][] Rows => rows;

        /// <summary>The number of the block; −1 at first.</summary>
        public int Number { get; private set; } = -1;

        /// <summary>The call that used it last.</summary>
        public long Used { get; private set; }

        public bool IsFree => Volatile.Read(ref _users) == 0;

        /// <summary>Keeps the block for a caller.</summary>
        public void Use(long call)
        {
            Used = call;
            Interlocked.Increment(ref _users);
        }

        /// <summary>Ends a caller's use.</summary>
        public void Release() => Interlocked.Decrement(ref _users);

        /// <summary>Gives a block that nobody else uses another number.</summary>
        public void Begin(int number)
        {
            Number = number;
            _isRead = false;
        }

        /// <summary>Reads the block unless another call has; one call reads, and others wait for it.</summary>
        public void Complete(Action<int, T[][]> read)
        {
            if (_isRead)
            {
                return;
            }

            lock (_reading)
            {
                if (!_isRead)
                {
                    read(Number, rows);
                    _isRead = true;
                }
            }
        }
    }
}
