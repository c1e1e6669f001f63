using System.Numerics;
using System.Runtime.CompilerServices;

namespace SobolevNet.Kernels;

/// <summary>
/// The scratch memory of one thread, for packed panels: starts at a cache line, grows as needed and is then kept.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class Workspace<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _memory = [];
    private int _offset;

    /// <summary>Elements of the memory held.</summary>
    public int Length => _memory.Length;

    /// <summary>At least this many elements, with unspecified content; the next call may hand out the same memory.</summary>
    public Span<T> Panel(int length)
    {
        if (_memory.Length - _offset < length)
        {
            (_memory, _offset) = AlignedMemory.Allocate<T>(length);
        }

        return _memory.AsSpan(_offset, length);
    }

    /// <summary>The start of <see cref="Panel"/>. The memory is pinned and lives as long as this object, or until it grows.</summary>
    public T* Pointer(int length) => (T*)Unsafe.AsPointer(ref Panel(length)[0]);
}

/// <summary>Arrays that the collector does not move, with a first element at the start of a cache line.</summary>
internal static unsafe class AlignedMemory
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int Alignment = 64;

    /// <summary>The most elements that fit into an array beside the gap before the first cache line.</summary>
    public static int MaxLength => Array.MaxLength - Alignment;

    /// <summary>The start of the cache line that an address lies in.</summary>
    public static byte* LineOf(void* address) => (byte*)((nuint)address & ~(nuint)(Alignment - 1));

    /// <summary>
    /// Zeros from the start of a cache line on. Rows of whole vectors then never straddle two lines, which halves the time of
    /// work that does little with each element.
    /// </summary>
    public static ArraySegment<T> Zeros<T>(int length)
        where T : unmanaged
    {
        // New pages of the system are zero and stay untouched until they are used.
        T[] array = GC.AllocateArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        return new ArraySegment<T>(array, OffsetOf(array), length);
    }

    /// <summary>An array with room for <paramref name="length"/> elements from <c>Offset</c> on, uninitialized.</summary>
    public static (T[] Array, int Offset) Allocate<T>(int length)
        where T : unmanaged
    {
        T[] array = GC.AllocateUninitializedArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        return (array, OffsetOf(array));
    }

    private static int OffsetOf<T>(T[] array)
        where T : unmanaged
    {
        nuint address = (nuint)Unsafe.AsPointer(ref array[0]);
        nuint gap = (Alignment - (address % Alignment)) % Alignment;
        return (int)(gap / (nuint)sizeof(T));
    }
}
