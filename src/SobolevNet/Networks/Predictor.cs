using System.Numerics;

namespace SobolevNet;

/// <summary>
/// A network for many calls: weights packed once, memory reused, any number of threads at a time, and large batches on several threads.
/// </summary>
/// <remarks>
/// Holds a snapshot, two packed copies of the weights: later changes of the network's parameters are not seen. A sample's result does not depend on the batch
/// that it is asked in, nor on threads. Inputs must be finite. Memory is kept for two calls at a time for each processor, each what one layout of
/// some samples needs; a call that allocates needed more than the one before, or another layout, or several threads, which takes some kilobytes.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Predictor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PackedNetwork<T> _packed;
    private readonly BatchInference<T> _inference;

    /// <summary>Takes a snapshot of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="threads">
    /// Most threads that work on values, Jacobians or Hessians of one call, at least 0; 0 for as many as there are processors. A batch that takes less than some hundred
    /// microseconds is done by the thread that calls.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is negative.</exception>
    public Predictor(Mlp<T> network, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Architecture = network.Architecture;
        _inference = new BatchInference<T>(Architecture, threads == 0 ? Environment.ProcessorCount : threads);
        _packed = new PackedNetwork<T>(network);
        _packed.Pack(reverse: true, reverseFirst: true, keepZeros: JetTape<T>.MayHaveZeros(Architecture));
    }

    /// <summary>The shape of the network.</summary>
    public MlpArchitecture Architecture { get; }

    /// <summary>The outputs for some inputs.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <param name="y">Receives shape (samples, outputs), row-major.</param>
    /// <exception cref="ArgumentException">A length does not fit, or an element of <paramref name="x"/> is not finite.</exception>
    public void Evaluate(ReadOnlySpan<T> x, Span<T> y)
    {
        Check(x, y.Length, 1, nameof(y));
        _inference.Evaluate(_packed, x, y);
    }

    /// <summary>The Jacobians by all inputs at some inputs: by adjoints, or by forward jets where there are more outputs than inputs.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <param name="jacobian">Receives ∂yₒ/∂xᵢ, shape (samples, outputs, inputs), row-major.</param>
    /// <exception cref="ArgumentException">A length does not fit, or an element of <paramref name="x"/> is not finite.</exception>
    public void Jacobian(ReadOnlySpan<T> x, Span<T> jacobian)
    {
        Check(x, jacobian.Length, Architecture.Inputs, nameof(jacobian));
        _inference.Jacobian(_packed, x, jacobian);
    }

    /// <summary>The Hessians of every output by all inputs at some inputs: by adjoints, or by forward jets where those have fewer rows.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <param name="hessian">Receives ∂²yₒ/∂xᵢ∂xⱼ, shape (samples, outputs, inputs, inputs), row-major.</param>
    /// <exception cref="ArgumentException">A length does not fit, or an element of <paramref name="x"/> is not finite.</exception>
    /// <exception cref="NotSupportedException">The activation has no second derivative.</exception>
    public void Hessian(ReadOnlySpan<T> x, Span<T> hessian)
    {
        Architecture.CheckOrder(2);
        Check(x, hessian.Length, (double)Architecture.Inputs * Architecture.Inputs, nameof(hessian));
        _inference.Hessian(_packed, x, hessian);
    }

    /// <summary>Propagates jets of any layout.</summary>
    /// <param name="input">Shape (components, samples, inputs).</param>
    /// <param name="output">Receives shape (components, samples, outputs), same layout and samples.</param>
    /// <exception cref="ArgumentException">
    /// A shape does not fit, an element of the input is not finite, or arrays do not hold what is between input and output.
    /// </exception>
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

        JetTape<T>.CheckLayout(Architecture, input.Layout, nameof(input));
        FiniteInputs.Check(input, nameof(input));
        _inference.Propagate(_packed, input, output);
    }

    /// <summary>Checks the inputs, and that the answer has so many elements for each output.</summary>
    private void Check(ReadOnlySpan<T> x, int length, double elements, string name)
    {
        int samples = x.Length / Architecture.Inputs;
        if (x.IsEmpty || x.Length % Architecture.Inputs != 0)
        {
            throw new ArgumentException(
                $"x has {x.Length} elements; expected a positive multiple of the {Architecture.Inputs} inputs.", nameof(x));
        }

        double expected = (double)samples * Architecture.Outputs * elements;
        if (length != expected)
        {
            throw new ArgumentException(
                $"{name} has {length} elements; {samples} samples of a network {Architecture} need {expected:G10}.", name);
        }

        FiniteInputs.Check(x, Architecture.Inputs, nameof(x));
    }
}
