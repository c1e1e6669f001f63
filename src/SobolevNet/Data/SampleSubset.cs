namespace SobolevNet;

/// <summary>Chooses the samples that a statistic is measured on if there are too many to use all.</summary>
/// <remarks>
/// One random number out of each of equal ranges, drawn by a fixed seed: the choice depends only on the two counts. Unlike every k-th row it has
/// no period that could coincide with one in the order of the rows (paths by steps, antithetic pairs).
/// </remarks>
internal static class SampleSubset
{
    private const ulong Seed = 0x5AB5E7;

    /// <summary>The numbers of the chosen samples, in ascending order.</summary>
    /// <param name="count">The number of samples there are, at least 1.</param>
    /// <param name="most">The most that are chosen, at least 1.</param>
    /// <returns>All of 0 to <paramref name="count"/> − 1 if they are no more than <paramref name="most"/>, else that many different ones.</returns>
    public static long[] Of(int count, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        long[] samples = new long[Math.Min(count, most)];
        var random = RandomStream.For(StreamPurpose.StatisticsSamples, Seed);
        for (int k = 0; k < samples.Length; k++)
        {
            long first = (long)k * count / samples.Length;
            long next = (k + 1L) * count / samples.Length;
            samples[k] = first + random.NextInteger((int)(next - first));
        }

        return samples;
    }
}
