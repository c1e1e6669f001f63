using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// A network's weights as the products want them, for the forward and for the reverse pass. Prepared once a step and then read
/// by all threads: packed, or for few rows just as the network stores them.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PackedNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows up to which products read the network's own weights: packing them costs as much as some forty rows.</summary>
    public const int FewRows = 256;

    /// <summary>Output features that are packed by one task, at least: whole panels of any vector width.</summary>
    private const int MinTaskOutputs = 64;

    private readonly Mlp<T> _network;
    private readonly T[] _offsetProduct;
    private readonly Workspace<T> _workspace = new();
    private readonly JetActivation<T> _firstActivation;
    private readonly JetActivation<T> _activation;
    private FeatureScaling<T>? _scaling;
    private (FeatureScaling<T>? OfRows, T[]? Offset) _keepingZeros;

    public PackedNetwork(Mlp<T> network)
    {
        _network = network;
        int layers = network.Architecture.LayerCount;
        var sizes = network.Architecture.Sizes;
        Forward = new PackedMatrix<T>?[layers];
        Reverse = new PackedMatrix<T>?[layers];
        Bias = new T[layers][];
        for (int layer = 0; layer < layers; layer++)
        {
            int panelWidth = GemmShape.PanelWidth<T>(VectorWidths.Current);
            Bias[layer] = new T[Math.Max(JetTape<T>.Stride(sizes[layer + 1]), GemmShape.Blocks(sizes[layer + 1], panelWidth) * panelWidth)];
        }

        _offsetProduct = new T[Bias[0].Length];
        _firstActivation = JetActivation<T>.Create(network.Architecture.FirstActivation);
        _activation = JetActivation<T>.Create(network.Architecture.Activation);
    }

    /// <summary>Wᵀ of each layer; null as long as products read the network's own weights.</summary>
    public PackedMatrix<T>?[] Forward { get; }

    /// <summary>W of each layer; null until a reverse pass through that layer was asked for.</summary>
    public PackedMatrix<T>?[] Reverse { get; }

    /// <summary>The bias of each layer, padded with zeros to a row's stride and to whole panels.</summary>
    public T[][] Bias { get; }

    /// <summary>
    /// How raw inputs are standardized, as it was when <see cref="Reserve"/> was called. Where zeros are kept, shifts of a few scales are
    /// zero here and part of the first bias.
    /// </summary>
    public FeatureScaling<T>? InputScaling { get; private set; }

    /// <summary>
    /// Where zeros are kept, what <see cref="InputScaling"/> leaves out: the standardized input is its result plus this. Null otherwise.
    /// </summary>
    public T[]? InputOffset { get; private set; }

    /// <summary>How raw outputs are standardized, as it was when <see cref="Reserve"/> was called.</summary>
    public FeatureScaling<T>? OutputScaling { get; private set; }

    /// <summary>Whether products read the network's own weights, rather than packed copies.</summary>
    public bool IsStored { get; private set; }

    /// <summary>The kernel of the activation after a layer.</summary>
    public JetActivation<T> ActivationAfter(int layer) => layer == 0 ? _firstActivation : _activation;

    /// <summary>Packs everything that a pass needs.</summary>
    public void Pack(bool reverse, bool reverseFirst, bool stored = false, bool keepZeros = false)
    {
        Reserve(reverse, reverseFirst, stored, keepZeros);
        for (int layer = 0; layer < Forward.Length; layer++)
        {
            Pack(layer, 0, _network.Architecture.Sizes[layer + 1], reverse && (layer > 0 || reverseFirst));
        }

        CompleteBias();
    }

    /// <summary>Reserves the memory that packing will need, as long as there is none, and takes the network's scalings.</summary>
    /// <param name="reverse">Whether there will be reverse passes.</param>
    /// <param name="reverseFirst">Whether they go through the first layer, to the input.</param>
    /// <param name="stored">Whether to leave weights where they are: what pays for few rows.</param>
    /// <param name="keepZeros">Whether inputs that are zero stay zero, for passes that leave those out.</param>
    public void Reserve(bool reverse, bool reverseFirst, bool stored = false, bool keepZeros = false)
    {
        IsStored = stored;
        (InputScaling, InputOffset) = (_network.InputScaling, null);
        if (keepZeros && InputScaling is { } scaling)
        {
            if (scaling != _scaling)
            {
                (_scaling, _keepingZeros) = (scaling, RowScaling.KeepZeros(scaling));
            }

            (InputScaling, InputOffset) = _keepingZeros;
        }

        OutputScaling = _network.OutputScaling;
        var sizes = _network.Architecture.Sizes;
        for (int layer = 0; layer < Forward.Length && !stored; layer++)
        {
            Forward[layer] ??= new PackedMatrix<T>(sizes[layer], sizes[layer + 1]);
            if (reverse && (layer > 0 || reverseFirst))
            {
                Reverse[layer] ??= new PackedMatrix<T>(sizes[layer + 1], sizes[layer]);
            }
        }
    }

    /// <summary>Cuts the packing of all layers into tasks of some output features, for <see cref="Pack(int, int, int, bool)"/>.</summary>
    public IEnumerable<(int Layer, int First, int Count)> Tasks(int workers)
    {
        for (int layer = 0; layer < Forward.Length; layer++)
        {
            int outputs = _network.Architecture.Sizes[layer + 1];
            int count = Math.Max(MinTaskOutputs, outputs / workers / MinTaskOutputs * MinTaskOutputs);
            for (int first = 0; first < outputs; first += count)
            {
                yield return (layer, first, Math.Min(count, outputs - first));
            }
        }
    }

    /// <summary>
    /// Packs some output features of a layer, from a multiple of <see cref="MinTaskOutputs"/> on; different ranges may be
    /// packed by different threads after <see cref="Reserve"/>.
    /// </summary>
    public void Pack(int layer, int first, int count, bool reverse)
    {
        var source = _network.Layer(layer);
        source.Bias.Slice(first, count).CopyTo(Bias[layer].AsSpan(first));
        if (IsStored)
        {
            return;
        }

        var forward = Forward[layer]!;
        int panel = first / forward.PanelWidth;
        forward.PackTransposed(source.Weights, panel, GemmShape.Blocks(first + count, forward.PanelWidth) - panel);
        if (reverse)
        {
            Reverse[layer]!.Pack(source.Weights, first, count);
        }
    }

    /// <summary>Adds to the first bias what <see cref="InputOffset"/> contributes; after all of the first layer is packed.</summary>
    public void CompleteBias()
    {
        if (InputOffset is null)
        {
            return;
        }

        int outputs = _network.Architecture.Sizes[1];
        MultiplyForward(0, InputOffset, InputOffset.Length, 1, _offsetProduct, _offsetProduct.Length, _workspace);
        var bias = Bias[0].AsSpan(0, outputs);
        TensorPrimitives.Add(bias, _offsetProduct.AsSpan(0, outputs), bias);
    }

    /// <summary>Copies the weights of one input of a layer, one for each output.</summary>
    public void CopyColumn(int layer, int input, Span<T> destination)
    {
        if (!IsStored)
        {
            Forward[layer]!.CopyRow(input, destination);
            return;
        }

        var weights = _network.Layer(layer).Weights;
        int inputs = SizesOf(layer).Inputs;
        for (int output = 0; output < destination.Length; output++)
        {
            destination[output] = weights[(output * inputs) + input];
        }
    }

    /// <summary>C = A·Wᵀ with the weights of a layer. Padding between rows of C may be overwritten with zeros.</summary>
    public void MultiplyForward(int layer, ReadOnlySpan<T> a, int strideA, int rows, Span<T> c, int strideC, Workspace<T> workspace)
    {
        bool isPadded = c.Length >= (long)rows * strideC;
        if (IsStored)
        {
            var (outputs, inputs) = SizesOf(layer);
            Gemm.MultiplyStoredTransposed(
                a, strideA, rows, _network.Layer(layer).Weights, outputs, inputs, c, strideC, workspace);
            return;
        }

        Gemm.Multiply(a, strideA, rows, Forward[layer]!, c, strideC, workspace, isPadded);
    }

    /// <summary>C = A·W with the weights of a layer. Padding between rows of C may be overwritten with zeros.</summary>
    public void MultiplyReverse(int layer, ReadOnlySpan<T> a, int strideA, int rows, Span<T> c, int strideC, Workspace<T> workspace)
    {
        bool isPadded = c.Length >= (long)rows * strideC;
        if (IsStored)
        {
            var (outputs, inputs) = SizesOf(layer);
            Gemm.MultiplyStored(a, strideA, rows, _network.Layer(layer).Weights, outputs, inputs, c, strideC, workspace);
            return;
        }

        Gemm.Multiply(a, strideA, rows, Reverse[layer]!, c, strideC, workspace, isPadded);
    }

    private (int Outputs, int Inputs) SizesOf(int layer) => (_network.Architecture.Sizes[layer + 1], _network.Architecture.Sizes[layer]);
}
