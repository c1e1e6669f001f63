using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>The memory of one thread that asks a network: as much as the samples of a call need, kept for the next one.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class InferenceScratch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of memory beyond which it is kept only if the network has as many parameters.</summary>
    private const int SmallMemory = 1 << 20;

    private readonly MlpArchitecture _architecture;
    private readonly Workspace<T> _workspace = new();
    private readonly AdjointTape<T>?[] _adjoints = new AdjointTape<T>?[2];
    private T[] _memory = [];
    private int _offset;
    private JetTape<T>? _tape;

    public InferenceScratch(MlpArchitecture architecture) => _architecture = architecture;

    /// <summary>Whether it is small enough to be kept after a call.</summary>
    public bool IsWorthKeeping =>
        (long)_memory.Length + (_adjoints[0]?.Length ?? 0) + (_adjoints[1]?.Length ?? 0) + _workspace.Length <= Math.Max(SmallMemory, 4L * _architecture.ParameterCount);

    /// <summary>A tape for some samples of a layout, or for as many of them as fill a cache.</summary>
    public JetTape<T> Tape(JetLayout layout, int samples)
    {
        int capacity = JetTape<T>.LoneGroup(layout.Count, samples);
        if (_tape is { } tape && tape.Capacity >= capacity && tape.Layout.Equals(layout))
        {
            return tape;
        }

        _tape = null;
        long length = JetTape<T>.Memory(_architecture, layout, capacity);
        if (length > AlignedMemory.MaxLength)
        {
            return new JetTape<T>(_architecture, layout, inputOrder: 2, capacity, capacity);
        }

        if (_memory.Length - _offset < length)
        {
            (_memory, _offset) = AlignedMemory.Allocate<T>((int)Math.Min(Math.Max(length, 2L * _memory.Length), AlignedMemory.MaxLength));
        }

        var memory = new ArraySegment<T>(_memory, _offset, (int)length);
        memory.AsSpan().Clear();
        return _tape = new JetTape<T>(_architecture, layout, inputOrder: 2, capacity, capacity, memory);
    }

    /// <summary>Values at some inputs.</summary>
    public void Evaluate(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> y)
    {
        int samples = x.Length / _architecture.Inputs;
        var tape = Tape(JetLayout.Value, samples);
        for (int start = 0; start < samples; start += tape.Capacity)
        {
            int count = Math.Min(tape.Capacity, samples - start);
            tape.Begin(count);
            x.Slice(start * _architecture.Inputs, count * _architecture.Inputs).CopyTo(tape.Input(0).Data);
            tape.Forward(0, network, _workspace);
            tape.Output(0).Data.CopyTo(y[(start * _architecture.Outputs)..]);
        }
    }

    /// <summary>Jets at some inputs.</summary>
    public void Propagate(PackedNetwork<T> network, JetSpan<T> input, JetSpan<T> output)
    {
        var tape = Tape(input.Layout, input.Samples);
        for (int start = 0; start < input.Samples; start += tape.Capacity)
        {
            int count = Math.Min(tape.Capacity, input.Samples - start);
            tape.Begin(count);
            input.Slice(start, count).CopyTo(tape.Input(0));
            tape.Forward(0, network, _workspace);
            tape.Output(0).CopyTo(output.Slice(start, count));
        }
    }

    /// <summary>A tape of one sample and its adjoints.</summary>
    public AdjointTape<T> Adjoints(int tangents, int seeds)
    {
        // One of Jacobians and one of Hessians, which may be asked for in turn.
        ref var kept = ref _adjoints[tangents == 0 ? 0 : 1];
        return kept ??= new AdjointTape<T>(_architecture, tangents, samples: 1, groupSamples: 1, seeds);
    }

    /// <summary>Takes a tape's input, all of one group, to its output and derivatives.</summary>
    public void Forward(AdjointTape<T> tape, PackedNetwork<T> network) => tape.Forward(0, network, _workspace);
}
