namespace SobolevNet;

/// <summary>The scratch memory of a class whose methods run on any number of threads: each call takes an object and returns it, without locks or allocation.</summary>
/// <remarks>
/// At most two objects for each processor are kept; what is returned beyond that is left to the collector, as is what a call takes that throws.
/// The object used last has a place of its own, which is written without an interlocked instruction: of two threads that return at the same moment one may lose its
/// object to the collector.
/// Use: <c>var scratch = _scratches.TryTake() ?? new Scratch(this); …; _scratches.Return(scratch);</c>
/// </remarks>
internal sealed class ScratchPool<TScratch>
    where TScratch : class
{
    private readonly TScratch?[] _slots = new TScratch?[(2 * Environment.ProcessorCount) - 1];
    private TScratch? _last;

    /// <summary>One of the objects kept, for the caller alone; null if there is none.</summary>
    public TScratch? TryTake()
    {
        if (Volatile.Read(ref _last) is { } last && Interlocked.CompareExchange(ref _last, null, last) == last)
        {
            return last;
        }

        for (int k = 0; k < _slots.Length; k++)
        {
            if (Volatile.Read(ref _slots[k]) is { } free && Interlocked.CompareExchange(ref _slots[k], null, free) == free)
            {
                return free;
            }
        }

        return null;
    }

    /// <summary>Keeps an object for a later call.</summary>
    public void Return(TScratch scratch)
    {
        if (Volatile.Read(ref _last) is null)
        {
            Volatile.Write(ref _last, scratch);
            return;
        }

        for (int k = 0; k < _slots.Length; k++)
        {
            if (Volatile.Read(ref _slots[k]) is null && Interlocked.CompareExchange(ref _slots[k], scratch, null) is null)
            {
                return;
            }
        }
    }
}
