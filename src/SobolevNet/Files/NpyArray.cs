using System.Numerics;

namespace SobolevNet.Files;

/// <summary>An array with a shape, as read from an .npy or .npz file; row-major.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class NpyArray<T>
    where T : unmanaged, INumber<T>
{
    private readonly int[] _shape;

    /// <summary>Wraps an array; nothing is copied.</summary>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The shape; its product is the number of elements. None given: a scalar.</param>
    /// <exception cref="ArgumentException">The shape does not fit the elements.</exception>
    public NpyArray(T[] data, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArrayShape.Check(shape, data.Length, nameof(shape));
        Data = data;
        _shape = shape.ToArray();
    }

    /// <summary>The shape; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The elements, row-major.</summary>
    public T[] Data { get; }
}
