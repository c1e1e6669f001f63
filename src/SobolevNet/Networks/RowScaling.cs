using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Changes the units of rows of features in place.</summary>
/// <remarks>
/// Raw values are shifted before they are multiplied by anything. Folded into weights and a bias instead, W/d · x and
/// b − W s/d would cancel where the shift s is large beside the scale d, and lose s/d times the rounding of the type.
/// </remarks>
internal static class RowScaling
{
    /// <summary>Features from which calls of vector functions pay.</summary>
    private const int ManyFeatures = 16;

    /// <summary>The largest shift, in scales, that <see cref="KeepZeros"/> moves.</summary>
    private const int MaxFoldedShift = 4;

    /// <summary>
    /// Splits a scaling for inputs of which many are zero, such as the pixels around what an image shows. Zeros stay zero under the part for
    /// the rows, so that products can leave them out. The rest is a constant that the first bias takes.
    /// </summary>
    /// <remarks>
    /// Only shifts of up to <see cref="MaxFoldedShift"/> scales are moved: the sum W·x/d + W·(−s/d) then loses three bits at most where its
    /// terms cancel. Larger ones stay with the rows, where they lose nothing.
    /// </remarks>
    /// <returns>The scaling of the rows, and what has to be added to its result: −shift/scale of the features whose shift was moved. Null if there is none.</returns>
    public static (FeatureScaling<T> OfRows, T[]? Offset) KeepZeros<T>(FeatureScaling<T> scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] shift = scaling.Shift.ToArray();
        var offset = new T[shift.Length];
        for (int f = 0; f < shift.Length; f++)
        {
            T standardized = shift[f] / scaling.Scale[f];
            if (T.Abs(standardized) <= T.CreateTruncating(MaxFoldedShift))
            {
                (shift[f], offset[f]) = (T.Zero, -standardized);
            }
        }

        return offset.AsSpan().ContainsAnyExcept(T.Zero) ? (new FeatureScaling<T>(shift, scaling.Scale), offset) : (scaling, null);
    }

    /// <summary>Takes values x to (x − shift) / scale and derivatives, or adjoints of standardized values, to x / scale.</summary>
    /// <param name="scaling">The units.</param>
    /// <param name="rows">Shape (rows, features).</param>
    /// <param name="values">How many of the rows, the first ones, are values.</param>
    public static void ToStandard<T>(FeatureScaling<T> scaling, Span<T> rows, int values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run<T, Standard>(scaling, rows, values);

    /// <summary>Takes values y to y · scale + shift and derivatives, or adjoints of raw values, to y · scale.</summary>
    /// <param name="scaling">The units.</param>
    /// <param name="rows">Shape (rows, features).</param>
    /// <param name="values">How many of the rows, the first ones, are values.</param>
    public static void ToRaw<T>(FeatureScaling<T> scaling, Span<T> rows, int values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run<T, Raw>(scaling, rows, values);

    private static void Run<T, TUnits>(FeatureScaling<T> scaling, Span<T> rows, int values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TUnits : struct, IUnits
    {
        var shift = scaling.Shift;
        var scale = scaling.Scale;
        for (int start = 0, r = 0; start < rows.Length; start += scale.Length, r++)
        {
            var row = rows.Slice(start, scale.Length);
            if (row.Length >= ManyFeatures)
            {
                TUnits.Take(row, shift, scale, r < values);
                continue;
            }

            for (int f = 0; f < row.Length; f++)
            {
                row[f] = TUnits.Take(row[f], shift[f], scale[f], r < values);
            }
        }
    }

    /// <summary>The units that features are taken to.</summary>
    private interface IUnits
    {
        static abstract T Take<T>(T feature, T shift, T scale, bool isValue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;

        static abstract void Take<T>(Span<T> row, ReadOnlySpan<T> shift, ReadOnlySpan<T> scale, bool isValue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    private readonly struct Standard : IUnits
    {
        public static T Take<T>(T feature, T shift, T scale, bool isValue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => (isValue ? feature - shift : feature) / scale;

        public static void Take<T>(Span<T> row, ReadOnlySpan<T> shift, ReadOnlySpan<T> scale, bool isValue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (isValue)
            {
                TensorPrimitives.Subtract(row, shift, row);
            }

            TensorPrimitives.Divide(row, scale, row);
        }
    }

    private readonly struct Raw : IUnits
    {
        public static T Take<T>(T feature, T shift, T scale, bool isValue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T raw = feature * scale;
            return isValue ? raw + shift : raw;
        }

        public static void Take<T>(Span<T> row, ReadOnlySpan<T> shift, ReadOnlySpan<T> scale, bool isValue)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            TensorPrimitives.Multiply(row, scale, row);
            if (isValue)
            {
                TensorPrimitives.Add(row, shift, row);
            }
        }
    }
}
