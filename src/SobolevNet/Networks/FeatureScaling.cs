using System.Numerics;

namespace SobolevNet;

/// <summary>An affine change of units of each feature: standardized = (raw − shift) / scale.</summary>
/// <remarks>
/// A network with scalings trains in standardized units, and takes and gives raw ones. Derivatives are scaled along. The shift of
/// an input is subtracted first, so that nothing cancels however large it is; <see cref="Mlp{T}.Fold"/> puts both scalings
/// into the first and last layer.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FeatureScaling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _shift;
    private readonly T[] _scale;

    /// <summary>Makes a scaling; the arrays are copied.</summary>
    /// <param name="shift">Finite, one for each feature.</param>
    /// <param name="scale">Finite and above 0, and so is 1 over it; one for each feature.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an element is not allowed.</exception>
    public FeatureScaling(ReadOnlySpan<T> shift, ReadOnlySpan<T> scale)
    {
        if (shift.IsEmpty || shift.Length != scale.Length)
        {
            throw new ArgumentException($"Shift has {shift.Length} elements and scale {scale.Length}; both need one a feature.", nameof(scale));
        }

        for (int f = 0; f < shift.Length; f++)
        {
            if (!T.IsFinite(shift[f]))
            {
                throw new ArgumentException($"The shift of feature {f} is {shift[f]}; it must be finite.", nameof(shift));
            }

            if (!T.IsFinite(scale[f]) || scale[f] <= T.Zero)
            {
                throw new ArgumentException($"The scale of feature {f} is {scale[f]}; it must be finite and above 0.", nameof(scale));
            }

            if (!T.IsFinite(T.One / scale[f]))
            {
                throw new ArgumentException(
                    $"The scale of feature {f} is {scale[f]}, so small that {typeof(T).Name} cannot hold 1 over it; use another unit.", nameof(scale));
            }
        }

        _shift = shift.ToArray();
        _scale = scale.ToArray();
    }

    /// <summary>Number of features.</summary>
    public int Features => _shift.Length;

    /// <summary>What is subtracted from each raw feature.</summary>
    public ReadOnlySpan<T> Shift => _shift;

    /// <summary>What each raw feature is then divided by.</summary>
    public ReadOnlySpan<T> Scale => _scale;
}
