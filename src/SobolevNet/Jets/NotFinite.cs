using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Looks for numbers that are not finite. Callers say in their message whose they are.</summary>
internal static class NotFinite
{
    /// <summary>Numbers from which a call of a vector function pays.</summary>
    private const int ManyNumbers = 16;

    /// <summary>The index of the first number that is not finite; -1 if all are.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="allowNaN">Whether NaN, a label that is missing, counts as finite.</param>
    public static int IndexIn<T>(ReadOnlySpan<T> numbers, bool allowNaN = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (numbers.Length >= ManyNumbers && TensorPrimitives.IsFiniteAll(numbers))
        {
            return -1;
        }

        for (int at = 0; at < numbers.Length; at++)
        {
            if (!T.IsFinite(numbers[at]) && !(allowNaN && T.IsNaN(numbers[at])))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Where the first number of some jets stands that is not finite, by component, sample and feature; null if all are finite.</summary>
    /// <param name="jets">The jets.</param>
    /// <param name="allowNaN">Whether NaN, a label that is missing, counts as finite.</param>
    public static JetPlace? In<T>(JetSpan<T> jets, bool allowNaN = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < jets.Layout.Count; c++)
        {
            int at = IndexIn<T>(jets.Component(c), allowNaN);
            if (at >= 0)
            {
                return new JetPlace(c, at / jets.Features, at % jets.Features);
            }
        }

        return null;
    }
}

/// <summary>The place of an element of a batch of jets.</summary>
/// <param name="Component">The component.</param>
/// <param name="Sample">The sample.</param>
/// <param name="Feature">The feature.</param>
internal readonly record struct JetPlace(int Component, int Sample, int Feature);
