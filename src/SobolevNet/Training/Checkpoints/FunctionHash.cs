using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace SobolevNet;

/// <summary>Hashes of schedules that users wrote, which are known by nothing but their values.</summary>
/// <remarks>
/// Nine digits of each value count: between machines the last digits of powers and cosines may differ. A function that throws where
/// it is sampled counts as one without a value there, since training may never ask it there.
/// </remarks>
internal static class FunctionHash
{
    private const int Samples = 1024;

    /// <summary>The hash of a weight by progress.</summary>
    public static string Of(Func<double, double> function) => OfSamples(k => function((double)k / Samples));

    /// <summary>The hash of a learning-rate schedule, by progress, epoch and losses at once.</summary>
    public static string Of(LearningRateSchedule schedule)
    {
        // Losses that fall, rest and rise now and then.
        double[] losses = [.. Enumerable.Range(0, Samples + 1).Select(k => (1 + (k / 7 % 5)) / (1.0 + (k / 4)))];
        return OfSamples(k => schedule.At(new SchedulePosition((double)k / Samples, k, new ArraySegment<double>(losses, 0, k))));
    }

    private static string OfSamples(Func<int, double> value)
    {
        var hash = new XxHash128();
        for (int k = 0; k <= Samples; k++)
        {
            hash.Append(Encoding.UTF8.GetBytes(Try(value, k).ToString("E8", CultureInfo.InvariantCulture)));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static double Try(Func<int, double> value, int k)
    {
        try
        {
            return value(k);
        }
        catch (Exception)
        {
            return double.NaN;
        }
    }
}
