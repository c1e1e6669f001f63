namespace SobolevNet.LabelChecking;

/// <summary>A sample moved along its tangents, for checking labels by finite differences of what made them.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="sample">The number of the sample.</param>
/// <param name="offset">
/// How far to move along each tangent of the layout, in the coordinates that derivatives are taken by; all zeros gives the
/// sample itself.
/// </param>
/// <param name="input">Receives x there, n numbers.</param>
/// <param name="target">Receives y there, m numbers.</param>
public delegate void LabelPath<T>(long sample, ReadOnlySpan<double> offset, Span<T> input, Span<T> target)
    where T : unmanaged;

/// <summary>The function that labels were taken from.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="x">The input, n numbers.</param>
/// <param name="y">Receives the outputs, m numbers.</param>
public delegate void LabelFunction<T>(ReadOnlySpan<T> x, Span<T> y)
    where T : unmanaged;

/// <summary>Settings of a <see cref="LabelCheck"/>.</summary>
public sealed class LabelCheckOptions
{
    /// <summary>
    /// Samples looked at, at most, when labels are compared with values; a random choice by a fixed seed. Noisy labels need more of them. Large
    /// images get fewer.
    /// </summary>
    public int MaxSamples { get; init; } = 16384;

    /// <summary>Samples looked at, at most, when a function is differentiated.</summary>
    public int MaxFunctionSamples { get; init; } = 64;

    /// <summary>
    /// Step of finite differences of a function, as a share of <see cref="IJetSource{T}.TangentScale"/>; if left out,
    /// 10⁻³ for double and 2·10⁻² for float.
    /// </summary>
    public double? Step { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSamples, 2, nameof(MaxSamples));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFunctionSamples, 1, nameof(MaxFunctionSamples));
        if (Step is { } step && !(step > 0 && double.IsFinite(step)))
        {
            throw new ArgumentOutOfRangeException(nameof(Step), step, "The step must be positive and finite.");
        }
    }
}
