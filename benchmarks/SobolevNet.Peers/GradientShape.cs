using System.Globalization;

namespace SobolevNet.Peers;

/// <summary>The step with derivatives of one output by all inputs: n-64-64-64-1, softplus, Adam, batches of 128 out of 8,192 samples in random order.</summary>
internal static class GradientShape
{
    public const int Batch = 128;
    public const int Samples = 8192;

    public static readonly int[] Hidden = [64, 64, 64];

    public static readonly int[] Inputs = [7, 30, 100];

    /// <summary>Milliseconds an epoch.</summary>
    public static string Format(double secondsOfStep) =>
        string.Create(CultureInfo.InvariantCulture, $"{secondsOfStep * 1e6,8:F0} µs a step {secondsOfStep * 1e3 * (Samples / Batch),8:F1} ms an epoch");

    /// <summary>The median, which a disturbed step does not move.</summary>
    public static double Median(List<double> seconds)
    {
        seconds.Sort();
        return seconds[seconds.Count / 2];
    }
}
