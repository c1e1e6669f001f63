using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// What a forward pass leaves for the reverse pass: the jets of some samples before and after every activation.
/// </summary>
/// <remarks>
/// <para>
/// Samples are cut into groups. A worker takes a group through the whole network, forward and in reverse, while its rows
/// stay in cache; then weight gradients are products over the rows of all groups. The rows of a group (component-major)
/// are contiguous, and groups follow each other, so that the rows of all groups form one matrix.
/// </para>
/// <para>
/// The bits of a sample's results do not depend on the group it is in, and a weight's gradient is one sum over all rows in
/// order; so results are the same for any number of threads.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class JetTape<T> : IPassTape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RowsOfGroup = 224;
    private const int MinRowsOfGroup = 12;
    private const int MinValuesOfGroup = 32;
    private const int RowsOfChunk = 4096;

    /// <summary>Groups of a chunk for each worker, so that workers end at about the same time.</summary>
    private const int GroupsOfWorker = 4;

    /// <summary>Elements of the widest array of a chunk, at most, where workers ask for more rows than <see cref="RowsOfChunk"/>.</summary>
    private const int ElementsOfChunk = 1 << 26;

    private const int LiveInputs = 128;

    private readonly MlpArchitecture _architecture;
    private readonly int _inputComponents;
    private readonly ArraySegment<T> _inputs;
    private readonly ArraySegment<T>[] _before;
    private readonly ArraySegment<T>[] _after;
    private readonly LiveColumns? _live;
    private readonly T[] _offsetBias;
    private bool _isFirst = true;
    private bool _isLast = true;

    /// <summary>Reserves the memory for a pass.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components propagated.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="samples">Most samples of a pass.</param>
    /// <param name="groupSamples">Samples of a group.</param>
    /// <param name="memory">Zeros to work in, <see cref="Memory"/> of them from the start of a cache line on; memory of its own if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">Arrays do not hold as many samples.</exception>
    public JetTape(
        MlpArchitecture architecture, JetLayout layout, int inputOrder, int samples, int groupSamples, ArraySegment<T> memory = default)
    {
        architecture.CheckOrder(layout.Order);
        if (!Fits(architecture, layout, samples))
        {
            throw new ArgumentOutOfRangeException(
                nameof(samples), samples, $"{layout.Count} components of so many samples of a network {architecture} are more than one array holds.");
        }

        _architecture = architecture;
        Layout = layout;
        _inputComponents = layout.Truncate(inputOrder).Count;
        Capacity = samples;
        GroupSamples = groupSamples;
        _live = MaySkip(architecture, _inputComponents) ? new LiveColumns(architecture.Inputs, samples) : null;
        _offsetBias = _live is null ? [] : new T[architecture.Sizes[1]];
        int layers = architecture.LayerCount;
        _inputs = Allocate(architecture.Inputs);
        _before = new ArraySegment<T>[layers];
        _after = new ArraySegment<T>[layers - 1];
        for (int layer = 0; layer < layers; layer++)
        {
            _before[layer] = Allocate(StrideAfter(layer));
            if (layer < layers - 1)
            {
                _after[layer] = Allocate(StrideAfter(layer));
            }
        }

        ArraySegment<T> Allocate(int stride)
        {
            int length = layout.Count * samples * stride;
            if (memory.Array is null)
            {
                return AlignedMemory.Zeros<T>(length);
            }

            var piece = memory[..length];
            memory = memory[(int)Math.Min(AlignedLength(length), memory.Count)..];
            return piece;
        }
    }

    /// <summary>The components propagated.</summary>
    public JetLayout Layout { get; }

    public int RowsOfSample => Layout.Count;

    public bool IsAdjoint => false;

    /// <summary>Most samples of a pass.</summary>
    public int Capacity { get; }

    /// <summary>Samples of a group; the last group may have fewer.</summary>
    public int GroupSamples { get; }

    /// <summary>Samples of the current pass.</summary>
    public int Samples { get; private set; }

    /// <summary>Groups of the current pass.</summary>
    public int Groups => (Samples + GroupSamples - 1) / GroupSamples;

    /// <summary>Whether first layers may leave out inputs that are zero, for which they need packed weights.</summary>
    public bool MaySkipInputs => _live is not null;

    /// <summary>Elements of scratch memory that a reverse pass of one group needs.</summary>
    public int ReverseScratch
    {
        get
        {
            int widest = 0;
            for (int layer = 0; layer < _architecture.LayerCount - 1; layer++)
            {
                widest = Math.Max(widest, StrideAfter(layer));
            }

            return Layout.Count * GroupSamples * widest;
        }
    }

    /// <summary>Whether a network has so many inputs that leaving out those that are zero pays, if there are components enough.</summary>
    public static bool MayHaveZeros(MlpArchitecture architecture) => architecture.Inputs >= LiveInputs;

    /// <summary>Whether first layers may leave out inputs that are zero in so many components.</summary>
    public static bool MaySkip(MlpArchitecture architecture, int inputComponents) =>
        inputComponents >= LiveColumns.MinComponents && MayHaveZeros(architecture);

    /// <summary>Whether arrays hold a tape of so many samples.</summary>
    public static bool Fits(MlpArchitecture architecture, JetLayout layout, int samples)
    {
        long rows = (long)layout.Count * samples;
        return rows <= AlignedMemory.MaxLength / WidestRow(architecture);
    }

    /// <summary>Refuses a layout of which arrays do not hold even one sample between input and output.</summary>
    public static void CheckLayout(MlpArchitecture architecture, JetLayout layout, string name)
    {
        architecture.CheckOrder(layout.Order);
        if (!Fits(architecture, layout, 1))
        {
            throw new ArgumentException(
                $"{name} has {layout.Count} components; those of one sample of a network {architecture} are more than one array holds.", name);
        }
    }

    /// <summary>Elements of memory that a tape of so many samples needs; may be more than one array holds.</summary>
    public static long Memory(MlpArchitecture architecture, JetLayout layout, int samples)
    {
        long rows = (long)layout.Count * samples;
        long length = AlignedLength(rows * architecture.Inputs);
        for (int layer = 0; layer < architecture.LayerCount; layer++)
        {
            bool isLast = layer == architecture.LayerCount - 1;
            length += (isLast ? 1 : 2) * AlignedLength(rows * StrideAfter(architecture, layer));
        }

        return length;
    }

    /// <summary>A tape whose groups some workers share, for a batch that is taken through it in chunks.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="layout">The components propagated.</param>
    /// <param name="inputOrder">The highest order whose input components may differ from zero.</param>
    /// <param name="batch">Most samples of a batch.</param>
    /// <param name="workers">How many workers there are; gradients do not depend on it.</param>
    public static JetTape<T> Shared(MlpArchitecture architecture, JetLayout layout, int inputOrder, int batch, int workers)
    {
        int chunk = ChooseChunk(layout.Count, WidestRow(architecture), batch, workers);
        return new JetTape<T>(architecture, layout, inputOrder, chunk, SharedGroup(layout.Count, chunk));
    }

    /// <summary>
    /// How many samples to take through a tape at once, so that its memory stays small, its products large, and many workers have groups enough. Chunks are whole
    /// groups, and a gradient does not depend on where they end.
    /// </summary>
    public static int ChooseChunk(int components, int widest, int batch, int workers)
    {
        long rows = Math.Max(RowsOfChunk, Math.Min((long)GroupsOfWorker * workers * RowsOfGroup, ElementsOfChunk / widest));
        int chunk = (int)Math.Min(batch, Math.Max(rows / components, SharedGroup(components, batch)));
        int group = LoneGroup(components, chunk);
        return chunk == batch ? batch : chunk / group * group;
    }

    /// <summary>Samples of a group where one thread does all groups: what fills a cache.</summary>
    public static int LoneGroup(int components, int samples) => Math.Clamp(RowsOfGroup / components, 1, Math.Max(1, samples));

    /// <summary>
    /// Samples of a group where threads share the groups: eight groups or more, so that two, four or eight threads have as
    /// many each, or fewer if eight would be too short to use a panel of weights well, or of values to fill one.
    /// </summary>
    public static int SharedGroup(int components, int samples)
    {
        int groups = 8;
        int fewest = components == 1 ? MinValuesOfGroup : MinRowsOfGroup;
        while (groups > 1 && samples * components < groups * fewest)
        {
            groups /= 2;
        }

        return Math.Clamp((samples + groups - 1) / groups, 1, Math.Max(1, RowsOfGroup / components));
    }

    /// <summary>
    /// The distance between rows of hidden features: whole vectors, and off powers of two, which would put the same feature
    /// of all components into the same few lines of the cache.
    /// </summary>
    public static int Stride(int features)
    {
        int padded = (features + 15) & ~15;
        return features >= 64 && (padded & 63) == 0 ? padded + 16 : padded;
    }

    public void Begin(int samples, bool isFirst = true, bool isLast = true)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Capacity);
        (Samples, _isFirst, _isLast) = (samples, isFirst, isLast);
    }

    /// <summary>The first sample and the number of samples of a group.</summary>
    public (int Start, int Count) Group(int group)
    {
        int start = group * GroupSamples;
        return (start, Math.Min(GroupSamples, Samples - start));
    }

    /// <summary>
    /// The input jets of a group, for the caller to fill before each <see cref="Forward"/>, which standardizes them in place.
    /// </summary>
    public JetSpan<T> Input(int group) => View(_inputs, group, _architecture.Inputs);

    /// <summary>The output jets of a group after <see cref="Forward"/>; the caller replaces them by their adjoint before <see cref="Reverse(int, PackedNetwork{T}, Workspace{T}, Span{T})"/>.</summary>
    public JetSpan<T> Output(int group) => View(_before[^1], group, _architecture.Outputs);

    /// <summary>Takes a group from its input to its output.</summary>
    public void Forward(int group, PackedNetwork<T> network, Workspace<T> workspace)
    {
        var (start, samples) = Group(group);
        int firstRow = start * Layout.Count;
        int rows = samples * Layout.Count;
        int layers = _architecture.LayerCount;
        if (network.InputScaling is { } inputScaling)
        {
            int inputs = _architecture.Inputs;
            RowScaling.ToStandard(inputScaling, _inputs.AsSpan(firstRow * inputs, samples * _inputComponents * inputs), samples);
        }

        for (int layer = 0; layer < layers; layer++)
        {
            int inStride = StrideBefore(layer);
            int outStride = StrideAfter(layer);
            var source = (layer == 0 ? _inputs : _after[layer - 1]).AsSpan(firstRow * inStride);
            var before = _before[layer].AsSpan(firstRow * outStride, rows * outStride);
            int live = layer == 0 ? samples * _inputComponents : rows;
            if (layer == 0 && !network.IsStored && HasFewLiveInputs(start, samples, source, workspace))
            {
                LiveGemm.Multiply<T>(
                    source, inStride, samples, _inputComponents, _live, start, network.Forward[layer]!, before, outStride, workspace);
            }
            else
            {
                network.MultiplyForward(layer, source, inStride, live, before, outStride, workspace);
            }

            before[(live * outStride)..].Clear();
            if (layer < layers - 1)
            {
                network.ActivationAfter(layer).Forward(
                    Layout, samples, outStride, outStride, before, network.Bias[layer], _after[layer].AsSpan(firstRow * outStride),
                    workspace);
                continue;
            }

            for (int s = 0; s < samples; s++)
            {
                var row = before.Slice(s * outStride, outStride);
                TensorPrimitives.Add(row, network.Bias[layer].AsSpan(0, outStride), row);
            }

            if (network.OutputScaling is { } outputScaling)
            {
                RowScaling.ToRaw(outputScaling, before, samples);
            }
        }
    }

    public void Reverse(int group, PackedNetwork<T> network, Workspace<T> workspace, Span<T> scratch) => Reverse(group, network, workspace, scratch, default);

    /// <summary>
    /// Takes the adjoint of a group's output back: afterwards the tape holds the adjoint of every layer's product, and
    /// <paramref name="inputAdjoint"/> that of the input, if it is not empty (rows × inputs).
    /// </summary>
    public void Reverse(int group, PackedNetwork<T> network, Workspace<T> workspace, Span<T> scratch, Span<T> inputAdjoint)
    {
        var (start, samples) = Group(group);
        int firstRow = start * Layout.Count;
        int rows = samples * Layout.Count;
        if (network.OutputScaling is { } outputScaling)
        {
            RowScaling.ToRaw(outputScaling, Output(group).Data, values: 0);
        }

        for (int layer = _architecture.LayerCount - 1; layer >= 0; layer--)
        {
            int outStride = StrideAfter(layer);
            int inStride = StrideBefore(layer);
            var adjoint = _before[layer].AsSpan(firstRow * outStride, rows * outStride);
            if (layer == 0)
            {
                if (!inputAdjoint.IsEmpty)
                {
                    network.MultiplyReverse(0, adjoint, outStride, rows, inputAdjoint, inStride, workspace);
                    if (network.InputScaling is { } inputScaling)
                    {
                        RowScaling.ToStandard(inputScaling, inputAdjoint[..(rows * inStride)], values: 0);
                    }
                }

                break;
            }

            network.MultiplyReverse(layer, adjoint, outStride, rows, scratch, inStride, workspace);
            ClearPadding(scratch, rows, _architecture.Sizes[layer], inStride);
            network.ActivationAfter(layer - 1).Reverse(
                Layout, samples, inStride, inStride, _before[layer - 1].AsSpan(firstRow * inStride), network.Bias[layer - 1],
                _after[layer - 1].AsSpan(firstRow * inStride), scratch, workspace);
        }
    }

    /// <summary>
    /// The gradient of some output features of a layer, from <paramref name="first"/> on, summed over all rows of the pass.
    /// </summary>
    public void Gradient(int layer, int first, DenseLayer<T> gradient, bool accumulate, PackedNetwork<T> network, Workspace<T> workspace)
    {
        int outStride = StrideAfter(layer);
        int inStride = StrideBefore(layer);
        int columns = _architecture.Sizes[layer];
        int count = gradient.Outputs;
        var adjoint = _before[layer].AsSpan(first);
        var source = layer == 0 ? _inputs : _after[layer - 1];
        bool hasAllRows = layer > 0 || _inputComponents == Layout.Count;
        for (int group = 0; group < Groups;)
        {
            // Groups that leave inputs out add their terms in another order, so each decides for itself, whatever the others of the pass are.
            var (start, samples) = Group(group);
            bool isSparse = layer == 0 && HasFewLiveInputs(group);
            for (group++; group < Groups && (isSparse || hasAllRows) && isSparse == (layer == 0 && HasFewLiveInputs(group)); group++)
            {
                samples += Group(group).Count;
            }

            int firstRow = start * Layout.Count;
            var rowsOfAdjoint = adjoint[(firstRow * outStride)..];
            var rowsOfSource = source.AsSpan(firstRow * inStride);
            if (isSparse)
            {
                LiveGemm.MultiplyTransposed<T>(
                    rowsOfAdjoint, outStride, rowsOfSource, inStride, samples, GroupSamples, Layout.Count, _inputComponents, _live!, start, columns, 0, count,
                    gradient.Weights, columns, accumulate || start > 0, workspace);
            }
            else
            {
                Gemm.MultiplyTransposed<T>(
                    rowsOfAdjoint, outStride, rowsOfSource, inStride, samples * (hasAllRows ? Layout.Count : _inputComponents), columns, 0, count,
                    gradient.Weights, columns, accumulate || start > 0, workspace);
            }
        }

        if (!accumulate)
        {
            gradient.Bias.Clear();
        }

        if (layer == 0 && network.InputOffset is { } offset)
        {
            // The rows of the tape lack the offset. Its part of the weights' gradient is the bias gradient of the passes that belong together times the offset.
            var bias = _offsetBias.AsSpan(first, count);
            if (_isFirst)
            {
                bias.Clear();
            }

            AddBias(adjoint, outStride, bias);
            if (!_isLast)
            {
                return;
            }

            for (int o = 0; o < count; o++)
            {
                var row = gradient.Weights.Slice(o * columns, columns);
                TensorPrimitives.FusedMultiplyAdd(offset, bias[o], row, row);
            }

            TensorPrimitives.Add(gradient.Bias, bias, gradient.Bias);
            return;
        }

        AddBias(adjoint, outStride, gradient.Bias);
    }

    /// <summary>The gradient of a layer that one sample of a group contributes. The network is not packed for inputs that stay zero.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="group">The group.</param>
    /// <param name="sample">The sample's place in its group.</param>
    /// <param name="gradient">Receives the gradient of all output features.</param>
    /// <param name="workspace">Memory for products.</param>
    public void SampleGradient(int layer, int group, int sample, DenseLayer<T> gradient, Workspace<T> workspace)
    {
        var (start, samples) = Group(group);
        int row = (start * Layout.Count) + sample;
        int outStride = StrideAfter(layer);
        int inStride = StrideBefore(layer);
        var adjoint = _before[layer].AsSpan(row * outStride);
        Gemm.MultiplyTransposed<T>(
            adjoint, samples * outStride, (layer == 0 ? _inputs : _after[layer - 1]).AsSpan(row * inStride), samples * inStride,
            layer == 0 ? _inputComponents : Layout.Count, gradient.Inputs, 0, gradient.Outputs, gradient.Weights, gradient.Inputs, accumulate: false, workspace);
        adjoint[..gradient.Outputs].CopyTo(gradient.Bias);
    }

    /// <summary>Adds up the adjoints of the values of all samples, in order.</summary>
    private void AddBias(ReadOnlySpan<T> adjoint, int stride, Span<T> sum)
    {
        for (int group = 0; group < Groups; group++)
        {
            var (start, samples) = Group(group);
            RowSums.Add(adjoint[(start * Layout.Count * stride)..], stride, samples, sum);
        }
    }

    /// <summary>Looks for input features that are zero in all components of a sample, as an image's background is.</summary>
    [MemberNotNullWhen(true, nameof(_live))]
    private bool HasFewLiveInputs(int start, int samples, ReadOnlySpan<T> rows, Workspace<T> workspace)
    {
        if (_live is null)
        {
            return false;
        }

        bool few = true;
        int stride = _architecture.Inputs;
        for (int s = 0; s < samples; s++)
        {
            few &= _live.Find(start + s, rows[(s * stride)..], samples * stride, _inputComponents, workspace);
        }

        return few;
    }

    /// <summary>Whether the samples of a group have so few inputs that differ from zero that the first layer leaves the others out.</summary>
    public bool HasFewLiveInputs(int group)
    {
        var (start, samples) = Group(group);
        bool few = _live is not null;
        for (int s = start; s < start + samples && few; s++)
        {
            few = _live!.AreFew(s);
        }

        return few;
    }

    /// <summary>Zeros the ends of rows, which products leave as they are: the activation's kernel computes whole rows, and zeros stay zeros.</summary>
    private static void ClearPadding(Span<T> data, int rows, int features, int stride)
    {
        if (features == stride)
        {
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            data[((row * stride) + features)..((row + 1) * stride)].Clear();
        }
    }

    private int StrideBefore(int layer) => layer == 0 ? _architecture.Inputs : StrideAfter(layer - 1);

    private int StrideAfter(int layer) => StrideAfter(_architecture, layer);

    private static int StrideAfter(MlpArchitecture architecture, int layer) =>
        layer == architecture.LayerCount - 1 ? architecture.Outputs : Stride(architecture.Sizes[layer + 1]);

    private static int WidestRow(MlpArchitecture architecture)
    {
        int widest = architecture.Inputs;
        for (int layer = 0; layer < architecture.LayerCount; layer++)
        {
            widest = Math.Max(widest, StrideAfter(architecture, layer));
        }

        return widest;
    }

    /// <summary>A length rounded up to whole cache lines.</summary>
    private static long AlignedLength(long length)
    {
        int line = AlignedMemory.Alignment / Unsafe.SizeOf<T>();
        return (length + line - 1) / line * line;
    }

    private JetSpan<T> View(ArraySegment<T> data, int group, int features)
    {
        var (start, samples) = Group(group);
        int length = samples * Layout.Count * features;
        return new JetSpan<T>(data.AsSpan(start * Layout.Count * features, length), Layout, samples, features);
    }
}
