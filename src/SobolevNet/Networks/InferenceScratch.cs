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

    /// <summary>Rows of values and adjoints that derivatives by all inputs are computed with at a time: what fills a cache.</summary>
    private const int RowsOfPass = 224;

    private readonly MlpArchitecture _architecture;
    private readonly PointPass<T> _points;
    private readonly Workspace<T> _workspace = new();
    private readonly AdjointTape<T>?[] _adjoints = new AdjointTape<T>?[2];
    private readonly JetLayout?[] _layouts = new JetLayout?[2];
    private T[] _memory = [];
    private int _offset;
    private JetTape<T>? _tape;

    public InferenceScratch(MlpArchitecture architecture) => (_architecture, _points) = (architecture, new PointPass<T>(architecture));

    /// <summary>Whether it is small enough to be kept after a call.</summary>
    public bool IsWorthKeeping =>
        (long)_memory.Length + (_adjoints[0]?.Length ?? 0) + (_adjoints[1]?.Length ?? 0) + _workspace.Length + _points.Length <= Math.Max(SmallMemory, 4L * _architecture.ParameterCount);

    /// <summary>A tape for some samples of a layout, or for as many of them as fill a cache.</summary>
    private JetTape<T> Tape(JetLayout layout, int samples)
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
        var (inputs, outputs) = (_architecture.Inputs, _architecture.Outputs);
        int samples = x.Length / inputs;
        if (IsByPoints(network, samples, 1))
        {
            for (int s = 0; s < samples; s++)
            {
                _points.Evaluate(network, x.Slice(s * inputs, inputs), y.Slice(s * outputs, outputs));
            }

            return;
        }

        var tape = Tape(JetLayout.Value, samples);
        for (int start = 0; start < samples; start += tape.Capacity)
        {
            int count = Math.Min(tape.Capacity, samples - start);
            tape.Begin(count);
            x.Slice(start * inputs, count * inputs).CopyTo(tape.Input(0).Data);
            tape.Forward(0, network, _workspace);
            tape.Output(0).Data.CopyTo(y[(start * outputs)..]);
        }
    }

    /// <summary>Jets at some inputs.</summary>
    public void Propagate(PackedNetwork<T> network, JetSpan<T> input, JetSpan<T> output)
    {
        if (IsByPoints(network, input.Samples, input.Layout.Count))
        {
            for (int s = 0; s < input.Samples; s++)
            {
                input.Slice(s, 1).CopyTo(_points.Input(input.Layout));
                _points.Forward(network, input.Layout, _workspace).CopyTo(output.Slice(s, 1));
            }

            return;
        }

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

    /// <summary>Jacobians by all inputs, by forward jets where there are more outputs than inputs.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="x">Shape (S, n).</param>
    /// <param name="jacobian">Receives shape (S, m, n).</param>
    public void Jacobian(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> jacobian)
    {
        var (inputs, outputs) = (_architecture.Inputs, _architecture.Outputs);
        if (PrefersJets(1 + outputs, order: 1))
        {
            Jets(network, x, jacobian, order: 1);
            return;
        }

        int samples = x.Length / inputs;
        if (IsByPoints(network, samples, 1 + outputs))
        {
            Points(network, x, jacobian, order: 1);
            return;
        }

        int seeds = Math.Min(outputs, RowsOfPass - 1);
        var tape = Adjoints(tangents: 0, seeds, samples);
        for (int start = 0; start < samples; start += tape.Capacity)
        {
            int count = Math.Min(tape.Capacity, samples - start);
            for (int from = 0; from < outputs; from += seeds)
            {
                // The last outputs of a range that does not divide are computed twice.
                int first = Math.Min(from, outputs - seeds);
                tape.Begin(count, first);
                x.Slice(start * inputs, count * inputs).CopyTo(tape.Input(0).Data);
                tape.Forward(0, network, _workspace);
                var rows = tape.Derivatives(0);
                for (int row = 0; row < rows.Samples; row++)
                {
                    int to = ((start + (row / seeds)) * outputs) + first + (row % seeds);
                    rows.Row(0, row).CopyTo(jacobian[(to * inputs)..]);
                }
            }
        }
    }

    /// <summary>Hessians by all inputs, by forward jets where those have fewer rows.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="x">Shape (S, n).</param>
    /// <param name="hessian">Receives shape (S, m, n, n).</param>
    public void Hessian(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> hessian)
    {
        var (inputs, outputs) = (_architecture.Inputs, _architecture.Outputs);
        if (PrefersJets((1 + outputs) * (1L + inputs), order: 2))
        {
            Jets(network, x, hessian, order: 2);
            return;
        }

        int samples = x.Length / inputs;
        if (IsByPoints(network, samples, (1 + outputs) * (1L + inputs)))
        {
            Points(network, x, hessian, order: 2);
            return;
        }

        // Tangents along some inputs at a time through values and adjoints give as many rows of every output's Hessian.
        int seeds = Math.Min(outputs, (RowsOfPass / 2) - 1);
        int tangents = Math.Min(inputs, (RowsOfPass / (1 + seeds)) - 1);
        var tape = Adjoints(tangents, seeds, samples);
        for (int start = 0; start < samples; start += tape.Capacity)
        {
            int count = Math.Min(tape.Capacity, samples - start);
            for (int from = 0; from < outputs; from += seeds)
            {
                int output = Math.Min(from, outputs - seeds);
                for (int along = 0; along < inputs; along += tangents)
                {
                    int first = Math.Min(along, inputs - tangents);
                    tape.Begin(count, output);
                    var input = tape.Input(0);
                    input.Clear();
                    x.Slice(start * inputs, count * inputs).CopyTo(input.Component(0));
                    for (int k = 0; k < tangents; k++)
                    {
                        UnitTangents.Write(input.Component(1 + k), inputs, first + k);
                    }

                    tape.Forward(0, network, _workspace);
                    var products = tape.Derivatives(0);
                    for (int row = 0; row < products.Samples; row++)
                    {
                        int to = (((start + (row / seeds)) * outputs) + output + (row % seeds)) * inputs;
                        for (int k = 0; k < tangents; k++)
                        {
                            products.Row(1 + k, row).CopyTo(hessian[((to + first + k) * inputs)..]);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Whether all derivatives of a sample up to an order are fewer rows than those of adjoints, and one pass.</summary>
    private bool PrefersJets(long rowsOfAdjoints, int order) =>
        JetLayout.CountOfFull(_architecture.Inputs, order) < Math.Min(rowsOfAdjoints, RowsOfPass);

    /// <summary>Derivatives of one order by all inputs, by forward jets.</summary>
    private void Jets(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> derivatives, int order)
    {
        int inputs = _architecture.Inputs;
        int samples = x.Length / inputs;
        var layout = _layouts[order - 1] ??= JetLayout.Full(inputs, order);
        int size = derivatives.Length / samples;
        if (IsByPoints(network, samples, layout.Count))
        {
            for (int s = 0; s < samples; s++)
            {
                WriteUnitJets(x.Slice(s * inputs, inputs), _points.Input(layout));
                ReadDerivatives(_points.Forward(network, layout, _workspace), inputs, derivatives.Slice(s * size, size));
            }

            return;
        }

        var tape = Tape(layout, samples);
        for (int start = 0; start < samples; start += tape.Capacity)
        {
            int count = Math.Min(tape.Capacity, samples - start);
            tape.Begin(count);
            WriteUnitJets(x.Slice(start * inputs, count * inputs), tape.Input(0));
            tape.Forward(0, network, _workspace);
            ReadDerivatives(tape.Output(0), inputs, derivatives.Slice(start * size, count * size));
        }
    }

    /// <summary>Some inputs with unit vectors as tangents; second derivatives are zero.</summary>
    private static void WriteUnitJets(ReadOnlySpan<T> x, JetSpan<T> input)
    {
        input.Clear();
        x.CopyTo(input.Component(0));
        for (int i = 0; i < input.Features; i++)
        {
            UnitTangents.Write(input.Component(1 + i), input.Features, i);
        }
    }

    /// <summary>Takes Jacobians, or Hessians if there are second derivatives, from the outputs' jets.</summary>
    private static void ReadDerivatives(JetSpan<T> output, int inputs, Span<T> derivatives)
    {
        int rows = output.Samples * output.Features;
        var seconds = output.Layout.Seconds;
        if (seconds.IsEmpty)
        {
            Transposition.Run<T>(output.Data[output.ComponentStride..], output.ComponentStride, inputs, rows, derivatives, inputs);
            return;
        }

        for (int k = 0; k < seconds.Length; k++)
        {
            var (i, j) = (seconds[k].I, seconds[k].J);
            var component = output.Component(1 + inputs + k);
            for (int row = 0; row < rows; row++)
            {
                var hessian = derivatives.Slice(row * inputs * inputs, inputs * inputs);
                hessian[(i * inputs) + j] = hessian[(j * inputs) + i] = component[row];
            }
        }
    }

    /// <summary>Whether samples are taken one by one.</summary>
    private bool IsByPoints(PackedNetwork<T> network, int samples, long rows) => !network.IsStored && _points.IsFor(samples, rows);

    /// <summary>Derivatives of one order by adjoints, sample by sample.</summary>
    private void Points(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> derivatives, int order)
    {
        int inputs = _architecture.Inputs;
        int samples = x.Length / inputs;
        int size = derivatives.Length / samples;
        for (int s = 0; s < samples; s++)
        {
            _points.Adjoints(network, x.Slice(s * inputs, inputs), order, derivatives.Slice(s * size, size));
        }
    }

    /// <summary>A tape of values and adjoints for some samples, or for as many of them as fill a cache.</summary>
    private AdjointTape<T> Adjoints(int tangents, int seeds, int samples)
    {
        // One of Jacobians and one of Hessians, which may be asked for in turn.
        ref var kept = ref _adjoints[tangents == 0 ? 0 : 1];
        int capacity = AdjointTape<T>.LoneGroup(_architecture, tangents, samples, seeds);
        return kept is { } tape && tape.Capacity >= capacity ? tape : kept = new AdjointTape<T>(_architecture, tangents, capacity, capacity, seeds);
    }
}
