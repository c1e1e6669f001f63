using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SobolevNet.Mutations;

/// <summary>One small change of the library's text that a test should notice.</summary>
/// <param name="File">The file, relative to the library's folder, with forward slashes.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Kind">What kind of change it is.</param>
/// <param name="Old">The node that is replaced.</param>
/// <param name="New">What stands there instead.</param>
internal sealed record Mutation(string File, int Line, string Kind, SyntaxNode Old, SyntaxNode New)
{
    public string Folder => File.Contains('/') ? File[..File.LastIndexOf('/')] : ".";

    /// <summary>The top folder, which is the concept that the file belongs to.</summary>
    public string Concept => File.Split('/')[0];

    private int Column => Old.GetLocation().GetLineSpan().StartLinePosition.Character + 1;

    public string Before => Text(Old);

    public string After => Text(New);

    public SyntaxTree Apply()
    {
        var tree = Old.SyntaxTree;
        return tree.WithRootAndOptions(tree.GetRoot().ReplaceNode(Old, New.WithTriviaFrom(Old)), tree.Options);
    }

    public override string ToString() => $"{File}:{Line}:{Column} {Kind}: {Before} -> {After}";

    private static string Text(SyntaxNode node)
    {
        string text = string.Join(' ', node.NormalizeWhitespace().ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 100 ? text : text[..97] + "...";
    }
}
