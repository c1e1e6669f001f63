using System.Globalization;

namespace SobolevNet.Experiments.Cubes;

/// <summary>
/// Order weights as text: "auto", or λ₀, λ₁, … joined by commas, each a NUMBER or FROM:TO (geometric over the training), and
/// either with @END: dropped to 0 after that part of the training.
/// </summary>
internal static class OrderWeightText
{
    public const string Automatic = "auto";

    /// <summary>An example for messages.</summary>
    public static string Example(int order) => string.Join(',', new[] { "1", "1", "2e-5:2e-7" }.Take(order + 1));

    /// <summary>Reads weights.</summary>
    /// <param name="text">The text.</param>
    /// <param name="order">The highest order.</param>
    /// <param name="weights">The weights of orders 0 to <paramref name="order"/>; null if they are automatic.</param>
    /// <returns>Whether the text is right.</returns>
    public static bool TryParse(string text, int order, out OrderWeight[]? weights)
    {
        weights = null;
        if (text.Equals(Automatic, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        string[] parts = text.Split(',');
        if (parts.Length != order + 1)
        {
            return false;
        }

        var parsed = new OrderWeight[parts.Length];
        for (int k = 0; k < parts.Length; k++)
        {
            if (!TryParseOne(parts[k], out parsed[k]))
            {
                return false;
            }
        }

        weights = parsed;
        return true;
    }

    private static bool TryParseOne(string text, out OrderWeight weight)
    {
        weight = 0;
        string[] parts = text.Split('@');
        string[] range = parts[0].Split(':');
        if (parts.Length > 2 || range.Length > 2 || !TryNumber(range[0], out double from))
        {
            return false;
        }

        weight = from;
        if (range.Length == 2)
        {
            if (!TryNumber(range[1], out double to) || from == 0 || to == 0)
            {
                return false;
            }

            weight = OrderWeight.Geometric(from, to);
        }

        if (parts.Length == 2)
        {
            if (!TryNumber(parts[1], out double end) || end is <= 0 or > 1)
            {
                return false;
            }

            weight = OrderWeight.Until(weight, end);
        }

        return true;
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number) && number >= 0;
}
