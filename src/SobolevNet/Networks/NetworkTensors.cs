using System.Globalization;
using System.Numerics;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>How networks are stored in safetensors files.</summary>
/// <remarks>
/// Weights and biases bear the names that PyTorch gives a Sequential "net" of Linear layers with activations between them:
/// net.0.weight (out, in), net.0.bias (out), net.2.weight, … Scalings, if any, are input.shift, input.scale, output.shift
/// and output.scale. The architecture is in the metadata. Files of PyTorch lack that; see <see cref="StateDictionary"/>.
/// </remarks>
internal static class NetworkTensors
{
    /// <summary>The key of the metadata that says what a file is.</summary>
    public const string FormatKey = "format";

    private const string Format = "SobolevNet network 1";
    private const string SizesKey = "sizes";
    private const string ActivationKey = "activation";

    private static readonly HashSet<string> ScalingNames = ["input.shift", "input.scale", "output.shift", "output.scale"];

    public static void Save<T>(Mlp<T> network, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => SafetensorsFile.Write(path, Describe(Format, network.Architecture), TensorsOf(network));

    public static void Save<T>(Mlp<T> network, Stream stream)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => SafetensorsFile.Write(stream, Describe(Format, network.Architecture), TensorsOf(network));

    /// <summary>Adds the layers and scalings of a network, their names after a prefix.</summary>
    /// <exception cref="InvalidOperationException">A parameter is not finite.</exception>
    public static void Add<T>(Mlp<T> network, string prefix, List<SafetensorsTensor> tensors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int at = NotFinite.IndexIn<T>(network.Parameters);
        if (at >= 0)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"Parameter {at} of the network is {network.Parameters[at]}; all must be finite to be saved."));
        }

        for (int k = 0; k < network.Architecture.LayerCount; k++)
        {
            var layer = network.Layer(k);
            tensors.Add(SafetensorsTensor.Create<T>($"{prefix}net.{2 * k}.weight", layer.Weights, layer.Outputs, layer.Inputs));
            tensors.Add(SafetensorsTensor.Create<T>($"{prefix}net.{2 * k}.bias", layer.Bias, layer.Outputs));
        }

        AddScalings(network, tensors, prefix);
    }

    private static List<SafetensorsTensor> TensorsOf<T>(Mlp<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tensors = new List<SafetensorsTensor>();
        Add(network, "", tensors);
        return tensors;
    }

    /// <summary>The metadata of a file of networks of one architecture.</summary>
    public static Dictionary<string, string> Describe(string format, MlpArchitecture architecture) =>
        new()
        {
            [FormatKey] = format,
            [SizesKey] = string.Join(',', architecture.Sizes.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture))),
            [ActivationKey] = architecture.ActivationText,
        };

    public static Mlp<T> Load<T>(Stream stream, string path, Activation? activation, string? prefix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (prefix is "")
        {
            throw new ArgumentException("The prefix is empty; expected the beginning of names, such as \"actor.\", or null.", nameof(prefix));
        }

        if (activation is { } given)
        {
            EnumArgument.Check(given, nameof(activation));
        }

        var file = SafetensorsFile.Read(stream, path, prefix ?? "");
        if (prefix is not null)
        {
            path = $"{path}, prefix \"{ForeignText.Cut(prefix)}\"";
        }

        // What safetensors says of files that PyTorch and NumPy arrays were saved to; a file without metadata says nothing.
        if (!file.Metadata.TryGetValue(FormatKey, out string? format) || format is "pt" or "np")
        {
            return Make<T>(file, path, StateDictionary.LayersOf(file, path, ScalingNames), ActivationsOf(file, path, activation));
        }

        if (format != Format || prefix is not null)
        {
            throw new InvalidDataException($"{path} is \"{ForeignText.Cut(format)}\"; expected {(prefix is null ? $"\"{Format}\", or " : "")}\"pt\" from PyTorch.");
        }

        return Read<T>(file, path, [""], activation)[0];
    }

    /// <summary>Networks of the architecture that the file names, one for each prefix; the file has nothing else.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path for messages.</param>
    /// <param name="prefixes">What precedes the names of a network's tensors.</param>
    /// <param name="activation">The activation that the caller expects, if any.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, has another shape or is not one of a network, or the architecture is not named.</exception>
    public static List<Mlp<T>> Read<T>(SafetensorsFile file, string path, IReadOnlyList<string> prefixes, Activation? activation = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        file.GetMetadata(ActivationKey);
        var activations = ActivationsOf(file, path, activation);
        int[] sizes = ReadSizes(file, path);
        var layers = prefixes.Select(prefix => LayersOf(file, sizes, prefix)).ToList();
        int known = prefixes.Sum(prefix => (2 * (sizes.Length - 1)) + ScalingNames.Count(name => file.TryGetTensor(prefix + name, out _)));
        return file.Tensors.Count + file.TooLarge.Count == known
            ? [.. prefixes.Select((prefix, k) => Make<T>(file, path, layers[k], activations, prefix))]
            : throw new InvalidDataException(
                $"{path} has {file.Tensors.Count + file.TooLarge.Count} tensors; networks of {sizes.Length - 1} layers with their scalings have {known}.");
    }

    private static List<StateDictionary.Layer> LayersOf(SafetensorsFile file, int[] sizes, string prefix)
    {
        var layers = new List<StateDictionary.Layer>();
        for (int k = 0; k + 1 < sizes.Length; k++)
        {
            layers.Add(new StateDictionary.Layer(
                $"{prefix}net.{2 * k}",
                file.GetTensor($"{prefix}net.{2 * k}.weight", [sizes[k + 1], sizes[k]]),
                file.GetTensor($"{prefix}net.{2 * k}.bias", [sizes[k + 1]])));
        }

        return layers;
    }

    private static Mlp<T> Make<T>(
        SafetensorsFile file, string path, List<StateDictionary.Layer> layers, (Activation? First, Activation? Others) activations, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (activations.Others is null && layers.Count > 1)
        {
            throw new InvalidDataException(
                $"{path} does not name the activation between its {layers.Count} layers; give it as the argument activation.");
        }

        // The tensors are there with their shapes, so that a false architecture costs no memory.
        MlpArchitecture architecture;
        try
        {
            architecture = new MlpArchitecture(
                layers[0].Weights.Shape[1], [.. layers.SkipLast(1).Select(layer => layer.Weights.Shape[0])], layers[^1].Weights.Shape[0],
                activations.Others ?? default, activations.First);
        }
        catch (ArgumentException refused)
        {
            throw new InvalidDataException($"{path} describes an impossible network: {ForeignText.MessageOf(refused)}", refused);
        }

        var network = new Mlp<T>(architecture);
        for (int k = 0; k < layers.Count; k++)
        {
            var layer = network.Layer(k);
            layers[k].Weights.CopyTo(layer.Weights);
            layers[k].Bias?.CopyTo(layer.Bias);
        }

        (network.InputScaling, network.OutputScaling) = ReadScalings<T>(file, architecture, prefix);
        int at = NotFinite.IndexIn<T>(network.Parameters);
        return at < 0
            ? network
            : throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"{path} has the parameter {network.Parameters[at]}; all must be finite."));
    }

    public static void AddScalings<T>(Mlp<T> network, List<SafetensorsTensor> tensors, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var (name, scaling) in new[] { ("input", network.InputScaling), ("output", network.OutputScaling) })
        {
            if (scaling is not null)
            {
                tensors.Add(SafetensorsTensor.Create($"{prefix}{name}.shift", scaling.Shift, scaling.Features));
                tensors.Add(SafetensorsTensor.Create($"{prefix}{name}.scale", scaling.Scale, scaling.Features));
            }
        }
    }

    public static (FeatureScaling<T>? Input, FeatureScaling<T>? Output) ReadScalings<T>(SafetensorsFile file, MlpArchitecture architecture, string prefix = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return (Read(prefix + "input", architecture.Inputs), Read(prefix + "output", architecture.Outputs));

        FeatureScaling<T>? Read(string name, int features)
        {
            if (!file.TryGetTensor($"{name}.shift", out _) && !file.TryGetTensor($"{name}.scale", out _))
            {
                return null;
            }

            var shift = new T[features];
            var scale = new T[features];
            file.GetTensor($"{name}.shift", [features]).CopyTo<T>(shift);
            file.GetTensor($"{name}.scale", [features]).CopyTo<T>(scale);
            try
            {
                return new FeatureScaling<T>(shift, scale);
            }
            catch (ArgumentException refused)
            {
                throw new InvalidDataException($"The {name} scaling is not valid: {ForeignText.MessageOf(refused)}", refused);
            }
        }
    }

    /// <summary>The activations that the file names, after the first hidden layer and after the others, or, if it names none, the one given for all.</summary>
    private static (Activation? First, Activation? Others) ActivationsOf(SafetensorsFile file, string path, Activation? given)
    {
        if (!file.Metadata.TryGetValue(ActivationKey, out string? names))
        {
            return (given, given);
        }

        string[] parts = names.Split(',', 3);
        if (parts.Length > 2 || Known(parts[0]) is not { } first || Known(parts[^1]) is not { } others)
        {
            throw new InvalidDataException(
                $"{path} has the activation \"{ForeignText.Cut(names)}\"; expected one of {string.Join(", ", Enum.GetValues<Activation>().Select(NameOf))}, " +
                "or two joined by a comma where the first hidden layer has another.");
        }

        return given is null || given == others
            ? (first, others)
            : throw new InvalidDataException($"{path} has the activation {NameOf(others)}, not {NameOf(given.Value)}.");

        static Activation? Known(string name)
        {
            foreach (var known in Enum.GetValues<Activation>())
            {
                if (name.Equals(NameOf(known), StringComparison.OrdinalIgnoreCase))
                {
                    return known;
                }
            }

            return null;
        }
    }

    private static string NameOf(Activation activation) => activation.ToString().ToLowerInvariant();

    private static int[] ReadSizes(SafetensorsFile file, string path)
    {
        string text = file.GetMetadata(SizesKey);
        var sizes = new List<int>();
        foreach (var part in text.AsSpan().Split(','))
        {
            // A layer has two tensors, so more sizes than tensors are false however long the list is.
            if (sizes.Count > file.Tensors.Count || !int.TryParse(text.AsSpan(part), NumberStyles.None, CultureInfo.InvariantCulture, out int size))
            {
                sizes.Clear();
                break;
            }

            sizes.Add(size);
        }

        return sizes.Count >= 2
            ? [.. sizes]
            : throw new InvalidDataException(
                $"{path} has the layer sizes \"{ForeignText.Cut(text)}\"; expected two or more whole numbers joined by commas, one more than the layers.");
    }
}
