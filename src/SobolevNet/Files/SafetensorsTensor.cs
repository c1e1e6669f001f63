using System.Runtime.InteropServices;

namespace SobolevNet;

/// <summary>The element types of a safetensors file that this library reads and writes.</summary>
public enum SafetensorsDtype
{
    /// <summary>32-bit floating point, <see cref="float"/>.</summary>
    F32,

    /// <summary>64-bit floating point, <see cref="double"/>.</summary>
    F64,

    /// <summary>64-bit signed integer, <see cref="long"/>.</summary>
    I64,

    /// <summary>Unsigned byte, <see cref="byte"/>.</summary>
    U8,
}

/// <summary>A named array of a <see cref="SafetensorsFile"/>, row-major.</summary>
public sealed class SafetensorsTensor
{
    private readonly byte[] _bytes;
    private readonly int[] _shape;

    internal SafetensorsTensor(string name, SafetensorsDtype dtype, int[] shape, byte[] bytes)
    {
        Name = name;
        Dtype = dtype;
        _shape = shape;
        _bytes = bytes;
    }

    /// <summary>The name, unique in a file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>The shape; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Number of elements, the product of <see cref="Shape"/>.</summary>
    public int Length => _bytes.Length / SizeOf(Dtype);

    /// <summary>The elements as little-endian bytes, as they stand in the file.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Copies an array into a tensor.</summary>
    /// <typeparam name="T">float, double, long or byte.</typeparam>
    /// <param name="name">The name, not empty and not <c>__metadata__</c>.</param>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The shape; its product is the length of <paramref name="data"/>. None given: a scalar.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The name is refused, the shape does not fit, or there are over 2³¹ bytes.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public static SafetensorsTensor Create<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name == SafetensorsFile.MetadataKey)
        {
            throw new ArgumentException($"The name {SafetensorsFile.MetadataKey} is kept for the metadata.", nameof(name));
        }

        var dtype = DtypeOf<T>();
        ArrayShape.Check(shape, data.Length, nameof(shape));
        long size = (long)data.Length * SizeOf(dtype);
        if (size > Array.MaxLength)
        {
            throw new ArgumentException($"The tensor has {size} bytes; at most {Array.MaxLength} are supported.", nameof(data));
        }

        byte[] bytes = MemoryMarshal.AsBytes(data).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            LittleEndian.ReverseElements(MemoryMarshal.Cast<byte, T>(bytes.AsSpan()));
        }

        return new SafetensorsTensor(name, dtype, shape.ToArray(), bytes);
    }

    /// <summary>Copies the elements out.</summary>
    /// <remarks>
    /// float and double are converted into each other (double to float rounds to nearest); long and byte are not converted.
    /// Ask <see cref="Dtype"/> first where rounding would matter.
    /// </remarks>
    /// <typeparam name="T">float, double, long or byte.</typeparam>
    /// <param name="destination">Exactly <see cref="Length"/> elements.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidDataException">The tensor holds elements that do not convert to <typeparamref name="T"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public void CopyTo<T>(Span<T> destination)
        where T : unmanaged
    {
        if (destination.Length != Length)
        {
            throw new ArgumentException(
                $"The tensor \"{Name}\" {ArrayShape.Format(_shape)} has {Length} elements; the destination has {destination.Length}.",
                nameof(destination));
        }

        var wanted = DtypeOf<T>();
        if (wanted == Dtype)
        {
            _bytes.CopyTo(MemoryMarshal.AsBytes(destination));
            if (!BitConverter.IsLittleEndian)
            {
                LittleEndian.ReverseElements(destination);
            }
        }
        else if (wanted == SafetensorsDtype.F64 && Dtype == SafetensorsDtype.F32)
        {
            LittleEndian.Convert<float, double>(_bytes, MemoryMarshal.Cast<T, double>(destination), bigEndian: false, x => x);
        }
        else if (wanted == SafetensorsDtype.F32 && Dtype == SafetensorsDtype.F64)
        {
            LittleEndian.Convert<double, float>(_bytes, MemoryMarshal.Cast<T, float>(destination), bigEndian: false, x => (float)x);
        }
        else
        {
            throw new InvalidDataException($"The tensor \"{Name}\" holds {Dtype}; {wanted} was asked for.");
        }
    }

    /// <summary>Copies the elements into a new array; see <see cref="CopyTo{T}(Span{T})"/>.</summary>
    /// <typeparam name="T">float, double, long or byte.</typeparam>
    /// <returns>The elements, row-major.</returns>
    /// <exception cref="InvalidDataException">The tensor holds elements that do not convert to <typeparamref name="T"/>.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        var data = new T[Length];
        CopyTo<T>(data);
        return data;
    }

    /// <summary>Name, element type and shape.</summary>
    /// <returns>For instance "layers.0.weight: F32 (512, 1681)".</returns>
    public override string ToString() => $"{Name}: {Dtype} {ArrayShape.Format(_shape)}";

    internal static int SizeOf(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F32 => 4,
        SafetensorsDtype.U8 => 1,
        _ => 8,
    };

    private static SafetensorsDtype DtypeOf<T>() =>
        typeof(T) == typeof(float) ? SafetensorsDtype.F32
        : typeof(T) == typeof(double) ? SafetensorsDtype.F64
        : typeof(T) == typeof(long) ? SafetensorsDtype.I64
        : typeof(T) == typeof(byte) ? SafetensorsDtype.U8
        : throw new NotSupportedException($"A tensor of {typeof(T).Name} is not supported; float, double, long and byte are.");
}
