namespace SobolevNet.Tests;

/// <summary>Measures what some work allocates on its thread once it is warm.</summary>
internal static class Allocations
{
    private const int Rounds = 6;

    /// <summary>The least bytes of some rounds: compiling a method anew while it runs may allocate in one of them, the work itself would in each.</summary>
    public static long Least(Action work)
    {
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
