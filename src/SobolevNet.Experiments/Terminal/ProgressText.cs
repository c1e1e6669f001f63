using System.Globalization;

namespace SobolevNet.Experiments.Terminal;

/// <summary>Figures of a training as short text.</summary>
internal static class ProgressText
{
    public static string Percent(double fraction) => double.IsFinite(fraction)
        ? (100 * fraction).ToString(fraction < 0.1 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " %"
        : "–";

    public static string Losses(IReadOnlyList<double> losses) => string.Join(' ', losses.Select(Loss));

    public static string Time(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    private static string Loss(double loss) => double.IsFinite(loss) ? loss.ToString("0.0e0", CultureInfo.InvariantCulture) : "–";
}
