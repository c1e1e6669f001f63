using System.Globalization;
using System.Numerics;
using System.Text;

namespace SobolevNet.Files;

/// <summary>Shapes of arrays in files: sizes that cannot overflow, and how they are written in messages.</summary>
internal static class ArrayShape
{
    /// <summary>More dimensions than any sensible array has; a limit for hostile headers.</summary>
    public const int MaxRank = 32;

    /// <summary>Number of elements of a shape, or −1 if a dimension is negative or the product exceeds 63 bits.</summary>
    public static long ElementCount<T>(ReadOnlySpan<T> shape)
        where T : unmanaged, IBinaryInteger<T>
    {
        // A zero anywhere makes the product zero, however large the rest; it is looked for first so that nothing overflows.
        bool empty = false;
        foreach (T dimension in shape)
        {
            if (T.IsNegative(dimension))
            {
                return -1;
            }

            empty |= T.IsZero(dimension);
        }

        if (empty)
        {
            return 0;
        }

        long count = 1;
        foreach (T dimension in shape)
        {
            long length = long.CreateChecked(dimension);
            if (count > long.MaxValue / length)
            {
                return -1;
            }

            count *= length;
        }

        return count;
    }

    /// <summary>A shape as "(3, 4)".</summary>
    public static string Format<T>(ReadOnlySpan<T> shape)
        where T : unmanaged, IBinaryInteger<T>
    {
        var text = new StringBuilder("(");
        for (int axis = 0; axis < shape.Length; axis++)
        {
            text.Append(axis == 0 ? "" : ", ").Append(shape[axis].ToString(null, CultureInfo.InvariantCulture));
        }

        return text.Append(')').ToString();
    }

    /// <summary>Checks a shape given by a caller against the elements given with it.</summary>
    /// <exception cref="ArgumentException">A dimension is negative, there are too many, or the product is not the length.</exception>
    public static void Check(ReadOnlySpan<int> shape, long length, string shapeName)
    {
        if (shape.Length > MaxRank)
        {
            throw new ArgumentException($"The shape has {shape.Length} dimensions; at most {MaxRank} can be written.", shapeName);
        }

        if (ElementCount(shape) != length)
        {
            throw new ArgumentException($"The shape {Format(shape)} does not fit {length} elements.", shapeName);
        }
    }
}
