using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>The network that one run of training has before a mini-batch.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RunNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Mlp<T>? _network;

    /// <summary>The network, packed for reverse passes too; null before the first step.</summary>
    public PackedNetwork<T>? Packed { get; private set; }

    /// <summary>The network's shape; null before the first step.</summary>
    public MlpArchitecture? Architecture => _network?.Architecture;

    /// <summary>Copies a network's parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">The source that depends on it.</param>
    /// <returns>Whether it is another network than before, so that memory made for its shape no longer fits.</returns>
    /// <exception cref="ArgumentException">The network has other inputs or outputs than the source.</exception>
    public bool Take(Mlp<T> network, IJetSource<T> source)
    {
        ArgumentNullException.ThrowIfNull(network);
        bool isNew = !ReferenceEquals(network, _network);
        if (isNew)
        {
            SourceCheck.Fits(network, source, nameof(network));
            Packed = new PackedNetwork<T>(network);
            _network = network;
        }

        Packed!.Pack(reverse: true, reverseFirst: true);
        return isNew;
    }
}
