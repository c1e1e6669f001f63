using System.Numerics;

namespace SobolevNet;

/// <summary>What a network was before a training, in case that ends before its first step.</summary>
internal sealed class NetworkSnapshot<T>(Mlp<T> network)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _parameters = network.Parameters.ToArray();
    private readonly FeatureScaling<T>? _inputScaling = network.InputScaling;
    private readonly FeatureScaling<T>? _outputScaling = network.OutputScaling;

    /// <summary>Makes the network what it was.</summary>
    public void Restore(Mlp<T> network)
    {
        _parameters.CopyTo(network.Parameters);
        network.InputScaling = _inputScaling;
        network.OutputScaling = _outputScaling;
    }
}
