using System.Globalization;
using System.Numerics;

namespace SobolevNet;

/// <summary>How networks are stored in safetensors files.</summary>
/// <remarks>
/// Weights and biases bear the names that PyTorch gives a Sequential "net" of Linear layers with activations between them:
/// net.0.weight (out, in), net.0.bias (out), net.2.weight, … Scalings, if any, are input.shift, input.scale, output.shift
/// and output.scale. The architecture is in the metadata.
/// </remarks>
internal static class NetworkTensors
{
    private const string Format = "SobolevNet network 1";

    public static void Save<T>(Mlp<T> network, string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var architecture = network.Architecture;
        var tensors = new List<SafetensorsTensor>();
        for (int k = 0; k < architecture.LayerCount; k++)
        {
            var layer = network.Layer(k);
            tensors.Add(SafetensorsTensor.Create<T>($"net.{2 * k}.weight", layer.Weights, layer.Outputs, layer.Inputs));
            tensors.Add(SafetensorsTensor.Create<T>($"net.{2 * k}.bias", layer.Bias, layer.Outputs));
        }

        AddScalings(network, tensors);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["sizes"] = string.Join(',', architecture.Sizes.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture))),
            ["activation"] = architecture.Activation.ToString().ToLowerInvariant(),
        };
        SafetensorsFile.Write(path, metadata, tensors);
    }

    public static Mlp<T> Load<T>(string path)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var file = SafetensorsFile.Read(path);
        string format = file.GetMetadata("format");
        if (format != Format)
        {
            throw new InvalidDataException($"{path} is \"{format}\"; expected \"{Format}\".");
        }

        var architecture = ReadArchitecture(file, path);

        // Shapes are checked before the network is made, so that a false architecture costs no memory.
        for (int k = 0; k < architecture.LayerCount; k++)
        {
            file.GetTensor($"net.{2 * k}.weight", [architecture.Sizes[k + 1], architecture.Sizes[k]]);
            file.GetTensor($"net.{2 * k}.bias", [architecture.Sizes[k + 1]]);
        }

        var network = new Mlp<T>(architecture);
        int known = 2 * architecture.LayerCount;
        for (int k = 0; k < architecture.LayerCount; k++)
        {
            var layer = network.Layer(k);
            file.GetTensor($"net.{2 * k}.weight").CopyTo(layer.Weights);
            file.GetTensor($"net.{2 * k}.bias").CopyTo(layer.Bias);
        }

        (network.InputScaling, network.OutputScaling) = ReadScalings<T>(file, architecture);
        known += (network.InputScaling is null ? 0 : 2) + (network.OutputScaling is null ? 0 : 2);
        if (file.Tensors.Count != known)
        {
            throw new InvalidDataException($"{path} has {file.Tensors.Count} tensors; a network {architecture} with its scalings has {known}.");
        }

        foreach (T parameter in network.Parameters)
        {
            if (!T.IsFinite(parameter))
            {
                throw new InvalidDataException($"{path} has the parameter {parameter}; all must be finite.");
            }
        }

        return network;
    }

    public static void AddScalings<T>(Mlp<T> network, List<SafetensorsTensor> tensors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var (name, scaling) in new[] { ("input", network.InputScaling), ("output", network.OutputScaling) })
        {
            if (scaling is not null)
            {
                tensors.Add(SafetensorsTensor.Create($"{name}.shift", scaling.Shift, scaling.Features));
                tensors.Add(SafetensorsTensor.Create($"{name}.scale", scaling.Scale, scaling.Features));
            }
        }
    }

    public static (FeatureScaling<T>? Input, FeatureScaling<T>? Output) ReadScalings<T>(SafetensorsFile file, MlpArchitecture architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return (Read("input", architecture.Inputs), Read("output", architecture.Outputs));

        FeatureScaling<T>? Read(string name, int features)
        {
            if (!file.TryGetTensor($"{name}.shift", out _))
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
                throw new InvalidDataException($"The {name} scaling is not valid: {refused.Message}", refused);
            }
        }
    }

    private static MlpArchitecture ReadArchitecture(SafetensorsFile file, string path)
    {
        string sizes = file.GetMetadata("sizes");
        string activation = file.GetMetadata("activation");
        string[] parts = sizes.Split(',');
        var numbers = new int[parts.Length];
        for (int k = 0; k < parts.Length; k++)
        {
            if (!int.TryParse(parts[k], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[k]))
            {
                throw new InvalidDataException($"{path} has the layer sizes \"{sizes}\"; expected whole numbers joined by commas.");
            }
        }

        if (numbers.Length < 2 || int.TryParse(activation, out _) || !Enum.TryParse<Activation>(activation, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
        {
            throw new InvalidDataException(
                $"{path} has the layer sizes \"{sizes}\" and activation \"{activation}\"; expected at least two sizes and one of " +
                $"{string.Join(", ", Enum.GetNames<Activation>()).ToLowerInvariant()}.");
        }

        try
        {
            return new MlpArchitecture(numbers[0], numbers[1..^1], numbers[^1], parsed);
        }
        catch (ArgumentException refused)
        {
            throw new InvalidDataException($"{path} describes an impossible network: {refused.Message}", refused);
        }
    }
}
