using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The right-hand matrix B (depth × columns) of a product, laid out for the micro-kernel.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PackedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _data;

    public PackedMatrix(int depth, int columns)
    {
        Depth = depth;
        Columns = columns;
        _data = new T[depth * columns];
    }

    /// <summary>Rows of B, the length of the sums.</summary>
    public int Depth { get; }

    /// <summary>Columns of B and of the result.</summary>
    public int Columns { get; }

    /// <summary>The packed elements.</summary>
    public ReadOnlySpan<T> Data => _data;

    /// <summary>B = source, which is (depth × columns), row-major.</summary>
    public void Pack(ReadOnlySpan<T> source) => source.CopyTo(_data);

    /// <summary>B = sourceᵀ, where source is (columns × depth), row-major: a weight matrix (out × in) for the forward pass.</summary>
    public void PackTransposed(ReadOnlySpan<T> source)
    {
        for (int k = 0; k < Depth; k++)
        {
            for (int n = 0; n < Columns; n++)
            {
                _data[(k * Columns) + n] = source[(n * Depth) + k];
            }
        }
    }
}
