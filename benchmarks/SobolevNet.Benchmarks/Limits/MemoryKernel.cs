using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>Reads memory once from front to back, with nothing else to do.</summary>
internal static class MemoryKernel
{
    /// <summary>Sums all elements, eight vectors at a time; the length is a multiple of eight vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Read(float[] memory)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        Vector512<float> s4 = default, s5 = default, s6 = default, s7 = default;
        ref float start = ref memory[0];
        int width = Vector512<float>.Count;
        for (int i = 0; i + (8 * width) <= memory.Length; i += 8 * width)
        {
            ref float block = ref Unsafe.Add(ref start, i);
            s0 += Vector512.LoadUnsafe(ref block);
            s1 += Vector512.LoadUnsafe(ref block, (nuint)width);
            s2 += Vector512.LoadUnsafe(ref block, (nuint)(2 * width));
            s3 += Vector512.LoadUnsafe(ref block, (nuint)(3 * width));
            s4 += Vector512.LoadUnsafe(ref block, (nuint)(4 * width));
            s5 += Vector512.LoadUnsafe(ref block, (nuint)(5 * width));
            s6 += Vector512.LoadUnsafe(ref block, (nuint)(6 * width));
            s7 += Vector512.LoadUnsafe(ref block, (nuint)(7 * width));
        }

        return Vector512.Sum((s0 + s1) + (s2 + s3) + ((s4 + s5) + (s6 + s7)));
    }
}
