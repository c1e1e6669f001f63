using System.Text;

namespace SobolevNet.Experiments.Reporting;

/// <summary>A page of Markdown, written from top to bottom.</summary>
internal sealed class MarkdownPage
{
    private readonly StringBuilder _text = new();

    /// <summary>Starts a page with its title.</summary>
    public MarkdownPage(string title) => Block($"# {title}");

    /// <summary>Starts a section.</summary>
    public void Section(string title) => Block($"## {title}");

    /// <summary>Adds a paragraph.</summary>
    public void Paragraph(params string[] sentences) => Block(string.Join(' ', sentences));

    /// <summary>Adds a picture whose file is in the folder of the page.</summary>
    public void Picture(string description, string file) => Block($"![{description}]({file})");

    /// <summary>Adds lines of code.</summary>
    public void Code(string text) => Block($"```\n{text}\n```");

    /// <summary>Adds a list of points.</summary>
    public void List(IEnumerable<string> items) => Block(string.Join('\n', items.Select(item => $"* {item}")));

    /// <summary>Adds a table.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows) => Block(string.Join('\n',
    [
        Row(columns),
        $"|{string.Concat(columns.Select(_ => "---|"))}",
        .. rows.Select(Row),
    ]));

    public override string ToString() => _text.ToString();

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";

    private void Block(string text) => _text.Append(_text.Length == 0 ? "" : "\n").Append(text).Append('\n');
}
