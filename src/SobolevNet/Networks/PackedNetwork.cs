using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// A network's weights as the products want them, for the forward and for the reverse pass, with scalings folded in. Packed
/// once a step and then read by all threads.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PackedNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Mlp<T> _network;
    private readonly T[][] _folded;

    public PackedNetwork(Mlp<T> network)
    {
        _network = network;
        int layers = network.Architecture.LayerCount;
        var sizes = network.Architecture.Sizes;
        Forward = new PackedMatrix<T>[layers];
        Reverse = new PackedMatrix<T>?[layers];
        Bias = new T[layers][];
        _folded = new T[layers][];
        for (int layer = 0; layer < layers; layer++)
        {
            Forward[layer] = new PackedMatrix<T>(sizes[layer], sizes[layer + 1]);
            Bias[layer] = new T[JetTape<T>.Stride(sizes[layer + 1])];
            _folded[layer] = [];
        }

        Activation = JetActivation<T>.Create(network.Architecture.Activation);
    }

    /// <summary>Wᵀ of each layer.</summary>
    public PackedMatrix<T>[] Forward { get; }

    /// <summary>W of each layer; null until a reverse pass through that layer was asked for.</summary>
    public PackedMatrix<T>?[] Reverse { get; }

    /// <summary>The bias of each layer, padded with zeros to a row's stride.</summary>
    public T[][] Bias { get; }

    /// <summary>The kernel of the network's activation.</summary>
    public JetActivation<T> Activation { get; }

    /// <summary>Packs everything that a pass needs.</summary>
    public void Pack(bool reverse, bool reverseFirst)
    {
        for (int layer = 0; layer < Forward.Length; layer++)
        {
            Pack(layer, reverse && (layer > 0 || reverseFirst));
        }
    }

    /// <summary>Packs one layer; different layers may be packed by different threads.</summary>
    public void Pack(int layer, bool reverse)
    {
        var source = _network.Layer(layer);
        if (_network.IsScaled(layer))
        {
            int weights = source.Weights.Length;
            if (_folded[layer].Length == 0)
            {
                _folded[layer] = new T[weights + source.Outputs];
            }

            var folded = new DenseLayer<T>(_folded[layer].AsSpan(0, weights), _folded[layer].AsSpan(weights), source.Inputs);
            _network.FoldLayer(layer, folded);
            source = folded;
        }

        Forward[layer].PackTransposed(source.Weights);
        if (reverse)
        {
            (Reverse[layer] ??= new PackedMatrix<T>(source.Outputs, source.Inputs)).Pack(source.Weights);
        }

        source.Bias.CopyTo(Bias[layer]);
    }
}
