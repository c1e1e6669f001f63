using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <summary>A constant array of a model. A transposed matrix shares the numbers of the original.</summary>
internal sealed class Constant(double[] data, IReadOnlyList<long> shape, bool isInteger = false, bool isTransposed = false)
{
    public double[] Data => data;

    public IReadOnlyList<long> Shape => shape;

    /// <summary>Whether there is one element, which goes with every feature.</summary>
    public bool IsNumber => data.Length == 1;

    /// <summary>Whether the elements are of an integer type, which divides without remainder.</summary>
    public bool IsInteger => isInteger;

    public bool IsMatrix => shape.Count == 2;

    /// <summary>The one element of a number.</summary>
    public static Constant Number(double number, bool isInteger = false) => new([number], [], isInteger);

    public static Constant Of(TensorProto tensor) => new(TensorElements.Read(tensor), tensor.Dims, !TensorElements.IsFloatingPoint(tensor.DataType));

    public Constant Transposed() => new(data, [shape[1], shape[0]], isInteger, !isTransposed);

    /// <summary>The same numbers in a floating-point type.</summary>
    public Constant Real() => new(data, shape, isInteger: false, isTransposed);

    /// <summary>An element of a matrix.</summary>
    public double At(int row, int column) => isTransposed ? data[(column * shape[0]) + row] : data[(row * shape[1]) + column];

    /// <summary>Whether the array is one number for each of so many features, the same for all samples.</summary>
    public bool IsVectorOf(int features) => data.Length == features && shape.Count is 1 or 2 && shape[^1] == features;
}
