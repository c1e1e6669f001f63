namespace SobolevNet;

/// <summary>Refuses numbers that are none of an enumeration's values.</summary>
internal static class EnumArgument
{
    /// <summary>Checks an argument or an option.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The enumeration has no such value; the message lists those that it has.</exception>
    public static TEnum Check<TEnum>(TEnum value, string name)
        where TEnum : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"Expected one of {string.Join(", ", Enum.GetNames<TEnum>())}.");
}
