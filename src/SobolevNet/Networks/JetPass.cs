using System.Numerics;

namespace SobolevNet;

/// <summary>
/// A forward pass of jets through a network and its reverse pass: for losses of your own, attacks, sensitivities.
/// </summary>
/// <remarks>
/// Holds memory for the largest batch and a packed copy of the weights; call <see cref="Refresh"/> after changing the
/// network's parameters. Not thread-safe; passes of their own on the same network are. Equations: method, section 2.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class JetPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PassNetwork<T> _network;
    private readonly JetTape<T> _tape;
    private T[] _inputAdjoint = [];

    /// <summary>Prepares passes of a layout.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layout">The components to propagate.</param>
    /// <param name="capacity">Most samples of a pass, at least 1.</param>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the layout's order.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or needs more memory than arrays hold.</exception>
    public JetPass(Mlp<T> network, JetLayout layout, int capacity)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        network.Architecture.CheckOrder(layout.Order);
        if (!JetTape<T>.Fits(network.Architecture, layout, capacity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity,
                $"{layout.Count} components of so many samples of a network {network.Architecture} are more than one array holds.");
        }

        _tape = new JetTape<T>(network.Architecture, layout, inputOrder: 2, capacity, JetTape<T>.LoneGroup(layout.Count, capacity));
        _network = new PassNetwork<T>(network, _tape.ReverseScratch, keepZeros: _tape.MaySkipInputs);
        Refresh();
    }

    /// <summary>The network.</summary>
    public Mlp<T> Network => _network.Network;

    /// <summary>The components propagated.</summary>
    public JetLayout Layout => _tape.Layout;

    /// <summary>Most samples of a pass.</summary>
    public int Capacity => _tape.Capacity;

    /// <summary>Reads the network's parameters anew.</summary>
    public void Refresh() => _network.Refresh();

    /// <summary>Propagates jets: z = W a (plus b on the value), a = σ(z) with its derivatives, layer by layer.</summary>
    /// <param name="input">Shape (components, samples, inputs), at most <see cref="Capacity"/> samples.</param>
    /// <param name="output">Receives shape (components, samples, outputs).</param>
    /// <exception cref="ArgumentException">A shape does not fit, or an element of the input is not finite.</exception>
    public void Forward(JetSpan<T> input, JetSpan<T> output)
    {
        Check(input, Network.Architecture.Inputs, input.Samples, nameof(input));
        Check(output, Network.Architecture.Outputs, input.Samples, nameof(output));
        FiniteInputs.Check(input, nameof(input));
        _tape.Begin(input.Samples);
        for (int group = 0; group < _tape.Groups; group++)
        {
            var (start, count) = _tape.Group(group);
            input.Slice(start, count).CopyTo(_tape.Input(group));
            _tape.Forward(group, _network.Packed, _network.Workspace);
            _tape.Output(group).CopyTo(output.Slice(start, count));
        }

        _network.EndForward();
    }

    /// <summary>
    /// Takes the adjoint of the output of the last <see cref="Forward"/> back to the parameters and, if asked, to the input
    /// jets. May be called once for each forward pass.
    /// </summary>
    /// <param name="outputAdjoint">∂E/∂output, shape (components, samples, outputs).</param>
    /// <param name="parameterGradient">
    /// Receives ∂E/∂parameters in the order of <see cref="Mlp{T}.Parameters"/>; empty if not wanted.
    /// </param>
    /// <exception cref="InvalidOperationException">No forward pass came before.</exception>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void Reverse(JetSpan<T> outputAdjoint, Span<T> parameterGradient) =>
        Reverse(outputAdjoint, parameterGradient, default, wantInput: false);

    /// <inheritdoc cref="Reverse(JetSpan{T}, Span{T})"/>
    /// <param name="outputAdjoint">∂E/∂output, shape (components, samples, outputs).</param>
    /// <param name="parameterGradient">
    /// Receives ∂E/∂parameters in the order of <see cref="Mlp{T}.Parameters"/>; empty if not wanted.
    /// </param>
    /// <param name="inputAdjoint">Receives ∂E/∂input, shape (components, samples, inputs).</param>
    public void Reverse(JetSpan<T> outputAdjoint, Span<T> parameterGradient, JetSpan<T> inputAdjoint) =>
        Reverse(outputAdjoint, parameterGradient, inputAdjoint, wantInput: true);

    private void Reverse(JetSpan<T> outputAdjoint, Span<T> parameterGradient, JetSpan<T> inputAdjoint, bool wantInput)
    {
        _network.CheckForward();
        var architecture = Network.Architecture;
        Check(outputAdjoint, architecture.Outputs, _tape.Samples, nameof(outputAdjoint));
        if (wantInput)
        {
            Check(inputAdjoint, architecture.Inputs, _tape.Samples, nameof(inputAdjoint));
        }

        _network.BeginReverse(parameterGradient, mayBeEmpty: true);
        for (int group = 0; group < _tape.Groups; group++)
        {
            var (start, count) = _tape.Group(group);
            outputAdjoint.Slice(start, count).CopyTo(_tape.Output(group));
            int length = wantInput ? count * Layout.Count * architecture.Inputs : 0;
            if (_inputAdjoint.Length < length)
            {
                _inputAdjoint = new T[length];
            }

            var adjoint = _inputAdjoint.AsSpan(0, length);
            _tape.Reverse(group, _network.Packed, _network.Workspace, _network.Scratch, adjoint);
            if (wantInput)
            {
                new JetSpan<T>(adjoint, Layout, count, architecture.Inputs).CopyTo(inputAdjoint.Slice(start, count));
            }
        }

        for (int layer = 0; layer < architecture.LayerCount && !parameterGradient.IsEmpty; layer++)
        {
            _tape.Gradient(layer, 0, Network.LayerOf(parameterGradient, layer), accumulate: false, _network.Packed, _network.Workspace);
        }
    }

    private void Check(JetSpan<T> jets, int features, int samples, string name)
    {
        if (!jets.Layout.Equals(Layout) || jets.Features != features || jets.Samples != samples || samples > Capacity)
        {
            throw new ArgumentException(
                $"{name} has {jets.Layout}, {jets.Samples} samples and {jets.Features} features; expected {Layout}, " +
                $"{(samples > Capacity ? $"at most {Capacity}" : samples)} samples and {features} features.",
                name);
        }
    }
}
