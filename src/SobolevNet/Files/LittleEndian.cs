using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SobolevNet.Files;

/// <summary>Numbers as the little-endian bytes that files hold, on machines of either byte order.</summary>
internal static class LittleEndian
{
    /// <summary>Elements converted at a time; small enough for the stack.</summary>
    private const int Chunk = 512;

    /// <summary>Writes the bytes of numbers.</summary>
    public static void Write<T>(Stream stream, ReadOnlySpan<T> data)
        where T : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(data));
            return;
        }

        Span<T> copy = stackalloc T[Chunk];
        while (!data.IsEmpty)
        {
            int count = Math.Min(Chunk, data.Length);
            data[..count].CopyTo(copy);
            ReverseElements(copy[..count]);
            stream.Write(MemoryMarshal.AsBytes(copy[..count]));
            data = data[count..];
        }
    }

    /// <summary>Turns bytes read from a file into numbers of the same size, converting each by <paramref name="convert"/>.</summary>
    public static void Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, Span<TTo> destination, bool bigEndian, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        bool reverse = bigEndian == BitConverter.IsLittleEndian;
        Span<TFrom> copy = stackalloc TFrom[Chunk];
        while (!destination.IsEmpty)
        {
            int count = Math.Min(Chunk, destination.Length);
            var part = copy[..count];
            var partBytes = MemoryMarshal.AsBytes(part);
            bytes[..partBytes.Length].CopyTo(partBytes);
            if (reverse)
            {
                ReverseElements(part);
            }

            for (int k = 0; k < count; k++)
            {
                destination[k] = convert(part[k]);
            }

            bytes = bytes[partBytes.Length..];
            destination = destination[count..];
        }
    }

    /// <summary>Swaps the byte order of every element in place.</summary>
    public static void ReverseElements<T>(Span<T> data)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        var bytes = MemoryMarshal.AsBytes(data);
        switch (size)
        {
            case 1:
                break;
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            default:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
