using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>Refuses inputs that are not finite: a network would turn one NaN into outputs that are all NaN, or worse, into numbers.</summary>
/// <remarks>An infinite input gives a plausible output where the activation saturates.</remarks>
internal static class FiniteInputs
{
    /// <summary>Checks values, shape (samples, features).</summary>
    /// <exception cref="ArgumentException">An element is not finite.</exception>
    public static void Check<T>(ReadOnlySpan<T> x, int features, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!x.IsEmpty && !TensorPrimitives.IsFiniteAll(x))
        {
            int k = IndexOfNotFinite(x);
            throw new ArgumentException($"{name} is {x[k]} in feature {k % features} of sample {k / features}; inputs must be finite.", name);
        }
    }

    /// <summary>Checks jets.</summary>
    /// <exception cref="ArgumentException">An element is not finite.</exception>
    public static void Check<T>(JetSpan<T> jets, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int c = 0; c < jets.Layout.Count; c++)
        {
            ReadOnlySpan<T> rows = jets.Component(c);
            if (!rows.IsEmpty && !TensorPrimitives.IsFiniteAll(rows))
            {
                int k = IndexOfNotFinite(rows);
                throw new ArgumentException(
                    $"{name} is {rows[k]} in component {jets.Layout.NameOf(c)}, feature {k % jets.Features} of sample {k / jets.Features}; " +
                    "inputs must be finite.",
                    name);
            }
        }
    }

    private static int IndexOfNotFinite<T>(ReadOnlySpan<T> elements)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int k = 0;
        while (T.IsFinite(elements[k]))
        {
            k++;
        }

        return k;
    }
}
