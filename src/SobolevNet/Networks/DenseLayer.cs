namespace SobolevNet;

/// <summary>A view of the parameters of one dense layer, y = W x + b.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct DenseLayer<T>
    where T : unmanaged
{
    internal DenseLayer(Span<T> weights, Span<T> bias, int inputs)
    {
        Weights = weights;
        Bias = bias;
        Inputs = inputs;
    }

    /// <summary>W, shape (outputs, inputs), row-major.</summary>
    public Span<T> Weights { get; }

    /// <summary>b, shape (outputs).</summary>
    public Span<T> Bias { get; }

    /// <summary>Input features.</summary>
    public int Inputs { get; }

    /// <summary>Output features.</summary>
    public int Outputs => Bias.Length;

    /// <summary>The parameters of some outputs.</summary>
    internal DenseLayer<T> Slice(int first, int count) =>
        new(Weights.Slice(first * Inputs, count * Inputs), Bias.Slice(first, count), Inputs);
}
