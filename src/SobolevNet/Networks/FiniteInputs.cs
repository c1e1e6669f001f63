using System.Numerics;

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
        int k = NotFinite.IndexIn(x);
        if (k >= 0)
        {
            throw new ArgumentException($"{name} is {x[k]} in feature {k % features} of sample {k / features}; inputs must be finite.", name);
        }
    }

    /// <summary>Checks jets.</summary>
    /// <exception cref="ArgumentException">An element is not finite.</exception>
    public static void Check<T>(JetSpan<T> jets, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NotFinite.In(jets) is var (component, sample, feature))
        {
            throw new ArgumentException(
                $"{name} is {jets[component, sample, feature]} in component {jets.Layout.NameOf(component)}, feature {feature} of sample {sample}; " +
                "inputs must be finite.",
                name);
        }
    }
}
