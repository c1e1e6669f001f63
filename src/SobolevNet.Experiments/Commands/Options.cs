using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SobolevNet.Experiments.Cubes;
using SobolevNet.Experiments.Robust;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Commands;

/// <summary>Makes options whose values are checked while the command line is read, so that mistakes cost no time.</summary>
internal static class Options
{
    private const double SecondsOfAYear = 365 * 24 * 3600;

    private delegate bool Parser<TValue>(string text, out TValue value);

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static Option<int?> Integer(string name, string value, string description, int least, int most = int.MaxValue) => Custom<int?>(
        name, value, description, most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}",
        (string text, out int? parsed) =>
        {
            bool valid = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most;
            parsed = number;
            return valid;
        });

    /// <summary>A finite number above <paramref name="above"/> and below <paramref name="below"/>.</summary>
    public static Option<double?> Real(
        string name, string value, string description, double above = double.NegativeInfinity, double below = double.PositiveInfinity) => Custom<double?>(
        name, value, description, FormattableString.Invariant($"a finite number{Bound("above", above)}{Bound("below", below)}"),
        (string text, out double? parsed) =>
        {
            bool valid = TryReal(text, out double number) && number > above && number < below;
            parsed = number;
            return valid;
        });

    public static Option<ulong?> Seed(string description) => Custom<ulong?>(
        "--seed", "NUMBER", description, "a whole number of at least 0",
        (string text, out ulong? parsed) =>
        {
            bool valid = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
            parsed = number;
            return valid;
        });

    /// <summary>Whole numbers joined by commas.</summary>
    public static Option<int[]?> Integers(string name, string value, string description, int least, int most) => Custom<int[]?>(
        name, value, description, $"whole numbers from {least} to {most} joined by commas",
        (string text, out int[]? parsed) =>
        {
            string[] parts = text.Split(',');
            parsed = new int[parts.Length];
            for (int k = 0; k < parts.Length; k++)
            {
                if (!int.TryParse(parts[k], NumberStyles.None, CultureInfo.InvariantCulture, out parsed[k]) || parsed[k] < least || parsed[k] > most)
                {
                    return false;
                }
            }

            return true;
        });

    /// <summary>Finite numbers above 0, rising, joined by commas.</summary>
    public static Option<double[]?> Rising(string name, string value, string description) => Custom<double[]?>(
        name, value, description, "finite numbers above 0 joined by commas, each larger than the one before",
        (string text, out double[]? parsed) =>
        {
            string[] parts = text.Split(',');
            parsed = new double[parts.Length];
            for (int k = 0; k < parts.Length; k++)
            {
                if (!TryReal(parts[k], out parsed[k]) || !(parsed[k] > (k == 0 ? 0 : parsed[k - 1])))
                {
                    return false;
                }
            }

            return true;
        });

    /// <summary>Some of some words, joined by commas.</summary>
    public static Option<string[]?> Words(string name, string description, IReadOnlyList<string> words) => Custom<string[]?>(
        name, "LIST", description, $"some of {string.Join(", ", words)} joined by commas",
        (string text, out string[]? parsed) =>
        {
            string[] given = text.Split(',');
            parsed = [.. words.Where(given.Contains)];
            return given.All(words.Contains);
        });

    /// <summary>Strengths of robust methods, see <see cref="StrengthText"/>.</summary>
    public static Option<Dictionary<string, double[]>?> Strengths(string name, string description) => Custom<Dictionary<string, double[]>?>(
        name, "STRENGTHS", description, "METHOD=NUMBER,NUMBER;METHOD=NUMBER with methods that have a strength and numbers above 0",
        (string text, out Dictionary<string, double[]>? parsed) =>
        {
            bool valid = StrengthText.TryParse(text, out var strengths);
            parsed = strengths;
            return valid;
        });

    /// <summary>Three numbers joined by commas.</summary>
    public static Option<Vector3D?> Vector(string name, string description) => Custom<Vector3D?>(
        name, "X,Y,Z", description, "three finite numbers joined by commas, as in 0.1,-0.2,0.3",
        (string text, out Vector3D? parsed) =>
        {
            string[] parts = text.Split(',');
            parsed = null;
            if (parts.Length != 3 || !TryReal(parts[0], out double x) || !TryReal(parts[1], out double y) || !TryReal(parts[2], out double z))
            {
                return false;
            }

            parsed = new Vector3D(x, y, z);
            return true;
        });

    /// <summary>One of some words.</summary>
    public static Option<string?> Word(string name, string description, params string[] words)
    {
        string list = string.Join('|', words);
        return Custom<string?>(
            name, list, description, $"one of {string.Join(", ", words)}",
            (string text, out string? parsed) =>
            {
                parsed = words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
                return parsed is not null;
            });
    }

    /// <summary>The weights λ₀, λ₁, … of a loss, see <see cref="OrderWeightText"/>.</summary>
    public static Option<string?> Weights(string name, int order, string description) => Custom<string?>(
        name, "WEIGHTS", description, $"\"auto\" or {order + 1} weights joined by commas, each NUMBER, FROM:TO or either with @END, as in {OrderWeightText.Example(order)}",
        (string text, out string? parsed) =>
        {
            parsed = text;
            return OrderWeightText.TryParse(text, order, out _);
        });

    /// <summary>Refuses any of some options beside the one that goes on with a folder and its settings.</summary>
    public static void RefuseBeside(CommandResult result, Option resume, IEnumerable<Option> others)
    {
        if (result.GetResult(resume) is not null && others.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other)
        {
            result.AddError($"{resume.Name} takes all settings from its folder, so {other.Name} cannot be given.");
        }
    }

    /// <summary>The name of a file or folder.</summary>
    public static Option<string?> Path(string name, string value, string description) => Custom<string?>(
        name, value, description, "the name of a file or folder",
        (string text, out string? parsed) =>
        {
            parsed = text;
            return !string.IsNullOrWhiteSpace(text) && !text.Contains('\0', StringComparison.Ordinal);
        });

    /// <summary>A time in seconds, above 0 and no more than a year.</summary>
    public static Option<double?> Seconds(string name, string description) => Real(name, "SECONDS", description, 0, SecondsOfAYear);

    private static string Bound(string relation, double bound) =>
        double.IsFinite(bound) ? FormattableString.Invariant($" {relation} {bound}") : "";

    private static bool TryReal(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static Option<TValue> Custom<TValue>(string name, string value, string description, string expected, Parser<TValue> parser) => new(name)
    {
        HelpName = value,
        Description = description,
        CustomParser = result => Parse(result, name, expected, parser),
        Arity = ArgumentArity.ExactlyOne,
    };

    private static TValue? Parse<TValue>(ArgumentResult result, string name, string expected, Parser<TValue> parser)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (parser(text, out var value))
        {
            return value;
        }

        result.AddError($"{name} is \"{text}\"; expected {expected}.");
        return default;
    }
}
