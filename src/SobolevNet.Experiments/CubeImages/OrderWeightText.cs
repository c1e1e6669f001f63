using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SobolevNet.Experiments.Commands;

namespace SobolevNet.Experiments.CubeImages;

/// <summary>
/// Order weights as text: "auto", or λ₀, λ₁, … joined by commas. Each is a NUMBER or FROM:TO (geometric over the training). A weight
/// followed by @END drops to 0 after that part of the training.
/// </summary>
internal static class OrderWeightText
{
    public const string Automatic = "auto";

    /// <summary>An example for error messages.</summary>
    public static string Example(int order) => string.Join(',', new[] { "1", "1", "2e-5:2e-7" }.Take(order + 1));

    /// <summary>The weights of orders 0 to <paramref name="order"/> as values of an option.</summary>
    public static ValueKind<string> Kind(int order) => new(
        "WEIGHTS", $"\"auto\" or {order + 1} weights joined by commas, each NUMBER, FROM:TO or either with @END, as in {Example(order)}",
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return TryParse(text, order, out _);
        },
        value => value);

    /// <summary>The weights of a recipe or of settings, which were checked when they were read.</summary>
    /// <exception cref="FormatException">The text is wrong.</exception>
    public static OrderWeight[]? Parse(string text, int order) => TryParse(text, order, out var weights)
        ? weights
        : throw new FormatException($"The weights of order {order} are \"{text}\"; expected {Example(order)}, for example.");

    /// <summary>Reads weights.</summary>
    /// <param name="text">The text.</param>
    /// <param name="order">The highest order.</param>
    /// <param name="weights">The weights of orders 0 to <paramref name="order"/>; null if they are automatic.</param>
    /// <returns>Whether the text is valid.</returns>
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
