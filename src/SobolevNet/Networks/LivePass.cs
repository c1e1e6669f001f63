using System.Numerics;
using System.Runtime.InteropServices;

namespace SobolevNet;

/// <summary>What one thread asks a network with whose parameters may have changed since the last call.</summary>
/// <remarks>
/// Anyone may hold a span of the parameters and write to it, so a change is only seen by comparing. For few parameters that takes less time than a pass, and a second
/// call with the same ones packs them. Otherwise weights are read where they are stored, with the bits of a packed copy.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LivePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most parameters that are compared.</summary>
    private const int FewParameters = 1 << 15;

    private readonly Mlp<T> _network;
    private readonly T[]? _seen;
    private bool _hasSeen;
    private bool _isPacked;

    public LivePass(Mlp<T> network)
    {
        _network = network;
        _seen = network.Parameters.Length <= FewParameters && !JetTape<T>.MayHaveZeros(network.Architecture) ? new T[network.Parameters.Length] : null;
        Packed = new PackedNetwork<T>(network);
        Scratch = new InferenceScratch<T>(network.Architecture);
    }

    /// <summary>The network as it is now, after <see cref="Begin"/>.</summary>
    public PackedNetwork<T> Packed { get; }

    /// <summary>Memory.</summary>
    public InferenceScratch<T> Scratch { get; }

    /// <summary>Reads the network's parameters.</summary>
    /// <param name="layout">The components to propagate.</param>
    /// <param name="samples">Samples of the call.</param>
    public void Begin(JetLayout layout, int samples)
    {
        if (TryPack())
        {
            return;
        }

        // Only where many rows may leave out inputs that are zero, a copy pays.
        var tape = Scratch.Tape(layout, samples);
        bool few = (long)samples * layout.Count <= PackedNetwork<T>.FewRows;
        Packed.Pack(reverse: false, reverseFirst: false, stored: few || !tape.MaySkipInputs, keepZeros: tape.MaySkipInputs);
    }

    /// <summary>Reads the network's parameters, for derivatives at one sample.</summary>
    public void BeginDerivatives()
    {
        if (!TryPack())
        {
            Packed.Pack(reverse: true, reverseFirst: true, stored: true);
        }
    }

    /// <summary>Packs the parameters, or finds them packed, if they are few and the same as at the last call.</summary>
    private bool TryPack()
    {
        if (_seen is null)
        {
            return false;
        }

        var parameters = _network.Parameters;
        if (!_hasSeen || !MemoryMarshal.AsBytes<T>(parameters).SequenceEqual(MemoryMarshal.AsBytes<T>(_seen)))
        {
            parameters.CopyTo(_seen);
            (_hasSeen, _isPacked) = (true, false);
            return false;
        }

        if (_isPacked)
        {
            // The scalings may have changed.
            Packed.Reserve(reverse: true, reverseFirst: true);
            return true;
        }

        Packed.Pack(reverse: true, reverseFirst: true);
        return _isPacked = true;
    }
}
