namespace SobolevNet.Robustness;

/// <summary>A ring of spatial frequencies of an image.</summary>
/// <remarks>
/// The cosine mode (i, j) of a rows × columns image, cos(π(y + ½)i/rows)·cos(π(x + ½)j/columns), has the frequency
/// √((i/rows)² + (j/columns)²) in units of the Nyquist frequency of an axis, half a cycle a pixel; so frequencies go from 0 to √2. A
/// band holds the modes with Low ≤ frequency &lt; High.
/// </remarks>
public sealed class FrequencyBand
{
    /// <summary>Makes a band.</summary>
    /// <param name="low">Lower edge in units of the Nyquist frequency, at least 0.</param>
    /// <param name="high">Upper edge, above <paramref name="low"/>; may be infinite.</param>
    /// <exception cref="ArgumentOutOfRangeException">An edge is out of range.</exception>
    public FrequencyBand(double low, double high)
    {
        if (!(low >= 0 && double.IsFinite(low)))
        {
            throw new ArgumentOutOfRangeException(nameof(low), low, "The lower edge of a band is finite and at least 0.");
        }

        if (!(high > low))
        {
            throw new ArgumentOutOfRangeException(nameof(high), high, $"The upper edge of a band is above the lower one, {low}.");
        }

        (Low, High) = (low, high);
    }

    /// <summary>Lower edge, in the band.</summary>
    public double Low { get; }

    /// <summary>Upper edge, not in the band.</summary>
    public double High { get; }

    /// <summary>Whether a cosine mode of an image is in the band.</summary>
    /// <param name="i">Half waves from top to bottom, 0 to rows − 1.</param>
    /// <param name="j">Half waves from left to right, 0 to columns − 1.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="columns">Columns of the image.</param>
    /// <returns>Whether it is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image has no such mode, or no size.</exception>
    internal bool Contains(int i, int j, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)rows, nameof(i));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)j, (uint)columns, nameof(j));
        double frequency = Math.Sqrt(((double)i * i / ((double)rows * rows)) + ((double)j * j / ((double)columns * columns)));
        return frequency >= Low && frequency < High;
    }
}
