using System.Runtime.InteropServices;

namespace SobolevNet.Files;

/// <summary>The element types of a safetensors file.</summary>
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

    /// <summary>16-bit floating point of IEEE 754, <see cref="Half"/>; read, not written.</summary>
    F16,

    /// <summary>16-bit floating point with the exponent of <see cref="float"/> (bfloat16); read, not written.</summary>
    BF16,

    /// <summary>Any other type of the format, such as I32 or BOOL: only the bytes are given.</summary>
    Other,
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
        Length = (int)ArrayShape.ElementCount(shape);
    }

    /// <summary>The name, unique in a file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>The shape; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Number of elements, the product of <see cref="Shape"/>.</summary>
    public int Length { get; }

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
    /// All floating types are converted to float and double (double to float rounds to nearest); long and byte are not converted.
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
                $"The tensor \"{ForeignText.Cut(Name)}\" {ArrayShape.Format(_shape)} has {Length} elements; the destination has {destination.Length}.",
                nameof(destination));
        }

        var wanted = DtypeOf<T>();
        switch (wanted, Dtype)
        {
            case var (_, same) when same == wanted:
                _bytes.CopyTo(MemoryMarshal.AsBytes(destination));
                if (!BitConverter.IsLittleEndian)
                {
                    LittleEndian.ReverseElements(destination);
                }

                break;
            case (SafetensorsDtype.F32, SafetensorsDtype.F64):
                Convert<double, float, T>(destination, x => (float)x);
                break;
            case (SafetensorsDtype.F32, SafetensorsDtype.F16):
                Convert<Half, float, T>(destination, x => (float)x);
                break;
            case (SafetensorsDtype.F32, SafetensorsDtype.BF16):
                Convert<ushort, float, T>(destination, Widen);
                break;
            case (SafetensorsDtype.F64, SafetensorsDtype.F32):
                Convert<float, double, T>(destination, x => x);
                break;
            case (SafetensorsDtype.F64, SafetensorsDtype.F16):
                Convert<Half, double, T>(destination, x => (double)x);
                break;
            case (SafetensorsDtype.F64, SafetensorsDtype.BF16):
                Convert<ushort, double, T>(destination, x => Widen(x));
                break;
            default:
                throw new InvalidDataException($"The tensor \"{ForeignText.Cut(Name)}\" holds {Dtype}; {wanted} was asked for.");
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

    /// <summary>Bytes of an element of a type that is converted.</summary>
    internal static int SizeOf(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.U8 => 1,
        SafetensorsDtype.F16 or SafetensorsDtype.BF16 => 2,
        SafetensorsDtype.F32 => 4,
        SafetensorsDtype.F64 or SafetensorsDtype.I64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Elements of this type are not converted."),
    };

    /// <summary>A bfloat16 number is the upper half of a float.</summary>
    private static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private void Convert<TFile, TFound, T>(Span<T> destination, Func<TFile, TFound> convert)
        where TFile : unmanaged
        where TFound : unmanaged
        where T : unmanaged =>
        LittleEndian.Convert(_bytes, MemoryMarshal.Cast<T, TFound>(destination), bigEndian: false, convert);

    private static SafetensorsDtype DtypeOf<T>() =>
        typeof(T) == typeof(float) ? SafetensorsDtype.F32
        : typeof(T) == typeof(double) ? SafetensorsDtype.F64
        : typeof(T) == typeof(long) ? SafetensorsDtype.I64
        : typeof(T) == typeof(byte) ? SafetensorsDtype.U8
        : throw new NotSupportedException($"A tensor of {typeof(T).Name} is not supported; float, double, long and byte are.");
}
