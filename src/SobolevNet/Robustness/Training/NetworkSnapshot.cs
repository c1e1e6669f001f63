using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The network that one run of training has before a mini-batch, with the memory of the threads that work with it.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <typeparam name="TScratch">What one thread at a time works with.</typeparam>
internal sealed class NetworkSnapshot<T, TScratch>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TScratch : class
{
    private Mlp<T>? _network;

    /// <summary>The network, packed for reverse passes too; null before the first step.</summary>
    public PackedNetwork<T>? Packed { get; private set; }

    /// <summary>The network's shape; null before the first step.</summary>
    public MlpArchitecture? Architecture => _network?.Architecture;

    /// <summary>Memory that no thread works with at present.</summary>
    public ScratchPool<TScratch> Scratch { get; private set; } = new();

    /// <summary>Copies a network's parameters; memory is kept as long as it is the same network.</summary>
    /// <exception cref="ArgumentException">The network has other inputs or outputs than the source.</exception>
    public void Take(Mlp<T> network, IJetSource<T> source)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!ReferenceEquals(network, _network))
        {
            SourceCheck.Fits(network, source, nameof(network));
            Scratch = new ScratchPool<TScratch>();
            Packed = new PackedNetwork<T>(network);
            _network = network;
        }

        Packed!.Pack(reverse: true, reverseFirst: true);
    }
}
