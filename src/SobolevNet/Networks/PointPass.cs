using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// One sample through a small network: values, jets, or derivatives by adjoints. A pass of a tape is made for many rows and takes longer to prepare than
/// a small network takes to compute.
/// </summary>
/// <remarks>
/// The sums and activations are those of <see cref="JetTape{T}"/> and <see cref="AdjointTape{T}"/>, so a sample has the same bits here and in a batch. Rows lie
/// far enough apart for whole panels of weights.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PointPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The widest layer, input and output included.</summary>
    private const int MaxWidth = 127;

    /// <summary>The most rows that a sample may have between two layers.</summary>
    private const int MaxRows = 64;

    /// <summary>Samples from which a tape is as fast, for values, Jacobians and Hessians alike.</summary>
    private const int ManySamples = 4;

    private readonly MlpArchitecture _architecture;
    private readonly DenseRow<T>[] _values;
    private readonly AdjointActivation<T>?[] _adjoints;
    private readonly int _stride;
    private readonly bool _isSmall;
    private ArraySegment<T> _memory = ArraySegment<T>.Empty;

    /// <summary>Prepares passes through networks of a shape.</summary>
    /// <param name="architecture">The shape.</param>
    public PointPass(MlpArchitecture architecture)
    {
        _architecture = architecture;
        int widest = Widest(architecture);
        _isSmall = widest <= MaxWidth;
        int panelWidth = GemmShape.PanelWidth<T>(VectorWidths.Current);
        _stride = JetTape<T>.Stride(GemmShape.Blocks(widest, panelWidth) * panelWidth);
        _values = new DenseRow<T>[architecture.LayerCount];
        _adjoints = new AdjointActivation<T>?[architecture.LayerCount - 1];
        for (int layer = 0; layer < _values.Length && _isSmall; layer++)
        {
            _values[layer] = DenseRow<T>.Create(layer < _adjoints.Length ? architecture.ActivationAfter(layer) : Activation.Identity);
        }
    }

    /// <summary>Elements of memory held.</summary>
    public int Length => _memory.Count;

    /// <summary>Whether some samples are taken one by one rather than by a tape.</summary>
    /// <param name="samples">Samples of a call.</param>
    /// <param name="rows">Rows of a sample.</param>
    public bool IsFor(int samples, long rows) => _isSmall && samples < ManySamples && rows <= MaxRows;

    /// <summary>The outputs.</summary>
    /// <param name="network">The network, packed.</param>
    /// <param name="x">Shape (n).</param>
    /// <param name="y">Receives shape (m).</param>
    public void Evaluate(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> y)
    {
        var memory = Reserve(2);
        var current = memory[.._stride];
        var next = memory[_stride..];
        Standardize(network, x, current);
        for (int layer = 0; layer < _values.Length; layer++)
        {
            _values[layer].Run(current, network.Forward[layer]!, network.Bias[layer], next);
            var other = current;
            current = next;
            next = other;
        }

        current[..y.Length].CopyTo(y);
        if (network.OutputScaling is { } scaling)
        {
            RowScaling.ToRaw(scaling, y, values: 1);
        }
    }

    /// <summary>Jacobian, or Hessians, by adjoints.</summary>
    /// <param name="network">The network, packed for reverse passes too.</param>
    /// <param name="x">Shape (n).</param>
    /// <param name="order">1 or 2.</param>
    /// <param name="derivatives">Receives shape (m, n), or (m, n, n).</param>
    public void Adjoints(PackedNetwork<T> network, ReadOnlySpan<T> x, int order, Span<T> derivatives)
    {
        var (inputs, outputs, last) = (_architecture.Inputs, _architecture.Outputs, _architecture.LayerCount - 1);
        int tangents = order == 2 ? inputs : 0;
        int valueRows = 1 + tangents;
        int adjointRows = valueRows * outputs;
        int curvatureRows = AdjointActivation<T>.CurvatureRows(tangents);
        int kept = (valueRows + curvatureRows) * _stride;
        int block = Math.Max(valueRows, adjointRows) * _stride;
        var memory = Reserve((last * (valueRows + curvatureRows)) + (2 * Math.Max(valueRows, adjointRows)));
        var current = memory.Slice(last * kept, block);
        var next = memory[((last * kept) + block)..];
        Standardize(network, x, current);
        for (int k = 0; k < tangents; k++)
        {
            var row = current.Slice((1 + k) * _stride, inputs);
            row.Clear();
            row[k] = network.InputScaling is { } scaling ? T.One / scaling.Scale[k] : T.One;
        }

        for (int layer = 0; layer < last; layer++)
        {
            var slopes = memory.Slice(layer * kept, valueRows * _stride);
            Gemm.MultiplyFewRows(current, _stride, valueRows, network.Forward[layer]!, slopes, _stride);
            AdjointAfter(layer).Forward(Block(layer, tangents), slopes, network.Bias[layer], next, memory.Slice((layer * kept) + slopes.Length, curvatureRows * _stride));
            var other = current;
            current = next;
            next = other;
        }

        for (int u = 0; u < outputs; u++)
        {
            var seed = next.Slice(u * _stride, outputs);
            seed.Clear();
            seed[u] = T.One;
        }

        Gemm.MultiplyFewRows(next, _stride, outputs, network.Reverse[last]!, current, _stride);
        current[(outputs * _stride)..(adjointRows * _stride)].Clear();
        for (int layer = last - 1; layer >= 0; layer--)
        {
            var slopes = memory.Slice(layer * kept, valueRows * _stride);
            AdjointAfter(layer).Adjoint(Block(layer, tangents), slopes, memory.Slice((layer * kept) + slopes.Length, curvatureRows * _stride), current, next);
            Gemm.MultiplyFewRows(next, _stride, adjointRows, network.Reverse[layer]!, current, _stride);
        }

        // Row c·m + u is component c of output u.
        var factors = next[..inputs];
        for (int u = 0; u < outputs; u++)
        {
            Factors(network, u, factors);
            for (int component = order - 1; component < valueRows; component++)
            {
                var row = current.Slice(((component * outputs) + u) * _stride, inputs);
                var to = derivatives[(((u * (order == 2 ? tangents : 1)) + component - (order - 1)) * inputs)..];
                for (int i = 0; i < inputs; i++)
                {
                    to[i] = row[i] * factors[i];
                }
            }
        }
    }

    /// <summary>The input's jets, for the caller to fill before <see cref="Forward"/>, which standardizes them in place.</summary>
    public JetSpan<T> Input(JetLayout layout)
    {
        int rows = layout.Count * _architecture.Inputs;
        return new JetSpan<T>(Reserve(4 * layout.Count)[..rows], layout, 1, _architecture.Inputs);
    }

    /// <summary>Takes the input's jets through the network.</summary>
    /// <param name="network">The network, packed.</param>
    /// <param name="layout">The layout that <see cref="Input"/> was called with.</param>
    /// <param name="workspace">Scratch memory.</param>
    /// <returns>The output's jets, valid until the next call.</returns>
    public JetSpan<T> Forward(PackedNetwork<T> network, JetLayout layout, Workspace<T> workspace)
    {
        var (inputs, outputs, last) = (_architecture.Inputs, _architecture.Outputs, _architecture.LayerCount - 1);
        int block = layout.Count * _stride;
        var memory = Reserve(4 * layout.Count);
        var source = memory[..block];
        var before = memory.Slice(block, block);
        var after = memory.Slice(2 * block, block);
        if (network.InputScaling is { } inputScaling)
        {
            RowScaling.ToStandard(inputScaling, source[..(layout.Count * inputs)], values: 1);
        }

        int strideSource = inputs;
        for (int layer = 0; layer < last; layer++)
        {
            Gemm.MultiplyFewRows(source, strideSource, layout.Count, network.Forward[layer]!, before, _stride);
            network.ActivationAfter(layer).Forward(layout, 1, Padded(layer), _stride, before, network.Bias[layer], after, workspace);
            source = after;
            strideSource = _stride;
        }

        Gemm.MultiplyFewRows(source, strideSource, layout.Count, network.Forward[last]!, before, _stride);
        TensorPrimitives.Add(before[..outputs], network.Bias[last].AsSpan(0, outputs), before[..outputs]);
        var output = new JetSpan<T>(memory.Slice(3 * block, layout.Count * outputs), layout, 1, outputs);
        for (int c = 0; c < layout.Count; c++)
        {
            before.Slice(c * _stride, outputs).CopyTo(output.Row(c, 0));
        }

        if (network.OutputScaling is { } outputScaling)
        {
            RowScaling.ToRaw(outputScaling, output.Data, values: 1);
        }

        return output;
    }

    private static int Widest(MlpArchitecture architecture)
    {
        int widest = 0;
        foreach (int size in architecture.Sizes)
        {
            widest = Math.Max(widest, size);
        }

        return widest;
    }

    private static void Standardize(PackedNetwork<T> network, ReadOnlySpan<T> x, Span<T> row)
    {
        x.CopyTo(row);
        if (network.InputScaling is { } scaling)
        {
            RowScaling.ToStandard(scaling, row[..x.Length], values: 1);
        }
    }

    /// <summary>What takes derivatives of an output from standardized to raw units.</summary>
    private static void Factors(PackedNetwork<T> network, int output, Span<T> factors)
    {
        T numerator = T.One;
        for (int i = 0; i < factors.Length; i++)
        {
            T factor = network.InputScaling is { } input ? numerator / input.Scale[i] : numerator;
            factors[i] = network.OutputScaling is { } scaling ? factor * scaling.Scale[output] : factor;
        }
    }

    /// <summary>The activation after a layer, made at the first use: most networks are only asked for values.</summary>
    private AdjointActivation<T> AdjointAfter(int layer) => _adjoints[layer] ??= AdjointActivation<T>.Create(_architecture.ActivationAfter(layer));

    private AdjointBlock Block(int layer, int tangents) => new(1, _architecture.Outputs, tangents, Padded(layer), _stride);

    private int Padded(int layer)
    {
        const int Multiple = AdjointActivation<T>.FeatureMultiple;
        return (_architecture.Sizes[layer + 1] + Multiple - 1) / Multiple * Multiple;
    }

    /// <summary>Memory for some rows, with unspecified content after it grew.</summary>
    private Span<T> Reserve(int rows)
    {
        int length = rows * _stride;
        if (_memory.Count < length)
        {
            _memory = AlignedMemory.Zeros<T>(length);
        }

        return _memory.AsSpan(0, length);
    }
}
