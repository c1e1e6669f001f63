using System.Numerics;

namespace SobolevNet.Files;

/// <summary>Reads and writes arrays in NumPy's .npy format.</summary>
/// <remarks>
/// Written are format version 1.0, little-endian, C order. Read are versions 1 to 3, either byte order, C and Fortran order
/// (converted to row-major), and elements f2, f4, f8, i1 to i8, u1 to u8 and b1. A file is not trusted: its length is
/// compared with the shape before memory is taken, which is at most 8 times its length (bytes read as double), or twice that
/// in Fortran order.
/// </remarks>
public static class NpyFile
{
    /// <summary>Writes an array: to a temporary file beside, then renamed.</summary>
    /// <typeparam name="T">float, double, int, long or byte.</typeparam>
    /// <param name="path">The path of the file.</param>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The shape; its product is the number of elements. None given: a scalar.</param>
    /// <exception cref="ArgumentException">The shape does not fit the elements.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public static void Write<T>(string path, ReadOnlySpan<T> data, params ReadOnlySpan<int> shape)
        where T : unmanaged, INumber<T>
    {
        ArrayShape.Check(shape, data.Length, nameof(shape));
        _ = ElementType<T>();
        using var file = AtomicFile.Create(path);
        Write(file.Stream, data, shape);
        file.Commit();
    }

    /// <summary>Writes an array to a stream, from where it stands.</summary>
    /// <typeparam name="T">float, double, int, long or byte.</typeparam>
    /// <param name="stream">Where to write.</param>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The shape; its product is the number of elements. None given: a scalar.</param>
    /// <exception cref="ArgumentException">The shape does not fit the elements.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public static void Write<T>(Stream stream, ReadOnlySpan<T> data, params ReadOnlySpan<int> shape)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream cannot be written to.", nameof(stream));
        }

        ArrayShape.Check(shape, data.Length, nameof(shape));
        var (kind, size) = ElementType<T>();
        NpyHeader.Write(stream, kind, size, shape);
        LittleEndian.Write(stream, data);
    }

    /// <summary>Reads an array.</summary>
    /// <remarks>Elements are converted to <typeparamref name="T"/>: to float by rounding; to an integer type only from integers that fit.</remarks>
    /// <typeparam name="T">The element type wanted: float, double or a built-in integer type.</typeparam>
    /// <param name="path">The path of the file.</param>
    /// <returns>Shape and elements, row-major.</returns>
    /// <exception cref="InvalidDataException">The file is not an .npy file, is damaged, or its elements do not convert.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    /// <exception cref="IOException">The file does not exist, is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static NpyArray<T> Read<T>(string path)
        where T : unmanaged, INumber<T>
    {
        using var stream = InputFile.Open(path);
        return Read<T>(stream, path);
    }

    /// <summary>Reads an array from a stream, from where it stands to its end.</summary>
    /// <typeparam name="T">The element type wanted: float, double or a built-in integer type.</typeparam>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="origin">What to call the stream in messages, usually a path.</param>
    /// <returns>Shape and elements, row-major.</returns>
    /// <exception cref="ArgumentException">The stream cannot be read or cannot seek.</exception>
    /// <exception cref="InvalidDataException">The bytes are not an .npy array, are damaged, or its elements do not convert.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public static NpyArray<T> Read<T>(Stream stream, string origin)
        where T : unmanaged, INumber<T>
    {
        InputFile.Check(stream, origin);
        long length = stream.Length - stream.Position;
        return Read<T>(stream, length, length, $"\"{origin}\" is not a readable .npy file");
    }

    /// <summary>Reads an array from a stream that is to have a certain length.</summary>
    /// <param name="stream">Stands at the start of the array.</param>
    /// <param name="length">Bytes that are said to follow.</param>
    /// <param name="trusted">Bytes that are known to follow; memory beyond is only taken as data arrives.</param>
    /// <param name="fault">What to say first if it is not readable.</param>
    /// <param name="checkHeader">A further check of the header, before memory is taken.</param>
    internal static NpyArray<T> Read<T>(Stream stream, long length, long trusted, string fault, Action<NpyHeader>? checkHeader = null)
        where T : unmanaged, INumber<T>
    {
        CheckReadable<T>();
        return Guarded(fault, () =>
        {
            var header = ReadHeader(stream, length);
            if (header.Count > Array.MaxLength)
            {
                throw new InvalidDataException($"it has {header.Count} elements; at most {Array.MaxLength} are supported.");
            }

            checkHeader?.Invoke(header);
            var data = NpyElements.Read<T>(stream, header, (int)header.Count, trusted);
            return new NpyArray<T>(header.FortranOrder ? RowMajor(data, header.Shape) : data, header.Shape);
        });
    }

    /// <summary>Reads the header alone, and compares it with the length.</summary>
    /// <param name="stream">Stands at the start of the array.</param>
    /// <param name="length">Bytes that follow.</param>
    /// <param name="fault">What to say first if it is not readable.</param>
    /// <exception cref="InvalidDataException">It is not readable, or the length is another than its shape and elements take.</exception>
    internal static NpyHeader ReadHeader(Stream stream, long length, string fault) => Guarded(fault, () => ReadHeader(stream, length));

    private static NpyHeader ReadHeader(Stream stream, long length)
    {
        var header = NpyHeader.Read(stream);
        long expected = length - header.Length;
        long count = header.Count;
        return count >= 0 && count <= expected && count * header.ItemSize == expected
            ? header
            : throw new InvalidDataException(
                $"its shape {ArrayShape.Format(header.Shape)} of {header.ItemSize}-byte elements does not fit the {expected} bytes of data.");
    }

    /// <summary>Reads, and says in errors first whose they are.</summary>
    private static TResult Guarded<TResult>(string fault, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException inner)
        {
            throw new InvalidDataException($"{fault}: {inner.Message}", inner);
        }
        catch (EndOfStreamException inner)
        {
            throw new InvalidDataException($"{fault}: it ends early.", inner);
        }
    }

    /// <summary>Refuses element types that arrays are not read as.</summary>
    /// <exception cref="NotSupportedException">It is such a type.</exception>
    internal static void CheckReadable<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(sbyte) && typeof(T) != typeof(byte)
            && typeof(T) != typeof(short) && typeof(T) != typeof(ushort) && typeof(T) != typeof(int) && typeof(T) != typeof(uint)
            && typeof(T) != typeof(long) && typeof(T) != typeof(ulong))
        {
            throw new NotSupportedException($"Arrays are read as float, double or a built-in integer type, not as {typeof(T).Name}.");
        }
    }

    /// <summary>Kind and size of an element that can be written.</summary>
    internal static (char Kind, int Size) ElementType<T>() =>
        typeof(T) == typeof(float) ? ('f', 4)
        : typeof(T) == typeof(double) ? ('f', 8)
        : typeof(T) == typeof(int) ? ('i', 4)
        : typeof(T) == typeof(long) ? ('i', 8)
        : typeof(T) == typeof(byte) ? ('u', 1)
        : throw new NotSupportedException($"An array of {typeof(T).Name} cannot be written; float, double, int, long and byte can.");

    /// <summary>Reorders an array whose first index runs fastest into one whose last index does.</summary>
    private static T[] RowMajor<T>(T[] data, int[] shape)
        where T : unmanaged
    {
        var ordered = new T[data.Length];
        int[] index = new int[shape.Length];
        for (int to = 0; to < data.Length; to++)
        {
            long from = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                from = (from * shape[axis]) + index[axis];
            }

            ordered[to] = data[from];
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return ordered;
    }
}
