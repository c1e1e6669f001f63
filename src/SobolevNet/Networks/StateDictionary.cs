using System.Text;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>
/// The dense layers of a file that another program wrote: tensors "….weight" of shape (outputs, inputs), each with a tensor
/// "….bias" or none, as PyTorch names them.
/// </summary>
/// <remarks>
/// Such a file does not say how its layers follow each other. Names that differ by their numbers alone are one group, in the
/// order of the numbers ("net.2" before "net.10"). Groups ("input", "hidden.*", "output") follow each other such that each
/// layer takes what the one before gives; where that leaves several orders, the file is refused.
/// </remarks>
internal static class StateDictionary
{
    private const string Weight = "weight";
    private const string Bias = "bias";

    /// <summary>Groups of names of which all orders are tried; networks with names of their own for each layer have few.</summary>
    private const int MaxGroups = 8;

    /// <summary>A dense layer: its weights, and its bias if it has one.</summary>
    public readonly record struct Layer(string Name, SafetensorsTensor Weights, SafetensorsTensor? Bias);

    /// <summary>The layers from the input to the output.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path for messages.</param>
    /// <param name="others">Tensors that belong to no layer and are known.</param>
    /// <exception cref="InvalidDataException">The tensors are not those of a chain of dense layers.</exception>
    public static List<Layer> LayersOf(SafetensorsFile file, string path, IReadOnlySet<string> others)
    {
        var layers = new List<Layer>();
        var used = new HashSet<string>(others, StringComparer.Ordinal);
        foreach (var tensor in file.Tensors)
        {
            if (PrefixOf(tensor.Name, Weight) is { } prefix && tensor.Shape.Length == 2 && tensor.Length > 0)
            {
                SafetensorsTensor? bias = null;
                if (file.TryGetTensor(prefix + Bias, out _))
                {
                    bias = file.GetTensor(prefix + Bias, [tensor.Shape[0]]);
                    used.Add(bias.Name);
                }

                layers.Add(new Layer(prefix.TrimEnd('.'), tensor, bias));
                used.Add(tensor.Name);
            }
        }

        foreach (var tensor in file.Tensors)
        {
            if (!used.Contains(tensor.Name))
            {
                throw new InvalidDataException(
                    $"{path} has the tensor {ForeignText.Cut(tensor.Name)}, which is none of a network of dense layers: \"….weight\" of shape (outputs, inputs) with " +
                    "\"….bias\" of shape (outputs). Where a file holds other tensors too, give what the names of the network's begin with as the argument prefix.");
            }
        }

        if (file.TooLarge is [var large, ..])
        {
            throw new InvalidDataException($"{path} has the tensor {ForeignText.Cut(large)} of more than {Array.MaxLength} bytes, which is more than one array holds.");
        }

        return layers.Count > 0 ? InOrder(layers, path) : throw new InvalidDataException($"{path} has no tensor \"….weight\", so it is not a network.");
    }

    /// <summary>What precedes the last part of a name; null if the last part is another.</summary>
    private static string? PrefixOf(string name, string last) =>
        name == last ? "" : name.EndsWith("." + last, StringComparison.Ordinal) ? name[..^last.Length] : null;

    private static List<Layer> InOrder(List<Layer> layers, string path)
    {
        List<Layer>[] groups =
        [
            .. layers.GroupBy(layer => Template(layer.Name), StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.OrderBy(layer => layer.Name, Comparer<string>.Create(Compare)).ToList()),
        ];
        if (groups.Length > MaxGroups)
        {
            throw new InvalidDataException(
                $"{path} has layers of {groups.Length} kinds of names; at most {MaxGroups} can be put in order. Number the layers: net.0, net.1, …");
        }

        var found = new List<int[]>();
        if (groups.All(Fits))
        {
            Chain(groups, [], found);
        }

        return found.Count switch
        {
            1 => [.. found[0].SelectMany(group => groups[group])],
            0 => throw new InvalidDataException(
                $"{path}: the layers {ForeignText.List(groups.SelectMany(group => group.Select(layer => layer.Name)))} cannot follow each other: the inputs of one are not the outputs of the one before."),
            _ => throw new InvalidDataException(
                $"{path}: the names {ForeignText.List(layers.Select(layer => layer.Name))} do not say in which order the layers follow each other. Number them: net.0, net.1, …"),
        };
    }

    private static bool Fits(List<Layer> group) =>
        group.Zip(group.Skip(1)).All(pair => Inputs(pair.Second) == Outputs(pair.First));

    /// <summary>Finds the orders of groups in which each takes what the one before gives, at most two.</summary>
    private static void Chain(List<Layer>[] groups, int[] done, List<int[]> found)
    {
        if (done.Length == groups.Length)
        {
            found.Add(done);
        }

        for (int k = 0; k < groups.Length && found.Count < 2; k++)
        {
            if (!done.Contains(k) && (done.Length == 0 || Inputs(groups[k][0]) == Outputs(groups[done[^1]][^1])))
            {
                Chain(groups, [.. done, k], found);
            }
        }
    }

    private static int Inputs(Layer layer) => layer.Weights.Shape[1];

    private static int Outputs(Layer layer) => layer.Weights.Shape[0];

    /// <summary>A name with every number in it replaced by one sign.</summary>
    private static string Template(string name)
    {
        var text = new StringBuilder();
        for (int at = 0; at < name.Length; at++)
        {
            bool digit = char.IsAsciiDigit(name[at]);
            if (!digit || at == 0 || !char.IsAsciiDigit(name[at - 1]))
            {
                text.Append(digit ? '#' : name[at]);
            }
        }

        return text.ToString();
    }

    /// <summary>Compares names of one template by their numbers, from the left; of equal numbers, the longer text is the later one.</summary>
    private static int Compare(string left, string right)
    {
        ReadOnlySpan<char> a = left;
        ReadOnlySpan<char> b = right;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var first = Digits(ref a);
            var second = Digits(ref b);
            int order = first.Length != second.Length ? first.Length.CompareTo(second.Length) : first.SequenceCompareTo(second);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
    }

    /// <summary>Takes the next number from a text, without leading zeros; empty if no other follows.</summary>
    private static ReadOnlySpan<char> Digits(ref ReadOnlySpan<char> text)
    {
        int start = text.IndexOfAnyInRange('0', '9');
        text = start < 0 ? [] : text[start..];
        int length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }
}
