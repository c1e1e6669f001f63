using System.Collections.Concurrent;
using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// A trained network ready to be asked again and again: weights packed once, memory reused, any number of threads at a time.
/// </summary>
/// <remarks>
/// Holds a snapshot: later changes of the network's parameters are not seen. A sample's result does not depend on the batch
/// that it is asked in.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Predictor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PackedNetwork<T> _packed;
    private readonly ConcurrentDictionary<JetLayout, ConcurrentBag<Desk>> _desks = new();

    /// <summary>Takes a snapshot of a network.</summary>
    /// <param name="network">The network.</param>
    public Predictor(Mlp<T> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Architecture = network.Architecture;
        _packed = new PackedNetwork<T>(network);
        _packed.Pack(reverse: false, reverseFirst: false);
    }

    /// <summary>The shape of the network.</summary>
    public MlpArchitecture Architecture { get; }

    /// <summary>The outputs for some inputs.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <param name="y">Receives shape (samples, outputs), row-major.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Evaluate(ReadOnlySpan<T> x, Span<T> y)
    {
        int samples = x.Length / Architecture.Inputs;
        if (x.IsEmpty || x.Length % Architecture.Inputs != 0)
        {
            throw new ArgumentException(
                $"x has {x.Length} elements; expected a positive multiple of the {Architecture.Inputs} inputs.", nameof(x));
        }

        if (y.Length != samples * Architecture.Outputs)
        {
            throw new ArgumentException(
                $"y has {y.Length} elements; {samples} samples of {Architecture.Outputs} outputs need {samples * Architecture.Outputs}.", nameof(y));
        }

        var desk = Take(JetLayout.Value);
        for (int start = 0; start < samples; start += desk.Tape.Capacity)
        {
            int count = Math.Min(desk.Tape.Capacity, samples - start);
            desk.Tape.Begin(count);
            x.Slice(start * Architecture.Inputs, count * Architecture.Inputs).CopyTo(desk.Tape.Input(0).Data);
            desk.Tape.Forward(0, _packed, desk.Workspace);
            desk.Tape.Output(0).Data.CopyTo(y[(start * Architecture.Outputs)..]);
        }

        _desks[JetLayout.Value].Add(desk);
    }

    /// <summary>Propagates jets of any layout.</summary>
    /// <param name="input">Shape (components, samples, inputs).</param>
    /// <param name="output">Receives shape (components, samples, outputs), same layout and samples.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the layout's order.</exception>
    public void Propagate(JetSpan<T> input, JetSpan<T> output)
    {
        if (input.Features != Architecture.Inputs)
        {
            throw new ArgumentException($"The input has {input.Features} features; the network has {Architecture.Inputs} inputs.", nameof(input));
        }

        if (output.Features != Architecture.Outputs || output.Samples != input.Samples || !output.Layout.Equals(input.Layout))
        {
            throw new ArgumentException(
                $"The output has {output.Layout}, {output.Samples} samples and {output.Features} features; expected {input.Layout}, " +
                $"{input.Samples} and {Architecture.Outputs}.",
                nameof(output));
        }

        var desk = Take(input.Layout);
        for (int start = 0; start < input.Samples; start += desk.Tape.Capacity)
        {
            int count = Math.Min(desk.Tape.Capacity, input.Samples - start);
            desk.Tape.Begin(count);
            input.Slice(start, count).CopyTo(desk.Tape.Input(0));
            desk.Tape.Forward(0, _packed, desk.Workspace);
            desk.Tape.Output(0).CopyTo(output.Slice(start, count));
        }

        _desks[input.Layout].Add(desk);
    }

    private Desk Take(JetLayout layout)
    {
        var free = _desks.GetOrAdd(layout, _ => []);
        if (free.TryTake(out var desk))
        {
            return desk;
        }

        int samples = JetTape<T>.LoneGroup(layout.Count, int.MaxValue);
        return new Desk(new JetTape<T>(Architecture, layout, inputOrder: 2, samples, samples), new Workspace<T>());
    }

    /// <summary>What one thread at a time works with.</summary>
    private sealed record Desk(JetTape<T> Tape, Workspace<T> Workspace);
}
