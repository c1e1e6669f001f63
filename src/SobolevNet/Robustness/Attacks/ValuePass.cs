using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Robustness;

/// <summary>Values of a packed network for some inputs, and adjoints of the outputs taken back to the inputs. One thread at a time.</summary>
internal sealed class ValuePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly JetTape<T> _tape;
    private readonly Workspace<T> _workspace = new();
    private readonly T[] _scratch;

    /// <summary>Reserves memory.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="capacity">Most inputs at a time.</param>
    public ValuePass(MlpArchitecture architecture, int capacity)
    {
        _tape = new JetTape<T>(architecture, JetLayout.Value, 0, capacity, capacity);
        _scratch = new T[_tape.ReverseScratch];
    }

    /// <summary>Most inputs at a time.</summary>
    public int Capacity => _tape.Capacity;

    /// <summary>The current inputs, shape (count, n), to be written.</summary>
    public Span<T> Begin(int count)
    {
        _tape.Begin(count);
        return _tape.Input(0).Data;
    }

    /// <summary>The outputs, shape (count, m), to be replaced by their adjoint before <see cref="Reverse"/>.</summary>
    public Span<T> Forward(PackedNetwork<T> network)
    {
        _tape.Forward(0, network, _workspace);
        return _tape.Output(0).Data;
    }

    /// <summary>Takes the adjoints that were written over what <see cref="Forward"/> gave back.</summary>
    /// <param name="network">The network of the forward pass, packed for reverse passes too.</param>
    /// <param name="inputAdjoint">Receives shape (count, n).</param>
    public void Reverse(PackedNetwork<T> network, Span<T> inputAdjoint) => _tape.Reverse(0, network, _workspace, _scratch, inputAdjoint);
}
