using SobolevNet.Onnx.Format;

namespace SobolevNet.Onnx;

/// <summary>The attributes of a node. One that is not asked for changes what the node does in a way that is not known, so it is refused.</summary>
internal sealed class NodeAttributes(NodeProto node)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public long Integer(string name, long otherwise) => Find(name)?.I ?? otherwise;

    public double Real(string name, double otherwise) => Find(name)?.F ?? otherwise;

    public string Text(string name, string otherwise) => Find(name)?.S.ToStringUtf8() ?? otherwise;

    public IReadOnlyList<long>? Integers(string name) => Find(name)?.Ints;

    public AttributeProto? Find(string name)
    {
        _known.Add(name);
        return node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
    }

    /// <summary>Refuses attributes that were not asked for.</summary>
    /// <exception cref="InvalidDataException">There is one.</exception>
    public void RefuseOthers()
    {
        foreach (var attribute in node.Attribute)
        {
            if (!_known.Contains(attribute.Name))
            {
                throw new InvalidDataException($"{NodeText.Of(node)} has the attribute {NodeText.Quote(attribute.Name)}, which is not read.");
            }
        }
    }
}
