namespace SobolevNet;

/// <content>
/// Evaluation: values, Jacobians and Hessians. Each call packs the weights anew; a <see cref="Predictor{T}"/> keeps them.
/// </content>
public sealed partial class Mlp<T>
{
    /// <summary>The output for one input or several.</summary>
    /// <param name="x">Shape (samples, inputs), row-major.</param>
    /// <returns>Shape (samples, outputs), row-major.</returns>
    /// <exception cref="ArgumentException">The length is not a positive multiple of the number of inputs.</exception>
    public T[] Evaluate(ReadOnlySpan<T> x)
    {
        int samples = SamplesOf(x);
        var input = new JetBatch<T>(JetLayout.Value, samples, Architecture.Inputs, x.ToArray());
        return Propagate(input).Data.ToArray();
    }

    /// <summary>Propagates jets of any layout through the network.</summary>
    /// <param name="input">Shape (components, samples, inputs).</param>
    /// <returns>Shape (components, samples, outputs), same layout.</returns>
    /// <exception cref="ArgumentException">The number of features differs from the network's inputs, or the batch is empty.</exception>
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

        var output = new JetBatch<T>(input.Layout, input.Samples, Architecture.Outputs);
        new Predictor<T>(this).Propagate(input, output);
        return output;
    }

    /// <summary>Value and derivatives at one input along given directions, which are straight: x + Σ rᵢ vᵢ.</summary>
    /// <param name="x">The input, shape (inputs).</param>
    /// <param name="directions">The directions vᵢ, shape (p, inputs), row-major.</param>
    /// <param name="order">1 for the Jacobian along the directions, 2 for the Hessian too.</param>
    /// <returns>One sample of the full layout of p tangents: value, ∂ᵢ and, for order 2, ∂ᵢⱼ; shape (components, 1, outputs).</returns>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the order.</exception>
    public JetBatch<T> Derivatives(ReadOnlySpan<T> x, ReadOnlySpan<T> directions, int order)
    {
        int inputs = Architecture.Inputs;
        if (x.Length != inputs)
        {
            throw new ArgumentException($"x has {x.Length} elements; the network has {inputs} inputs.", nameof(x));
        }

        if (directions.IsEmpty || directions.Length % inputs != 0)
        {
            throw new ArgumentException(
                $"The directions have {directions.Length} elements; expected a positive multiple of the {inputs} inputs.", nameof(directions));
        }

        if (order is < 1 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "Derivatives are of order 1 or 2.");
        }

        int tangents = directions.Length / inputs;
        var input = new JetBatch<T>(JetLayout.Full(tangents, order), 1, inputs);
        x.CopyTo(input.Data);
        directions.CopyTo(input.Data[inputs..]);
        return Propagate(input);
    }

    /// <summary>The Jacobian with respect to all inputs.</summary>
    /// <param name="x">The input, shape (inputs).</param>
    /// <returns>∂yₒ/∂xᵢ, shape (outputs, inputs).</returns>
    /// <exception cref="ArgumentException">The length differs from the number of inputs.</exception>
    public T[,] Jacobian(ReadOnlySpan<T> x)
    {
        // One reverse pass an output is cheaper than one tangent an input: outputs are few where inputs are many.
        CheckSingle(x);
        int inputs = Architecture.Inputs;
        int outputs = Architecture.Outputs;
        var pass = new JetPass<T>(this, JetLayout.Value, outputs);
        var input = new JetBatch<T>(JetLayout.Value, outputs, inputs);
        var adjoint = new JetBatch<T>(JetLayout.Value, outputs, outputs);
        for (int o = 0; o < outputs; o++)
        {
            x.CopyTo(input.Row(0, o));
            adjoint[0, o, o] = T.One;
        }

        pass.Forward(input, new JetBatch<T>(JetLayout.Value, outputs, outputs));
        pass.Reverse(adjoint, default, input);
        var jacobian = new T[outputs, inputs];
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                jacobian[o, i] = input[0, o, i];
            }
        }

        return jacobian;
    }

    /// <summary>The Hessian of every output with respect to all inputs.</summary>
    /// <param name="x">The input, shape (inputs).</param>
    /// <returns>∂²yₒ/∂xᵢ∂xⱼ, shape (outputs, inputs, inputs).</returns>
    /// <exception cref="ArgumentException">The length differs from the number of inputs.</exception>
    /// <exception cref="NotSupportedException">The activation has no second derivative.</exception>
    public T[,,] Hessian(ReadOnlySpan<T> x)
    {
        CheckSingle(x);
        Architecture.CheckOrder(2);
        int inputs = Architecture.Inputs;
        int outputs = Architecture.Outputs;
        var hessian = new T[outputs, inputs, inputs];

        // Rows of the Hessian, one tangent at a time: the reverse pass of an order-1 jet along eᵢ, seeded with one on the
        // first derivative of an output, gives ∂(∂ᵢyₒ)/∂x as the adjoint of the input's value.
        var layout = JetLayout.Full(1, 1);
        var pass = new JetPass<T>(this, layout, outputs);
        var input = new JetBatch<T>(layout, outputs, inputs);
        var output = new JetBatch<T>(layout, outputs, outputs);
        var gradient = new JetBatch<T>(layout, outputs, inputs);
        for (int i = 0; i < inputs; i++)
        {
            var adjoint = new JetBatch<T>(layout, outputs, outputs);
            for (int o = 0; o < outputs; o++)
            {
                x.CopyTo(input.Row(0, o));
                input.Row(1, o).Clear();
                input[1, o, i] = T.One;
                adjoint[1, o, o] = T.One;
            }

            pass.Forward(input, output);
            pass.Reverse(adjoint, default, gradient);
            for (int o = 0; o < outputs; o++)
            {
                for (int j = 0; j < inputs; j++)
                {
                    hessian[o, i, j] = gradient[0, o, j];
                }
            }
        }

        return hessian;
    }

    private void CheckSingle(ReadOnlySpan<T> x)
    {
        if (x.Length != Architecture.Inputs)
        {
            throw new ArgumentException($"x has {x.Length} elements; the network has {Architecture.Inputs} inputs.", nameof(x));
        }
    }

    private int SamplesOf(ReadOnlySpan<T> x)
    {
        if (x.IsEmpty || x.Length % Architecture.Inputs != 0)
        {
            throw new ArgumentException(
                $"x has {x.Length} elements; expected a positive multiple of the {Architecture.Inputs} inputs.", nameof(x));
        }

        return x.Length / Architecture.Inputs;
    }
}
