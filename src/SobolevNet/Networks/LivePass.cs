using System.Numerics;
using System.Runtime.InteropServices;

namespace SobolevNet;

/// <summary>What one thread asks a network with whose parameters may have changed since the last call.</summary>
/// <remarks>
/// Anyone may hold a span of the parameters and write to it, so only a comparison shows a change. For few parameters that takes less time than a pass: then a packed copy is
/// kept as long as they are the same. Otherwise weights are read where they are stored, with the bits of a packed copy.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LivePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most parameters that are compared.</summary>
    private const int FewParameters = 1 << 15;

    private readonly Mlp<T> _network;
    private readonly T[]? _packedParameters;
    private bool _isPacked;

    public LivePass(Mlp<T> network)
    {
        _network = network;
        int count = network.Parameters.Length;
        _packedParameters = count <= FewParameters && !JetTape<T>.MayHaveZeros(network.Architecture) ? new T[count] : null;
        Packed = new PackedNetwork<T>(network);
    }

    /// <summary>The network as it is now, after <see cref="Begin"/>.</summary>
    public PackedNetwork<T> Packed { get; }

    /// <summary>Reads the network's parameters.</summary>
    /// <param name="layout">The components to propagate.</param>
    /// <param name="samples">Samples of the call.</param>
    public void Begin(JetLayout layout, int samples)
    {
        if (_packedParameters is not null)
        {
            PackIfChanged(_packedParameters);
            return;
        }

        // Only where many rows may leave out inputs that are zero, a copy pays.
        bool few = (long)samples * layout.Count <= PackedNetwork<T>.FewRows;
        bool maySkip = JetTape<T>.MaySkip(_network.Architecture, layout.Count);
        Packed.Pack(reverse: false, reverseFirst: false, stored: few || !maySkip, keepZeros: maySkip);
    }

    /// <summary>Reads the network's parameters, for derivatives at one sample.</summary>
    public void BeginDerivatives()
    {
        if (_packedParameters is not null)
        {
            PackIfChanged(_packedParameters);
            return;
        }

        Packed.Pack(reverse: true, reverseFirst: true, stored: true);
    }

    /// <summary>Packs the network unless the bits of its parameters are those of the packed copy.</summary>
    private void PackIfChanged(T[] packed)
    {
        var parameters = _network.Parameters;
        if (_isPacked && MemoryMarshal.AsBytes<T>(parameters).SequenceEqual(MemoryMarshal.AsBytes<T>(packed)))
        {
            // The scalings may have changed.
            Packed.Reserve(reverse: true, reverseFirst: true);
            return;
        }

        parameters.CopyTo(packed);
        Packed.Pack(reverse: true, reverseFirst: true);
        _isPacked = true;
    }
}
