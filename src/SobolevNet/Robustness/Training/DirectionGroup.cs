namespace SobolevNet.Robustness;

/// <summary>Random directions of one kind, along which every sample is trained.</summary>
public sealed class DirectionGroup
{
    /// <summary>Makes a group.</summary>
    /// <param name="sampler">Draws the directions.</param>
    /// <param name="count">Directions of a sample, 1 to 4,096. More make the estimate of the loss less noisy, not larger.</param>
    /// <param name="weight">The weight of the group's part of the loss, finite and above 0; 1 counts all dimensions of input space alike.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the weight is out of range.</exception>
    public DirectionGroup(DirectionSampler sampler, int count = 1, double weight = 1)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        if (!(weight > 0 && double.IsFinite(weight)))
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight of a group is finite and above 0.");
        }

        (Sampler, Count, Weight) = (sampler, CheckCount(count), weight);
    }

    /// <summary>Draws the directions.</summary>
    public DirectionSampler Sampler { get; }

    /// <summary>Directions of a sample.</summary>
    public int Count { get; }

    /// <summary>The weight of the group's part of the loss.</summary>
    public double Weight { get; }

    /// <summary>The groups of the method for images: directions from the low, the mid and the high frequencies, which together are all.</summary>
    /// <param name="rows">Rows of the images.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="count">Directions of each band, 1 to 4,096.</param>
    /// <param name="lowEdge">Between low and mid, in units of the Nyquist frequency.</param>
    /// <param name="highEdge">Between mid and high.</param>
    /// <returns>Three groups of weight 1.</returns>
    /// <exception cref="ArgumentException">A size, the count or an edge is out of range, or a band holds no mode of such images.</exception>
    public static DirectionGroup[] Bands(int rows, int columns, int count = 1, double lowEdge = 0.15, double highEdge = 0.4)
    {
        CheckCount(count);
        if (!(lowEdge > 0 && double.IsFinite(lowEdge)))
        {
            throw new ArgumentOutOfRangeException(nameof(lowEdge), lowEdge, "The edge between low and mid frequencies is finite and above 0.");
        }

        if (!(highEdge > lowEdge && double.IsFinite(highEdge)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(highEdge), highEdge, $"The edge between mid and high frequencies is finite and above that between low and mid, {lowEdge}.");
        }

        return
        [
            new(DirectionSampler.Band(rows, columns, new FrequencyBand(0, lowEdge), nameof(lowEdge)), count),
            new(DirectionSampler.Band(rows, columns, new FrequencyBand(lowEdge, highEdge), nameof(highEdge)), count),
            new(DirectionSampler.Band(rows, columns, new FrequencyBand(highEdge, double.PositiveInfinity), nameof(highEdge)), count),
        ];
    }

    private static int CheckCount(int count) =>
        count is >= 1 and <= 4096 ? count : throw new ArgumentOutOfRangeException(nameof(count), count, "A group has 1 to 4,096 directions.");
}
