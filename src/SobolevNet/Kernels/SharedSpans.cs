namespace SobolevNet.Kernels;

/// <summary>Lets several threads work on spans of the caller, who waits for them.</summary>
internal static unsafe class SharedSpans
{
    /// <summary>Work on a block of the spans.</summary>
    public delegate void Work<T>(int block, ReadOnlySpan<T> x, Span<T> y);

    /// <summary>Calls <paramref name="work"/> for all blocks 0 to <paramref name="blocks"/> − 1, with both spans whole.</summary>
    /// <param name="x">What all blocks read.</param>
    /// <param name="y">What each block writes a part of.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="threads">Most threads.</param>
    /// <param name="work">The work.</param>
    /// <exception cref="AggregateException">The work threw.</exception>
    public static void Run<T>(ReadOnlySpan<T> x, Span<T> y, int blocks, int threads, Work<T> work)
        where T : unmanaged
    {
        fixed (T* pointerX = x, pointerY = y)
        {
            var (addressX, lengthX, addressY, lengthY) = ((nint)pointerX, x.Length, (nint)pointerY, y.Length);
            Parallel.For(
                0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads },
                block => work(block, new ReadOnlySpan<T>((T*)addressX, lengthX), new Span<T>((T*)addressY, lengthY)));
        }
    }
}
