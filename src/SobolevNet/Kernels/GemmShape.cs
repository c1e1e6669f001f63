using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace SobolevNet.Kernels;

/// <summary>The sizes of tiles and blocks.</summary>
internal static unsafe class GemmShape
{
    /// <summary>Depth of a block: a panel of it, two vectors wide, takes at most 32 KB.</summary>
    public const int BlockDepth = 256;

    /// <summary>Bytes of the block of the left-hand matrix that is packed at once: an eighth of a 1 MB second-level cache.</summary>
    private const int BlockBytes = 128 * 1024;

    /// <summary>Columns of a tile: two vectors.</summary>
    public static int PanelWidth<T>(VectorWidth width)
        where T : unmanaged =>
        MicroKernel.Vectors * Math.Max(1, (int)width / (8 * sizeof(T)));

    /// <summary>The most rows of a tile: what the number of vector registers allows, 32 with AVX-512 and on ARM, else 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MaxRows<TVector>()
        where TVector : struct =>
        Unsafe.SizeOf<TVector>() == Vector512<byte>.Count || AdvSimd.IsSupported ? 14 : 6;

    /// <summary>Tiles of the left-hand matrix that are packed at once.</summary>
    public static int TilesOfBlock<T>(int maxRows)
        where T : unmanaged =>
        BlockBytes / (maxRows * BlockDepth * sizeof(T));

    /// <summary>How many blocks of at most <paramref name="size"/> make <paramref name="length"/>.</summary>
    public static int Blocks(int length, int size) => (length + size - 1) / size;

    /// <summary>
    /// Where a block starts. Blocks differ by one at most: 64 rows are four tiles of 13 and one of 12, rather than four of 14
    /// and one of 8.
    /// </summary>
    public static int Start(int block, int blocks, int length) => (int)((long)block * length / blocks);
}
