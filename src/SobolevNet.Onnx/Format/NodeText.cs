namespace SobolevNet.Onnx.Format;

/// <summary>How messages name what a file has; names in files may be long.</summary>
internal static class NodeText
{
    private const int MaxName = 60;

    /// <summary>A name in quotes, cut to 60 characters.</summary>
    public static string Quote(string name) => name.Length <= MaxName ? $"\"{name}\"" : $"\"{name[..(MaxName - 3)]}...\"";

    /// <summary>A node by its name, or by its first output where it has none, and its operator.</summary>
    public static string Of(NodeProto node) =>
        $"the node {Quote(node.Name.Length > 0 || node.Output.Count == 0 ? node.Name : node.Output[0])} ({Quote(node.OpType)[1..^1]})";

    /// <summary>The first names of a list.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] first = [.. names.Take(9).Select(Quote)];
        return first.Length == 9 ? string.Join(", ", first[..8]) + " and more" : string.Join(", ", first);
    }

    /// <summary>A shape in parentheses, cut after eight dimensions.</summary>
    public static string Shape(IReadOnlyCollection<long> shape) => $"({string.Join(", ", shape.Take(8))}{(shape.Count > 8 ? ", ..." : "")})";
}
