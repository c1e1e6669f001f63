using System.Runtime.InteropServices;

namespace SobolevNet;

/// <content>
/// Evaluation: values, Jacobians and Hessians. Each call sees the parameters as they are; a <see cref="Predictor{T}"/> keeps a packed
/// copy. Inputs must be finite. Memory to work in is kept with the network, a little for each thread that asks at the same time.
/// </content>
public sealed partial class Mlp<T>
{
    private readonly ScratchPool<LivePass<T>> _passes = new();
    private BatchInference<T>? _inference;

    /// <summary>The output for one input or several.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <returns>Shape (samples, outputs), row-major.</returns>
    /// <exception cref="ArgumentException">
    /// The length is not a positive multiple of the number of inputs, an element is not finite, or one array does not hold the outputs.
    /// </exception>
    public T[] Evaluate(ReadOnlySpan<T> x)
    {
        if (x.IsEmpty || x.Length % Architecture.Inputs != 0)
        {
            throw new ArgumentException(
                $"x has {x.Length} elements; expected a positive multiple of the {Architecture.Inputs} inputs.", nameof(x));
        }

        int samples = x.Length / Architecture.Inputs;
        CheckOutput((long)samples * Architecture.Outputs, nameof(x));
        FiniteInputs.Check(x, Architecture.Inputs, nameof(x));
        var y = new T[samples * Architecture.Outputs];
        var pass = Take();
        pass.Begin(JetLayout.Value, samples);
        Inference.Evaluate(pass.Packed, x, y);
        _passes.Return(pass);
        return y;
    }

    /// <summary>Propagates jets of any layout through the network.</summary>
    /// <param name="input">Shape (components, samples, inputs).</param>
    /// <returns>Shape (components, samples, outputs), same layout.</returns>
    /// <exception cref="ArgumentException">
    /// The number of features differs from the network's inputs, the batch is empty, an element is not finite, or arrays do not hold
    /// what is between input and output.
    /// </exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the layout's order.</exception>
    public JetBatch<T> Propagate(JetBatch<T> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Features != Architecture.Inputs || input.Samples == 0)
        {
            throw new ArgumentException(
                $"The batch has {input.Samples} samples of {input.Features} features; expected at least one sample of {Architecture.Inputs}.",
                nameof(input));
        }

        JetTape<T>.CheckLayout(Architecture, input.Layout, nameof(input));
        CheckOutput((long)input.Layout.Count * input.Samples * Architecture.Outputs, nameof(input));
        FiniteInputs.Check<T>(input, nameof(input));
        var output = new JetBatch<T>(input.Layout, input.Samples, Architecture.Outputs);
        var pass = Take();
        pass.Begin(input.Layout, input.Samples);
        Inference.Propagate(pass.Packed, input, output);
        _passes.Return(pass);
        return output;
    }

    /// <summary>Value and derivatives at one input along given directions, which are straight: x + Σ rᵢ vᵢ.</summary>
    /// <param name="x">The input, shape (inputs).</param>
    /// <param name="directions">The directions vᵢ, shape (p, inputs), row-major.</param>
    /// <param name="order">1 for the Jacobian along the directions, 2 for the Hessian too.</param>
    /// <returns>One sample of the full layout of p tangents: value, ∂ᵢ and, for order 2, ∂ᵢⱼ; shape (components, 1, outputs).</returns>
    /// <exception cref="ArgumentException">
    /// A length does not fit, an element is not finite, or the directions are more than a layout or arrays hold.
    /// </exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the order.</exception>
    public JetBatch<T> Derivatives(ReadOnlySpan<T> x, ReadOnlySpan<T> directions, int order)
    {
        int inputs = Architecture.Inputs;
        CheckSingle(x);
        if (directions.IsEmpty || directions.Length % inputs != 0)
        {
            throw new ArgumentException(
                $"The directions have {directions.Length} elements; expected a positive multiple of the {inputs} inputs.", nameof(directions));
        }

        if (order is < 1 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "Derivatives are of order 1 or 2.");
        }

        Architecture.CheckOrder(order);
        FiniteInputs.Check(directions, inputs, nameof(directions));
        int tangents = directions.Length / inputs;
        if (JetLayout.CountOfFull(tangents, order) > JetLayout.MaxComponents)
        {
            throw new ArgumentException(
                $"{tangents} directions have {JetLayout.CountOfFull(tangents, order)} derivatives up to order {order}; " +
                $"a jet has at most {JetLayout.MaxComponents} components.",
                nameof(directions));
        }

        var layout = JetLayout.Full(tangents, order);
        JetTape<T>.CheckLayout(Architecture, layout, nameof(directions));
        var input = new JetBatch<T>(layout, 1, inputs);
        x.CopyTo(input.Data);
        directions.CopyTo(input.Data[inputs..]);
        return Propagate(input);
    }

    /// <summary>The Jacobian with respect to all inputs.</summary>
    /// <param name="x">The input, shape (inputs).</param>
    /// <returns>∂yₒ/∂xᵢ, shape (outputs, inputs).</returns>
    /// <exception cref="ArgumentException">The length differs from the number of inputs, or an element is not finite.</exception>
    /// <exception cref="NotSupportedException">One array does not hold the Jacobian; see <see cref="Derivatives"/>.</exception>
    public T[,] Jacobian(ReadOnlySpan<T> x)
    {
        CheckSingle(x);
        int inputs = Architecture.Inputs;
        int outputs = Architecture.Outputs;
        CheckDerivative("Jacobian", (double)outputs * inputs);
        var jacobian = new T[outputs, inputs];
        var pass = Take();
        pass.BeginDerivatives();
        Inference.Jacobian(pass.Packed, x, MemoryMarshal.CreateSpan(ref jacobian[0, 0], jacobian.Length));
        _passes.Return(pass);
        return jacobian;
    }

    /// <summary>The Hessian of every output with respect to all inputs.</summary>
    /// <param name="x">The input, shape (inputs).</param>
    /// <returns>∂²yₒ/∂xᵢ∂xⱼ, shape (outputs, inputs, inputs).</returns>
    /// <exception cref="ArgumentException">The length differs from the number of inputs, or an element is not finite.</exception>
    /// <exception cref="NotSupportedException">
    /// The activation has no second derivative, or one array does not hold the Hessian; see <see cref="Derivatives"/>.
    /// </exception>
    public T[,,] Hessian(ReadOnlySpan<T> x)
    {
        CheckSingle(x);
        Architecture.CheckOrder(2);
        int inputs = Architecture.Inputs;
        int outputs = Architecture.Outputs;
        CheckDerivative("Hessian", (double)outputs * inputs * inputs);
        var hessian = new T[outputs, inputs, inputs];
        var pass = Take();
        pass.BeginDerivatives();
        Inference.Hessian(pass.Packed, x, MemoryMarshal.CreateSpan(ref hessian[0, 0, 0], hessian.Length));
        _passes.Return(pass);
        return hessian;
    }

    private static void CheckOutput(long length, string name)
    {
        if (length > Array.MaxLength)
        {
            throw new ArgumentException($"{name} has outputs of {length} elements; one array holds at most {Array.MaxLength}.", name);
        }
    }

    private void CheckDerivative(string what, double length)
    {
        if (length > Array.MaxLength)
        {
            throw new NotSupportedException(
                $"The {what} of a network {Architecture} has {length:G10} elements; one array holds at most {Array.MaxLength}. " +
                "Ask for derivatives along chosen directions.");
        }
    }

    private void CheckSingle(ReadOnlySpan<T> x)
    {
        if (x.Length != Architecture.Inputs)
        {
            throw new ArgumentException($"x has {x.Length} elements; the network has {Architecture.Inputs} inputs.", nameof(x));
        }

        FiniteInputs.Check(x, Architecture.Inputs, nameof(x));
    }

    private BatchInference<T> Inference =>
        _inference ?? Interlocked.CompareExchange(ref _inference, new BatchInference<T>(Architecture, Environment.ProcessorCount), null) ?? _inference;

    private LivePass<T> Take() => _passes.TryTake() ?? new LivePass<T>(this);
}
