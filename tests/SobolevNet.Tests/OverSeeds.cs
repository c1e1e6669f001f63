namespace SobolevNet.Tests;

/// <summary>Claims about trainings that hold for most seeds, not for each.</summary>
internal static class OverSeeds
{
    /// <summary>The median of a figure over the seeds 1 to <paramref name="count"/>, which is odd.</summary>
    public static double Median(int count, Func<ulong, double> figure) => Median(Enumerable.Range(1, count).Select(seed => figure((ulong)seed)));

    /// <summary>The median of an odd number of figures.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return sorted[sorted.Length / 2];
    }
}
