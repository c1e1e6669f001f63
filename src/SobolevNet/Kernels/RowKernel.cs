using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>The inner loop for a single row: four panels of B side by side.</summary>
/// <remarks>
/// c[p·2·width + j] = Σₖ a[k] · b[p·panelLength + k·2·width + j], p = 0..3. One panel alone has two chains of sums, which
/// leave a core waiting for additions (4 cycles) half to three quarters of the time; eight chains do not. The sums are those
/// of the micro-kernel, in the same order. A leaf, like it.
/// </remarks>
internal static unsafe class RowKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TSimd, TVector, T>(nint depth, T* a, T* b, nint panelLength, T* c)
        where TSimd : struct, ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector c0 = TSimd.Zero, c1 = TSimd.Zero, c2 = TSimd.Zero, c3 = TSimd.Zero;
        TVector c4 = TSimd.Zero, c5 = TSimd.Zero, c6 = TSimd.Zero, c7 = TSimd.Zero;
        T* second = b + panelLength;
        T* third = second + panelLength;
        T* fourth = third + panelLength;
        nint step = 2 * TSimd.Width;
        nint end = depth * step;
        for (nint k = 0; k < end; k += step)
        {
            TVector factor = TSimd.Broadcast(*a++);
            c0 = TSimd.MultiplyAdd(factor, TSimd.Load(b + k), c0);
            c1 = TSimd.MultiplyAdd(factor, TSimd.Load(b + k + TSimd.Width), c1);
            c2 = TSimd.MultiplyAdd(factor, TSimd.Load(second + k), c2);
            c3 = TSimd.MultiplyAdd(factor, TSimd.Load(second + k + TSimd.Width), c3);
            c4 = TSimd.MultiplyAdd(factor, TSimd.Load(third + k), c4);
            c5 = TSimd.MultiplyAdd(factor, TSimd.Load(third + k + TSimd.Width), c5);
            c6 = TSimd.MultiplyAdd(factor, TSimd.Load(fourth + k), c6);
            c7 = TSimd.MultiplyAdd(factor, TSimd.Load(fourth + k + TSimd.Width), c7);
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + TSimd.Width);
        TSimd.Store(c2, c + (2 * TSimd.Width));
        TSimd.Store(c3, c + (3 * TSimd.Width));
        TSimd.Store(c4, c + (4 * TSimd.Width));
        TSimd.Store(c5, c + (5 * TSimd.Width));
        TSimd.Store(c6, c + (6 * TSimd.Width));
        TSimd.Store(c7, c + (7 * TSimd.Width));
    }
}
