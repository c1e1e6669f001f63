namespace SobolevNet;

/// <summary>Keeps what threads work with from call to call, for any number of threads, without locks or allocation.</summary>
/// <remarks>Two objects for each processor at most are kept; what is given back beyond that is left to the collector.</remarks>
internal sealed class ScratchPool<TScratch>
    where TScratch : class
{
    private readonly TScratch?[] _slots = new TScratch?[2 * Environment.ProcessorCount];

    /// <summary>One of the objects kept, for the caller alone; null if there is none.</summary>
    public TScratch? TryTake()
    {
        for (int k = 0; k < _slots.Length; k++)
        {
            if (Volatile.Read(ref _slots[k]) is { } free && Interlocked.CompareExchange(ref _slots[k], null, free) == free)
            {
                return free;
            }
        }

        return null;
    }

    /// <summary>Gives back what is no longer used.</summary>
    public void Return(TScratch scratch)
    {
        for (int k = 0; k < _slots.Length; k++)
        {
            if (Volatile.Read(ref _slots[k]) is null && Interlocked.CompareExchange(ref _slots[k], scratch, null) is null)
            {
                return;
            }
        }
    }
}
