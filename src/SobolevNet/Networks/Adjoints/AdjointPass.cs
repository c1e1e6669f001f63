using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Values, Jacobians by all inputs and products of Hessians with directions, by adjoints, and the gradient of any loss of them: for losses of your own
/// with many inputs and few outputs, such as a Laplacian in many dimensions.
/// </summary>
/// <remarks>
/// <para>
/// For S samples, n inputs, m outputs and k tangents the spans are row-major: inputs (S, n), outputs (S, m), Jacobians (S, m, n), directions (k, S, n) and
/// products (k, S, m, n). With q seeds of your own u, shape (S, q, m), there are the products uᵀ∂y/∂x and uᵀ∂²y/∂x² instead, (S, q, n) and (k, S, q, n). The tangent comes first, before the sample: element i of direction t of sample s is at ((t·S) + s)·n + i. The arrays of
/// <c>JetData.FromDirections</c> have the sample first instead, (S, k, n). Here S is the number of samples of the pass, not <see cref="Capacity"/>.
/// </para>
/// <para>
/// The cost grows with (1 + outputs)(1 + tangents), or (1 + seeds)(1 + tangents), where a <see cref="JetPass{T}"/> takes one row for each component. Holds memory for the largest
/// batch and a packed copy of the weights; call <see cref="Refresh"/> after changing the network's parameters. Not thread-safe; passes of their own on the
/// same network are. Equations: docs/notation.md.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AdjointPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PassNetwork<T> _network;
    private readonly AdjointTape<T> _tape;

    /// <summary>Prepares passes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tangents">k, the directions of each sample that its Hessians are multiplied by; 0 for values and Jacobians alone.</param>
    /// <param name="capacity">Most samples of a pass, at least 1.</param>
    /// <param name="seeds">
    /// q, the seeds of each sample that <see cref="Forward"/> is given: combinations of outputs whose derivatives are wanted, at least 1. Left out: the derivatives of
    /// each output.
    /// </param>
    /// <exception cref="NotSupportedException">There are tangents, and the activation has no second derivative.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or needs more memory than arrays hold.</exception>
    public AdjointPass(Mlp<T> network, int tangents, int capacity, int? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNegative(tangents);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tangents, JetLayout.MaxComponents);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (seeds is { } count)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(seeds));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, JetLayout.MaxComponents, nameof(seeds));
        }

        var architecture = network.Architecture;
        architecture.CheckOrder(tangents > 0 ? 2 : 1);
        if (!AdjointTape<T>.Fits(architecture, tangents, capacity, seeds))
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity,
                $"Values and adjoints with {tangents} tangents of so many samples of a network {architecture} are more than one array holds.");
        }

        Seeds = seeds;
        _tape = new AdjointTape<T>(
            architecture, tangents, capacity, AdjointTape<T>.LoneGroup(architecture, tangents, capacity, seeds), seeds, ownSeeds: seeds is not null);
        _network = new PassNetwork<T>(network, _tape.ReverseScratch, keepZeros: false);
        Refresh();
    }

    /// <summary>The network.</summary>
    public Mlp<T> Network => _network.Network;

    /// <summary>k, the directions of each sample.</summary>
    public int Tangents => _tape.Tangents;

    /// <summary>q, the seeds of each sample; null where each output has one.</summary>
    public int? Seeds { get; }

    /// <summary>Most samples of a pass.</summary>
    public int Capacity => _tape.Capacity;

    private int Rows => Seeds ?? Network.Architecture.Outputs;

    /// <summary>Reads the network's parameters anew.</summary>
    public void Refresh() => _network.Refresh();

    /// <summary>Computes values, Jacobians and, along directions, products of Hessians.</summary>
    /// <param name="x">Inputs, shape (samples, n), at most <see cref="Capacity"/> samples.</param>
    /// <param name="directions">
    /// v, shape (k, samples, n): the first direction of every sample, then the second of every sample, and so on. That is not the order (samples, k, n) of
    /// <c>JetData.FromDirections</c>. Empty without tangents.
    /// </param>
    /// <param name="y">Receives the outputs, shape (samples, m).</param>
    /// <param name="jacobian">Receives ∂y/∂x, shape (samples, m, n); with seeds uᵀ∂y/∂x, shape (samples, q, n).</param>
    /// <param name="products">
    /// Receives (∂²y/∂x²)·v, shape (k, samples, m, n): Σⱼ ∂²y_o/∂x_i∂x_j·v_j of tangent t, sample s, output o and input i is at ((t·samples + s)·m + o)·n + i.
    /// Empty without tangents. With seeds uᵀ(∂²y/∂x²)·v, shape (k, samples, q, n).
    /// </param>
    /// <param name="seeds">u, shape (samples, q, m), where the pass was made for q seeds; else empty.</param>
    /// <exception cref="ArgumentException">A length does not fit, or an element of the inputs, directions or seeds is not finite.</exception>
    public void Forward(
        ReadOnlySpan<T> x, ReadOnlySpan<T> directions, Span<T> y, Span<T> jacobian, Span<T> products, ReadOnlySpan<T> seeds = default)
    {
        var (inputs, outputs) = (Network.Architecture.Inputs, Network.Architecture.Outputs);
        if (x.IsEmpty || x.Length % inputs != 0 || x.Length / inputs > Capacity)
        {
            throw new ArgumentException($"x has {x.Length} elements; expected those of 1 to {Capacity} samples of {inputs} inputs.", nameof(x));
        }

        int samples = x.Length / inputs;
        Check(directions.Length, samples, nameof(directions), Tangents, inputs);
        CheckResults(y.Length, jacobian.Length, products.Length, samples, nameof(y), nameof(jacobian), nameof(products));
        Check(seeds.Length, samples, nameof(seeds), Seeds ?? 0, outputs);
        FiniteInputs.Check(x, inputs, nameof(x));
        FiniteInputs.Check(directions, inputs, nameof(directions));
        FiniteInputs.Check(seeds, outputs, nameof(seeds));

        _tape.Begin(samples);
        for (int group = 0; group < _tape.Groups; group++)
        {
            var (start, count) = _tape.Group(group);
            var input = _tape.Input(group);
            x.Slice(start * inputs, count * inputs).CopyTo(input.Component(0));
            for (int k = 0; k < Tangents; k++)
            {
                directions.Slice(((k * samples) + start) * inputs, count * inputs).CopyTo(input.Component(1 + k));
            }

            if (!seeds.IsEmpty)
            {
                seeds.Slice(start * Rows * outputs, count * Rows * outputs).CopyTo(_tape.Seeds(group));
            }

            _tape.Forward(group, _network.Packed, _network.Workspace);
            _tape.Output(group).CopyTo(y[(start * outputs)..]);
            var derivatives = _tape.Derivatives(group);
            for (int k = 0; k <= Tangents; k++)
            {
                var from = derivatives.Component(k);
                from.CopyTo(RowsOf(jacobian, products, k, samples, start, from.Length));
            }
        }

        _network.EndForward();
    }

    /// <summary>
    /// Takes the adjoints of what the last <see cref="Forward"/> gave back to the parameters. May be called once for each forward pass; inputs, directions
    /// and seeds get no adjoint.
    /// </summary>
    /// <param name="yAdjoint">∂E/∂y, shape (samples, m).</param>
    /// <param name="jacobianAdjoint">∂E by the Jacobians, in their shape (samples, m, n) or (samples, q, n).</param>
    /// <param name="productsAdjoint">∂E by the products of Hessians, in their shape; empty without tangents.</param>
    /// <param name="parameterGradient">Receives ∂E/∂parameters in the order of <see cref="Mlp{T}.Parameters"/>.</param>
    /// <exception cref="InvalidOperationException">No forward pass came before.</exception>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Reverse(
        ReadOnlySpan<T> yAdjoint, ReadOnlySpan<T> jacobianAdjoint, ReadOnlySpan<T> productsAdjoint, Span<T> parameterGradient)
    {
        _network.CheckForward();
        var architecture = Network.Architecture;
        int samples = _tape.Samples;
        CheckResults(
            yAdjoint.Length, jacobianAdjoint.Length, productsAdjoint.Length, samples, nameof(yAdjoint), nameof(jacobianAdjoint), nameof(productsAdjoint));
        _network.BeginReverse(parameterGradient, mayBeEmpty: false);
        for (int group = 0; group < _tape.Groups; group++)
        {
            int start = _tape.Group(group).Start;
            var output = _tape.Output(group);
            yAdjoint.Slice(start * architecture.Outputs, output.Length).CopyTo(output);
            var derivatives = _tape.Derivatives(group);
            for (int k = 0; k <= Tangents; k++)
            {
                var to = derivatives.Component(k);
                RowsOf(jacobianAdjoint, productsAdjoint, k, samples, start, to.Length).CopyTo(to);
            }

            _tape.Reverse(group, _network.Packed, _network.Workspace, _network.Scratch);
        }

        for (int layer = 0; layer < architecture.LayerCount; layer++)
        {
            _tape.Gradient(layer, 0, Network.LayerOf(parameterGradient, layer), accumulate: false, _network.Packed, _network.Workspace);
        }
    }

    /// <summary>The rows of a group in the Jacobian, or in the products with one of the tangents.</summary>
    private Span<T> RowsOf(Span<T> jacobian, Span<T> products, int component, int samples, int start, int length)
    {
        int size = Rows * Network.Architecture.Inputs;
        return component == 0 ? jacobian.Slice(start * size, length) : products.Slice((((component - 1) * samples) + start) * size, length);
    }

    private ReadOnlySpan<T> RowsOf(ReadOnlySpan<T> jacobian, ReadOnlySpan<T> products, int component, int samples, int start, int length)
    {
        int size = Rows * Network.Architecture.Inputs;
        return component == 0 ? jacobian.Slice(start * size, length) : products.Slice((((component - 1) * samples) + start) * size, length);
    }

    private void CheckResults(int y, int jacobian, int products, int samples, string yName, string jacobianName, string productsName)
    {
        var architecture = Network.Architecture;
        Check(y, samples, yName, 1, architecture.Outputs);
        Check(jacobian, samples, jacobianName, 1, (long)Rows * architecture.Inputs);
        Check(products, samples, productsName, Tangents, (long)Rows * architecture.Inputs);
    }

    private void Check(int length, int samples, string name, int rows, long size)
    {
        long expected = (long)rows * samples * size;
        if (length != expected)
        {
            string ofSample = Seeds is { } seeds ? $"{Tangents} tangents and {seeds} seeds" : $"{Tangents} tangents";
            throw new ArgumentException(
                $"{name} has {length} elements; {samples} samples of a network {Network.Architecture} with {ofSample} need {expected}.", name);
        }
    }
}
