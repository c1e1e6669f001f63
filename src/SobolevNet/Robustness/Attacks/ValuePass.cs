using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Robustness;

/// <summary>
/// Values of a packed network for some inputs, and adjoints of the outputs, one or several of each, taken back to the inputs. One thread at a time.
/// </summary>
internal sealed class ValuePass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly JetTape<T> _tape;
    private readonly JetTape<T> _reverse;
    private readonly int _adjoints;
    private readonly Workspace<T> _workspace = new();
    private readonly T[] _scratch;

    /// <summary>Reserves memory.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="capacity">Most inputs at a time.</param>
    /// <param name="adjoints">Adjoints of each input's output that are taken back.</param>
    public ValuePass(MlpArchitecture architecture, int capacity, int adjoints = 1)
    {
        _adjoints = adjoints;
        _tape = Tape(capacity);
        _reverse = adjoints == 1 ? _tape : Tape(capacity * adjoints);
        _scratch = new T[_reverse.ReverseScratch];

        JetTape<T> Tape(int rows) => new(architecture, JetLayout.Value, 0, rows, rows);
    }

    /// <summary>Most inputs at a time.</summary>
    public int Capacity => _tape.Capacity;

    /// <summary>The current inputs, shape (count, n), to be written.</summary>
    public Span<T> Begin(int count)
    {
        _tape.Begin(count);
        return _tape.Input(0).Data;
    }

    /// <summary>The outputs of the last forward pass, shape (count, m), as long as their adjoint has not taken their place.</summary>
    public ReadOnlySpan<T> Outputs => _tape.Output(0).Data;

    /// <summary>
    /// The outputs, shape (count, m), to be replaced by their adjoint before <see cref="Reverse"/>; with several adjoints room for those instead,
    /// shape (count, adjoints, m).
    /// </summary>
    public Span<T> Forward(PackedNetwork<T> network)
    {
        _tape.Forward(0, network, _workspace);
        if (_reverse != _tape)
        {
            _reverse.Repeat(_tape, _adjoints);
        }

        return _reverse.Output(0).Data;
    }

    /// <summary>Takes the adjoints that were written over what <see cref="Forward"/> gave back.</summary>
    /// <param name="network">The network of the forward pass, packed for reverse passes too.</param>
    /// <param name="inputAdjoint">Receives shape (count, adjoints, n).</param>
    public void Reverse(PackedNetwork<T> network, Span<T> inputAdjoint) => _reverse.Reverse(0, network, _workspace, _scratch, inputAdjoint);
}
