using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Commands;

/// <summary>The kinds of values that options of several commands have.</summary>
internal static class Values
{
    private const double SecondsOfAYear = 365 * 24 * 3600;
    private const string Yes = "yes";
    private const string No = "no";

    /// <summary>A seed of random numbers.</summary>
    public static ValueKind<ulong> Seed { get; } = new(
        "NUMBER", "a whole number of at least 0",
        (string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value),
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Finite numbers above 0, rising, joined by commas.</summary>
    public static ValueKind<double[]> Rising { get; } = new(
        "LIST", "finite numbers above 0 joined by commas, each larger than the one before",
        (string text, [MaybeNullWhen(false)] out double[] value) =>
            TryReadList(text, (string part, out double number) => TryReadReal(part, out number) && number > 0, out value)
            && value.Zip(value.Skip(1)).All(pair => pair.First < pair.Second),
        Write);

    /// <summary>A point or direction in space.</summary>
    public static ValueKind<Vector3D> Vector { get; } = new(
        "X,Y,Z", "three finite numbers joined by commas, as in 0.1,-0.2,0.3",
        (string text, out Vector3D value) =>
        {
            bool valid = TryReadList(text, TryReadReal, out double[]? parts) && parts.Length == 3;
            value = valid ? new Vector3D(parts![0], parts[1], parts[2]) : default;
            return valid;
        },
        value => Write([value.X, value.Y, value.Z]));

    /// <summary>A time in seconds, above 0 and no more than a year.</summary>
    public static ValueKind<double> Seconds { get; } = Real("SECONDS", 0, SecondsOfAYear);

    /// <summary>yes or no; see <see cref="Answer"/>. It is text, because the parser takes an option of type bool for a flag.</summary>
    public static ValueKind<string> YesNo { get; } = Word([Yes, No]);

    /// <summary>The name of an activation.</summary>
    public static ValueKind<string> Activation { get; } = Word([.. Enum.GetNames<Activation>().Select(name => name.ToLowerInvariant())]);

    /// <summary>A number of things.</summary>
    public static ValueKind<int> Count(int least, int most = int.MaxValue) => Integer("COUNT", least, most);

    /// <summary>A whole number of at least <paramref name="least"/> and at most <paramref name="most"/>.</summary>
    public static ValueKind<int> Integer(string placeholder, int least, int most = int.MaxValue) => new(
        placeholder, most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}",
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most,
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A finite number above <paramref name="above"/> and below <paramref name="below"/>.</summary>
    public static ValueKind<double> Real(string placeholder, double above = double.NegativeInfinity, double below = double.PositiveInfinity) => new(
        placeholder, $"a finite number{Bound("above", above)}{Bound("below", below)}",
        (string text, out double value) => TryReadReal(text, out value) && value > above && value < below,
        Write);

    /// <summary>Whole numbers joined by commas.</summary>
    public static ValueKind<int[]> Integers(int least, int most) => new(
        "LIST", $"whole numbers from {least} to {most} joined by commas",
        (string text, [MaybeNullWhen(false)] out int[] value) => TryReadList(
            text,
            (string part, out int number) =>
                int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most,
            out value),
        value => string.Join(',', value.Select(number => number.ToString(CultureInfo.InvariantCulture))));

    /// <summary>One of some words.</summary>
    public static ValueKind<string> Word(IReadOnlyList<string> words) => new(
        string.Join('|', words), $"one of {string.Join(", ", words)}",
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
            return value is not null;
        },
        value => value);

    /// <summary>Some of some words joined by commas, read into the order of <paramref name="words"/>.</summary>
    public static ValueKind<string[]> Words(IReadOnlyList<string> words) => Words(words, given => words.Where(given.Contains));

    /// <summary>Some of some words joined by commas, in the order that they are given in.</summary>
    public static ValueKind<string[]> OrderedWords(IReadOnlyList<string> words) => Words(words, given => given.Distinct());

    /// <summary>The name of a file or folder.</summary>
    public static ValueKind<string> Path(string placeholder) => new(
        placeholder, "the name of a file or folder",
        (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return !string.IsNullOrWhiteSpace(text) && !text.Contains('\0', StringComparison.Ordinal);
        },
        value => value);

    /// <summary>yes if true, no if false.</summary>
    public static string Answer(bool value) => value ? Yes : No;

    /// <summary>Whether the answer is yes.</summary>
    public static bool IsYes(string answer) => answer == Yes;

    /// <summary>Numbers joined by commas.</summary>
    public static string Write(IEnumerable<double> numbers) => string.Join(',', numbers.Select(Write));

    private static string Write(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static ValueKind<string[]> Words(IReadOnlyList<string> words, Func<string[], IEnumerable<string>> arrange) => new(
        "LIST", $"some of {string.Join(", ", words)} joined by commas",
        (string text, [MaybeNullWhen(false)] out string[] value) =>
        {
            string[] given = text.Split(',', StringSplitOptions.TrimEntries);
            value = [.. arrange(given)];
            return given.All(words.Contains);
        },
        value => string.Join(',', value))
    {
        Show = value => value.Length == words.Count ? "all" : string.Join(',', value),
    };

    private static bool TryReadList<T>(string text, ValueKind<T>.Reader tryRead, [MaybeNullWhen(false)] out T[] value)
        where T : notnull
    {
        string[] parts = text.Split(',');
        value = new T[parts.Length];
        for (int k = 0; k < parts.Length; k++)
        {
            if (!tryRead(parts[k], out value[k]!))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadReal(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static string Bound(string relation, double bound) =>
        double.IsFinite(bound) ? FormattableString.Invariant($" {relation} {bound}") : "";
}
