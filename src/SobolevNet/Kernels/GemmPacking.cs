using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SobolevNet.Kernels;

/// <summary>The two ways to bring a block of a row-major matrix into the order in which the micro-kernel reads it.</summary>
/// <remarks>
/// Both write destination[k·step + r], where k is the depth of a sum and r the place in a tile. Lanes hold neighbors of a
/// source row. A tail shorter than a vector is handled by one more vector that overlaps the last whole one, so that nothing
/// outside the block is read or written; blocks narrower than a vector are moved one element at a time.
/// Vectors are 128 bits: packing is under 3 % of a product, and 256-bit transposes were not measurably faster.
/// </remarks>
internal static unsafe class GemmPacking
{
    private const int DepthOfStrip = 64;

    /// <summary>destination[k·step + r] = source[k·stride + r], k below <paramref name="depth"/>, r below <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T>(T* source, nint stride, nint depth, nint count, T* destination, nint step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint bytes = count * sizeof(T);
        if (Vector256.IsHardwareAccelerated && bytes >= Vector256<byte>.Count)
        {
            nint last = count - Vector256<T>.Count;
            for (; depth > 0; depth--)
            {
                for (nint r = 0; r < last; r += Vector256<T>.Count)
                {
                    Vector256.Load(source + r).Store(destination + r);
                }

                Vector256.Load(source + last).Store(destination + last);
                source += stride;
                destination += step;
            }
        }
        else if (bytes >= Vector128<byte>.Count)
        {
            nint last = count - Vector128<T>.Count;
            for (; depth > 0; depth--)
            {
                for (nint r = 0; r < last; r += Vector128<T>.Count)
                {
                    Vector128.Load(source + r).Store(destination + r);
                }

                Vector128.Load(source + last).Store(destination + last);
                source += stride;
                destination += step;
            }
        }
        else
        {
            for (; depth > 0; depth--)
            {
                for (nint r = 0; r < count; r++)
                {
                    destination[r] = source[r];
                }

                source += stride;
                destination += step;
            }
        }
    }

    /// <summary>destination[k·step + r] = source[r·stride + k], k below <paramref name="depth"/>, r below <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose<T>(T* source, nint stride, nint count, nint depth, T* destination, nint step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint side = Vector128<T>.Count;
        if (!HasInterleave || count < side || depth < side)
        {
            for (nint k = 0; k < depth; k++)
            {
                for (nint r = 0; r < count; r++)
                {
                    destination[(k * step) + r] = source[(r * stride) + k];
                }
            }

            return;
        }

        // Strips of the depth, so that the lines of the destination are still near when the next four rows fill them further.
        for (nint strip = 0; strip < depth; strip += DepthOfStrip)
        {
            nint end = nint.Min(depth, strip + DepthOfStrip);
            for (nint r = 0; r < count; r += side)
            {
                nint row = nint.Min(r, count - side);
                T* from = source + (row * stride);
                T* to = destination + row;
                for (nint k = strip; k < end; k += side)
                {
                    nint start = nint.Min(k, depth - side);
                    TransposeSquare(from + start, stride, to + (start * step), step);
                }
            }
        }
    }

    /// <summary>
    /// Asks for a block of a row-major matrix to be brought into the second-level cache. Blocks are read with strides that
    /// the hardware does not foresee; left to itself, packing them takes a fifth of a product.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch<T>(T* source, nint stride, int rows, int count)
        where T : unmanaged
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (; rows > 0; rows--)
        {
            byte* last = (byte*)(source + count - 1);
            for (byte* line = AlignedMemory.LineOf(source); line <= last; line += AlignedMemory.Alignment)
            {
                Sse.Prefetch1(line);
            }

            source += stride;
        }
    }

    /// <summary>The same for elements that lie side by side.</summary>
    public static void Prefetch<T>(T* source, int count)
        where T : unmanaged
    {
        if (count > 0)
        {
            Prefetch(source, 0, 1, count);
        }
    }

    private static bool HasInterleave
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;
    }

    /// <summary>4 × 4 floats or 2 × 2 doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare<T>(T* source, nint stride, T* destination, nint step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (sizeof(T) == sizeof(double))
        {
            var p = Vector128.Load((double*)source);
            var q = Vector128.Load((double*)(source + stride));
            InterleaveLow(p, q).Store((double*)destination);
            InterleaveHigh(p, q).Store((double*)(destination + step));
            return;
        }

        var a = Vector128.Load((float*)source);
        var b = Vector128.Load((float*)(source + stride));
        var c = Vector128.Load((float*)(source + (2 * stride)));
        var d = Vector128.Load((float*)(source + (3 * stride)));
        var ab = InterleaveLow(a, b).AsDouble(); // a0 b0 a1 b1
        var cd = InterleaveLow(c, d).AsDouble();
        InterleaveLow(ab, cd).AsSingle().Store((float*)destination);
        InterleaveHigh(ab, cd).AsSingle().Store((float*)(destination + step));
        ab = InterleaveHigh(a, b).AsDouble(); // a2 b2 a3 b3
        cd = InterleaveHigh(c, d).AsDouble();
        InterleaveLow(ab, cd).AsSingle().Store((float*)(destination + (2 * step)));
        InterleaveHigh(ab, cd).AsSingle().Store((float*)(destination + (3 * step)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> InterleaveLow(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> InterleaveHigh(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
