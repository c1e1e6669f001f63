using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SobolevNet.Experiments.Commands;

namespace SobolevNet.Experiments.Robust;

/// <summary>Strengths of methods as text: METHOD=NUMBER,NUMBER;METHOD=NUMBER.</summary>
internal static class StrengthText
{
    /// <summary>Strengths of methods as values of an option.</summary>
    public static ValueKind<IReadOnlyDictionary<string, double[]>> Kind { get; } = new(
        "STRENGTHS", "METHOD=NUMBER,NUMBER;METHOD=NUMBER with methods that have a strength and numbers above 0",
        (string text, [MaybeNullWhen(false)] out IReadOnlyDictionary<string, double[]> value) =>
        {
            bool valid = TryParse(text, out var strengths);
            value = strengths;
            return valid;
        },
        Write);

    public static string Write(IReadOnlyDictionary<string, double[]> strengths) =>
        string.Join(';', strengths.Select(entry => $"{entry.Key}={Values.Write(entry.Value)}"));

    /// <summary>Reads strengths.</summary>
    /// <param name="text">The text.</param>
    /// <param name="strengths">Strengths above 0 of methods that have one.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(string text, out Dictionary<string, double[]> strengths)
    {
        strengths = [];
        foreach (string part in text.Split(';', StringSplitOptions.TrimEntries))
        {
            string[] sides = part.Split('=');
            if (sides.Length != 2 || RobustMethod.All.FirstOrDefault(one => one.Name == sides[0]) is not { HasStrength: true } method)
            {
                return false;
            }

            var values = new List<double>();
            foreach (string word in sides[1].Split(','))
            {
                if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value > 0) || !double.IsFinite(value))
                {
                    return false;
                }

                values.Add(value);
            }

            if (!strengths.TryAdd(method.Name, [.. values.Distinct().Order()]))
            {
                return false;
            }
        }

        return true;
    }
}
