using System.Numerics;

namespace SobolevNet;

/// <summary>What one thread asks a network with whose parameters may have changed since the last call.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LivePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public LivePass(Mlp<T> network)
    {
        Packed = new PackedNetwork<T>(network);
        Scratch = new InferenceScratch<T>(network.Architecture);
    }

    /// <summary>The network as it is now, after <see cref="Begin"/>.</summary>
    public PackedNetwork<T> Packed { get; }

    /// <summary>Memory.</summary>
    public InferenceScratch<T> Scratch { get; }

    /// <summary>
    /// Reads the network's parameters, and gives a tape. Weights are read where they are stored, with the bits of a packed copy;
    /// only where many rows may leave out inputs that are zero, a copy pays.
    /// </summary>
    /// <param name="layout">The components to propagate.</param>
    /// <param name="samples">Samples of the call.</param>
    public JetTape<T> Begin(JetLayout layout, int samples)
    {
        var tape = Scratch.Tape(layout, samples);
        bool few = (long)samples * layout.Count <= PackedNetwork<T>.FewRows;
        Packed.Pack(reverse: false, reverseFirst: false, stored: few || !tape.MaySkipInputs, keepZeros: tape.MaySkipInputs);
        return tape;
    }

    /// <summary>Reads the network's parameters, for derivatives at one sample.</summary>
    public void BeginDerivatives() => Packed.Pack(reverse: true, reverseFirst: true, stored: true);
}
