using System.Globalization;

namespace SobolevNet;

/// <summary>
/// The shape of a multilayer perceptron: dense layers with one activation between them, none after the last. The first hidden layer may have an activation of its
/// own: sines before layers of another activation are learned Fourier features.
/// </summary>
public sealed class MlpArchitecture : IEquatable<MlpArchitecture>
{
    /// <summary>The most features that a layer may have; a guard against absurd options and damaged files.</summary>
    public const int MaxFeatures = 1 << 20;

    private readonly int[] _sizes;

    /// <summary>Describes a network.</summary>
    /// <param name="inputs">Input features n, 1 to <see cref="MaxFeatures"/>.</param>
    /// <param name="hidden">Width of each hidden layer, 1 to <see cref="MaxFeatures"/>; none gives a linear map.</param>
    /// <param name="outputs">Output features m, 1 to <see cref="MaxFeatures"/>.</param>
    /// <param name="activation">The activation after each hidden layer.</param>
    /// <param name="firstActivation">The activation after the first hidden layer, if that is another.</param>
    /// <exception cref="ArgumentException">
    /// A size is out of range, the parameters are more than an array holds, or a first activation is given for a network without hidden layers.
    /// </exception>
    public MlpArchitecture(int inputs, IReadOnlyList<int> hidden, int outputs, Activation activation, Activation? firstActivation = null)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        CheckSize(inputs, nameof(inputs));
        CheckSize(outputs, nameof(outputs));
        _sizes = [inputs, .. hidden, outputs];
        foreach (int width in Hidden)
        {
            CheckSize(width, nameof(hidden));
        }

        Activation = EnumArgument.Check(activation, nameof(activation));
        FirstActivation = EnumArgument.Check(firstActivation ?? activation, nameof(firstActivation));
        if (LayerCount == 1 && FirstActivation != Activation)
        {
            throw new ArgumentException(
                $"The first activation {firstActivation} acts after the first hidden layer; the network has no hidden layer.", nameof(firstActivation));
        }

        long parameters = 0;
        for (int layer = 0; layer < LayerCount; layer++)
        {
            parameters += ((long)_sizes[layer] + 1) * _sizes[layer + 1];
        }

        if (parameters > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{LayerCount} layers from {inputs} inputs to {outputs} outputs have {parameters} parameters; at most {Array.MaxLength} are possible.",
                nameof(hidden));
        }

        ParameterCount = (int)parameters;
    }

    /// <summary>Input features n.</summary>
    public int Inputs => _sizes[0];

    /// <summary>Output features m.</summary>
    public int Outputs => _sizes[^1];

    /// <summary>Widths of the hidden layers.</summary>
    public ReadOnlySpan<int> Hidden => _sizes.AsSpan(1, _sizes.Length - 2);

    /// <summary>Input features, hidden widths, output features.</summary>
    public ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>The activation after each hidden layer but the first, see <see cref="FirstActivation"/>.</summary>
    public Activation Activation { get; }

    /// <summary>The activation after the first hidden layer; mostly that of the others.</summary>
    public Activation FirstActivation { get; }

    /// <summary>Number of dense layers: hidden layers + 1.</summary>
    public int LayerCount => _sizes.Length - 1;

    /// <summary>Number of weights and biases of all layers.</summary>
    public int ParameterCount { get; }

    /// <summary>The highest order of jets that the activations are smooth enough to train: 1 where one is ReLU, else 2.</summary>
    public int MaxOrder =>
        LayerCount > 1 && (FirstActivation == Activation.Relu || (LayerCount > 2 && Activation == Activation.Relu)) ? 1 : 2;

    /// <summary>Refuses jets of an order that the activation is not smooth enough for.</summary>
    /// <param name="order">The order asked for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 0, 1 or 2.</exception>
    /// <exception cref="NotSupportedException">The order is above <see cref="MaxOrder"/>.</exception>
    public void CheckOrder(int order)
    {
        if (order is < 0 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "The order of a jet is 0, 1 or 2.");
        }

        if (order > MaxOrder)
        {
            throw new NotSupportedException(
                $"A network with {Activation.Relu} activations cannot carry derivatives of order {order}: its second derivative is zero " +
                "almost everywhere, so second derivatives of the network would be zero and could not be trained. " +
                "Use a smooth activation, for instance Tanh or Softplus, or order 1.");
        }
    }

    /// <inheritdoc/>
    public bool Equals(MlpArchitecture? other) =>
        other is not null && Activation == other.Activation && FirstActivation == other.FirstActivation && _sizes.AsSpan().SequenceEqual(other._sizes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MlpArchitecture);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Activation, FirstActivation, _sizes.Length, Inputs, Outputs);

    /// <summary>The sizes joined by dashes and the activation, as in "1681-512-512-512-9 tanh"; where the first activation is another, both: "1-64-32-1 sine,tanh".</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        string.Join('-', _sizes.Select(size => size.ToString(CultureInfo.InvariantCulture))) + " " + ActivationText;

    /// <summary>The name of the activation in lower case; where the first is another, both joined by a comma.</summary>
    internal string ActivationText =>
        (FirstActivation == Activation ? $"{Activation}" : $"{FirstActivation},{Activation}").ToLowerInvariant();

    /// <summary>The activation after a layer that is not the last.</summary>
    internal Activation ActivationAfter(int layer) => layer == 0 ? FirstActivation : Activation;

    private static void CheckSize(int size, string name)
    {
        if (size is < 1 or > MaxFeatures)
        {
            throw new ArgumentOutOfRangeException(name, size, $"A layer has 1 to {MaxFeatures} features.");
        }
    }
}
