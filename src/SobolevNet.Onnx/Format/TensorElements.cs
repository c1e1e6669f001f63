using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using ElementType = SobolevNet.Onnx.Format.TensorProto.Types.DataType;

namespace SobolevNet.Onnx.Format;

/// <summary>The numbers of tensors.</summary>
internal static class TensorElements
{
    /// <summary>The element type of a precision.</summary>
    public static ElementType TypeOf<T>() => typeof(T) == typeof(float) ? ElementType.Float : ElementType.Double;

    /// <summary>Whether an element type is a floating-point one that is read.</summary>
    public static bool IsFloatingPoint(long type) =>
        (ElementType)type is ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.Bfloat16;

    /// <summary>A tensor of float, double or whole numbers of 64 bits.</summary>
    /// <exception cref="OverflowException">The elements are more bytes than an array holds.</exception>
    public static TensorProto Create<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged, INumber<T>
    {
        var type = typeof(T) == typeof(long) ? ElementType.Int64 : TypeOf<T>();
        int size = type == ElementType.Float ? 4 : 8;
        byte[] bytes = new byte[checked(data.Length * size)];
        for (int k = 0; k < data.Length; k++)
        {
            var at = bytes.AsSpan(k * size);
            switch (type)
            {
                case ElementType.Float:
                    BinaryPrimitives.WriteSingleLittleEndian(at, float.CreateTruncating(data[k]));
                    break;
                case ElementType.Double:
                    BinaryPrimitives.WriteDoubleLittleEndian(at, double.CreateTruncating(data[k]));
                    break;
                default:
                    BinaryPrimitives.WriteInt64LittleEndian(at, long.CreateTruncating(data[k]));
                    break;
            }
        }

        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.AddRange(shape);
        return tensor;
    }

    /// <summary>The elements, of whatever type and however they are stored.</summary>
    /// <exception cref="InvalidDataException">They lie in another file, are of a type that is not read, or are not as many as the shape says.</exception>
    public static double[] Read(TensorProto tensor)
    {
        string name = NodeText.Quote(tensor.Name);
        if (tensor.DataLocation != TensorProto.Types.DataLocation.Default)
        {
            throw new InvalidDataException($"the tensor {name} lies in another file; save the model with its weights inside.");
        }

        var type = (ElementType)tensor.DataType;
        double[] data = tensor.RawData.Length > 0 ? FromBytes(tensor.RawData.Span, type) : FromFields(tensor, type);
        if (type != ElementType.Int64 && !IsFloatingPoint(tensor.DataType))
        {
            throw new InvalidDataException($"the tensor {name} is of the element type {tensor.DataType}; expected float, double, float16, bfloat16 or int64.");
        }

        // As a double, since a product of false dimensions may be beyond any integer.
        double count = tensor.Dims.Aggregate(1.0, (product, size) => product * size);
        return count == data.Length && tensor.Dims.All(size => size >= 0)
            ? data
            : throw new InvalidDataException($"the tensor {name} has {data.Length} elements; its shape {NodeText.Shape(tensor.Dims)} needs {count:G10}.");
    }

    private static double[] FromBytes(ReadOnlySpan<byte> bytes, ElementType type)
    {
        int size = type switch
        {
            ElementType.Float => 4,
            ElementType.Float16 or ElementType.Bfloat16 => 2,
            _ => 8,
        };
        double[] data = new double[bytes.Length / size];
        for (int k = 0; k < data.Length; k++)
        {
            var at = bytes[(k * size)..];
            data[k] = type switch
            {
                ElementType.Float => BinaryPrimitives.ReadSingleLittleEndian(at),
                ElementType.Float16 or ElementType.Bfloat16 => FromHalf(BinaryPrimitives.ReadUInt16LittleEndian(at), type),
                ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
                _ => BinaryPrimitives.ReadDoubleLittleEndian(at),
            };
        }

        return data;
    }

    private static double[] FromFields(TensorProto tensor, ElementType type) => type switch
    {
        ElementType.Float => [.. tensor.FloatData.Select(element => (double)element)],
        ElementType.Float16 or ElementType.Bfloat16 => [.. tensor.Int32Data.Select(bits => FromHalf((ushort)bits, type))],
        ElementType.Int64 => [.. tensor.Int64Data.Select(element => (double)element)],
        _ => [.. tensor.DoubleData],
    };

    /// <summary>A number of 16 bits: of IEEE 754, or the upper half of a float.</summary>
    private static double FromHalf(ushort bits, ElementType type) =>
        type == ElementType.Float16 ? (double)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
