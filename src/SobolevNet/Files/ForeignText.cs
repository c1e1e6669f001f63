using System.Text;

namespace SobolevNet.Files;

/// <summary>Text that a file or a caller supplies, where it is quoted in messages or written to a file.</summary>
internal static class ForeignText
{
    /// <summary>Characters of a name that a message repeats at most.</summary>
    private const int MaxName = 60;

    /// <summary>Characters of another message that a message repeats at most.</summary>
    private const int MaxMessage = 600;

    /// <summary>A name as messages quote it: cut to 60 characters.</summary>
    public static string Cut(string name) => Cut(name, MaxName);

    /// <summary>The message of an inner exception as an outer one repeats it: cut to 600 characters.</summary>
    public static string MessageOf(Exception fault) => Cut(fault.Message, MaxMessage);

    /// <summary>The first names of a list for a message, each cut.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] first = [.. names.Take(9).Select(name => Cut(name))];
        return first.Length switch
        {
            0 => "none",
            9 => string.Join(", ", first[..8]) + " and more",
            _ => string.Join(", ", first),
        };
    }

    /// <summary>Refuses text with half a surrogate pair, which would be read back as other text.</summary>
    /// <exception cref="ArgumentException">The text is not valid Unicode.</exception>
    public static void CheckUnicode(string text, string argument)
    {
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int used) != System.Buffers.OperationStatus.Done)
            {
                throw new ArgumentException($"The text \"{Cut(text)}\" has half a surrogate pair, so it is not valid Unicode.", argument);
            }

            rest = rest[used..];
        }
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 3)] + "...";
}
