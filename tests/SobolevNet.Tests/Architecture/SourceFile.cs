using System.Text;
using System.Text.RegularExpressions;

namespace SobolevNet.Tests.Architecture;

/// <summary>A source file of the library, read as text: what it declares at the top level, and which words its code uses.</summary>
internal sealed partial class SourceFile
{
    public SourceFile(string name, string text)
    {
        Name = name;
        Text = text;
        Code = WithoutCommentsAndStrings(text);
        Words = [.. Word().Matches(EnumMembers().Replace(Code, "enum ")).Where(match => !IsCall(match)).Select(match => match.Groups["word"].Value)];
        Declarations = [.. Declaration().Matches(Code).Select(match => (match.Groups["name"].Value, match.Groups["access"].Value))];
    }

    /// <summary>The path below src/SobolevNet, with forward slashes.</summary>
    public string Name { get; }

    /// <summary>The first folder of the path; empty for a file at the top.</summary>
    public string Folder => Name.Contains('/') ? Name[..Name.IndexOf('/')] : string.Empty;

    public string Text { get; }

    /// <summary>The text without comments and without what stands between quotes.</summary>
    public string Code { get; }

    /// <summary>The words of the code without names of methods and of members, which may be the same as those of types.</summary>
    public HashSet<string> Words { get; }

    /// <summary>The types declared outside other types: those whose line is not indented.</summary>
    public IReadOnlyList<(string Type, string Access)> Declarations { get; }

    [GeneratedRegex(@"\benum\s+\w+\s*\{[^}]*\}")]
    private static partial Regex EnumMembers();

    private static bool IsCall(Match match) => match.Groups["call"].Success && !match.Groups["new"].Success;

    [GeneratedRegex(@"(?<![\w.])(?<new>new\s+)?(?<word>[A-Za-z_]\w*)(?<call>\s*\()?")]
    private static partial Regex Word();

    [GeneratedRegex(
        @"^(?<access>public|internal|file)\s+(?:[a-z]+\s+)*?(?:(?:class|struct|interface|enum|record\s+struct|record\s+class|record)\s+|delegate\s+[\w<>\[\],\s]+?\s)(?<name>[A-Za-z_]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    private static string WithoutCommentsAndStrings(string text)
    {
        var code = new StringBuilder(text.Length);
        for (int at = 0; at < text.Length;)
        {
            int end = EndOfSkipped(text, at);
            if (end == at)
            {
                code.Append(text[at++]);
            }
            else
            {
                code.Append(' ').Append('\n', text.AsSpan(at, end - at).Count('\n'));
                at = end;
            }
        }

        return code.ToString();
    }

    /// <summary>Where the comment, string or character that starts here ends; <paramref name="at"/> itself if none does.</summary>
    private static int EndOfSkipped(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("//"))
        {
            return EndAfter(text, at, "\n") - 1;
        }

        if (rest.StartsWith("/*"))
        {
            return EndAfter(text, at + 2, "*/");
        }

        if (rest.StartsWith("\"\"\""))
        {
            int quotes = rest.Length - rest.TrimStart('"').Length;
            return EndAfter(text, at + quotes, new string('"', quotes));
        }

        if (rest[0] is not ('"' or '\''))
        {
            return at;
        }

        bool verbatim = rest[0] == '"' && at > 0 && (text[at - 1] == '@' || (at > 1 && text[at - 1] == '$' && text[at - 2] == '@'));
        for (int k = at + 1; k < text.Length; k++)
        {
            if (text[k] == '\\' && !verbatim)
            {
                k++;
            }
            else if (text[k] == rest[0])
            {
                if (!verbatim || k + 1 == text.Length || text[k + 1] != '"')
                {
                    return k + 1;
                }

                k++;
            }
        }

        return text.Length;
    }

    private static int EndAfter(string text, int start, string mark)
    {
        int found = text.IndexOf(mark, start, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + mark.Length;
    }
}
