using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SobolevNet.Files;

/// <summary>Reads the elements that follow an .npy header, converting them to the type wanted.</summary>
internal static class NpyElements
{
    /// <summary>Bytes read at a time.</summary>
    private const int Chunk = 1 << 16;

    /// <summary>Reads all elements in the order of the file.</summary>
    /// <param name="stream">Stands at the first element.</param>
    /// <param name="header">Their type.</param>
    /// <param name="count">Their number.</param>
    /// <param name="trusted">Bytes that surely follow; beyond that the array grows only as they arrive.</param>
    /// <exception cref="EndOfStreamException">The stream ends early.</exception>
    /// <exception cref="InvalidDataException">An element does not convert, or more bytes follow.</exception>
    public static T[] Read<T>(Stream stream, NpyHeader header, int count, long trusted)
        where T : unmanaged, INumber<T>
    {
        long sure = Math.Max(trusted, Chunk) / header.ItemSize;
        var data = new T[Math.Min(count, sure)];
        byte[] buffer = new byte[Math.Min(Chunk, (long)count * header.ItemSize)];
        for (int done = 0; done < count;)
        {
            int size = Math.Min(Chunk / header.ItemSize, count - done);
            var bytes = buffer.AsSpan(0, size * header.ItemSize);
            stream.ReadExactly(bytes);
            if (done + size > data.Length)
            {
                Array.Resize(ref data, (int)Math.Min(count, Math.Max(done + size, 2L * data.Length)));
            }

            Convert(bytes, data.AsSpan(done, size), header);
            done += size;
        }

        return stream.ReadByte() < 0 ? data : throw new InvalidDataException("more bytes follow than it says.");
    }

    /// <summary>Whether the bytes of a file are those of the elements in memory.</summary>
    public static bool IsStoredAs<T>(NpyHeader header)
        where T : unmanaged =>
        header.BigEndian != BitConverter.IsLittleEndian && header.Kind == 'f' && header.ItemSize == Unsafe.SizeOf<T>() && (typeof(T) == typeof(float) || typeof(T) == typeof(double));

    /// <summary>Turns bytes of a file into elements.</summary>
    /// <exception cref="InvalidDataException">An element does not convert.</exception>
    public static void Convert<T>(ReadOnlySpan<byte> bytes, Span<T> destination, NpyHeader header)
        where T : unmanaged, INumber<T>
    {
        switch (header.Kind, header.ItemSize)
        {
            case ('f', 2):
                FromFloating<Half, T>(bytes, destination, header);
                break;
            case ('f', 4):
                FromFloating<float, T>(bytes, destination, header);
                break;
            case ('f', _):
                FromFloating<double, T>(bytes, destination, header);
                break;
            case ('i', 1):
                FromInteger<sbyte, T>(bytes, destination, header);
                break;
            case ('i', 2):
                FromInteger<short, T>(bytes, destination, header);
                break;
            case ('i', 4):
                FromInteger<int, T>(bytes, destination, header);
                break;
            case ('i', _):
                FromInteger<long, T>(bytes, destination, header);
                break;
            case (_, 1):
                FromInteger<byte, T>(bytes, destination, header);
                break;
            case (_, 2):
                FromInteger<ushort, T>(bytes, destination, header);
                break;
            case (_, 4):
                FromInteger<uint, T>(bytes, destination, header);
                break;
            default:
                FromInteger<ulong, T>(bytes, destination, header);
                break;
        }
    }

    private static void FromFloating<TFile, T>(ReadOnlySpan<byte> bytes, Span<T> destination, NpyHeader header)
        where TFile : unmanaged, INumber<TFile>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new InvalidDataException($"its elements are f{header.ItemSize}; whole numbers are expected.");
        }

        if (typeof(TFile) == typeof(T))
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(destination));
            if (header.BigEndian == BitConverter.IsLittleEndian)
            {
                LittleEndian.ReverseElements(destination);
            }

            return;
        }

        LittleEndian.Convert<TFile, T>(bytes, destination, header.BigEndian, T.CreateTruncating);
    }

    private static void FromInteger<TFile, T>(ReadOnlySpan<byte> bytes, Span<T> destination, NpyHeader header)
        where TFile : unmanaged, INumber<TFile>
        where T : unmanaged, INumber<T>
    {
        try
        {
            LittleEndian.Convert<TFile, T>(bytes, destination, header.BigEndian, T.CreateChecked);
        }
        catch (OverflowException fault)
        {
            throw new InvalidDataException($"an element is too large for {typeof(T).Name}.", fault);
        }
    }
}
