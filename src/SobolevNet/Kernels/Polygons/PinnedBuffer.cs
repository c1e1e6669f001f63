using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SobolevNet.Kernels;

/// <summary>Memory that stays where it is and grows to what is asked, for kernels to point into.</summary>
/// <typeparam name="T">An unmanaged type.</typeparam>
internal sealed unsafe class PinnedBuffer<T>
    where T : unmanaged
{
    private T[] _array = [];

    /// <summary>The first element; valid until the buffer grows.</summary>
    public T* Pointer => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));

    /// <summary>The elements from an offset on.</summary>
    public Span<T> Span(int offset, int length) => _array.AsSpan(offset, length);

    /// <summary>Makes room, keeping what is there.</summary>
    public T* Reserve(int length)
    {
        if (_array.Length < length)
        {
            var larger = GC.AllocateUninitializedArray<T>((int)BitOperations.RoundUpToPowerOf2((uint)length), pinned: true);
            _array.CopyTo(larger, 0);
            _array = larger;
        }

        return Pointer;
    }
}
