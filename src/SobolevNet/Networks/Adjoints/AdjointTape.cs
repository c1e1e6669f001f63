using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// What a forward pass of values and their adjoints leaves for its reverse: outputs, their gradients by all inputs and, along k tangents, the
/// products of their Hessians with the tangents, or second derivatives along pairs of tangents.
/// </summary>
/// <remarks>
/// <para>
/// For each output u, p_l = ∂y_u/∂z_l and q_l = ∂y_u/∂a_l are computed from the last layer to the first, after the values; ∂y_u/∂x = W₁ᵀ p₁. That is
/// 1 + m rows for each sample, however many inputs there are. Tangents through both sweeps give H v. The reverse goes up the network first
/// (p̄, then q̄, a tangent sweep along the adjoint of the Jacobian), then down (ā, then z̄).
/// </para>
/// <para>
/// Second derivatives along pairs of tangents take no tangents of the adjoints: each layer adds its share from the tangents of z and from q (<see cref="TangentPairs"/>).
/// </para>
/// <para>
/// Rows of a group of S samples: value rows (1 + k)·S, component-major, and adjoint rows (1 + k)·S·m, or S·m with pairs, component-major, the seeds of a sample
/// adjacent. The adjoint rows of all groups follow their value rows. What is multiplied for weight gradients stands in the same rows of two arrays: z̄ beside
/// a, p beside q̄, and in the first layer x beside z̄₁ and J̄ beside p₁. So a layer's gradient is one product over the rows of all groups, and results do not depend on threads. Tangents of the last layer are zero,
/// and those of the first layer's input may be unit vectors: such rows are left out, group by group.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class AdjointTape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RowsOfGroup = 224;
    private const int RowsOfChunk = 4096;

    /// <summary>Value rows of a group, at least, where threads share the groups.</summary>
    private const int MinRowsOfGroup = 28;

    private readonly MlpArchitecture _architecture;
    private readonly AdjointActivation<T> _firstActivation;
    private readonly AdjointActivation<T> _activation;
    private readonly JetLayout _layout;
    private readonly int _seeds;
    private readonly bool _ownSeeds;
    private readonly bool _hasPairs;
    private readonly int[] _unitInputs;
    private readonly int _components;
    private readonly int _adjointRows;
    private readonly int _rows;
    private readonly ArraySegment<T> _inputs;
    private readonly ArraySegment<T>[] _before;
    private readonly ArraySegment<T>[] _after;
    private readonly ArraySegment<T>[] _curvature;
    private readonly T[] _pairs = [];
    private int _firstOutput;

    /// <summary>Reserves the memory for a pass.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="tangents">k, the directions along which Hessians are multiplied.</param>
    /// <param name="samples">Most samples of a pass.</param>
    /// <param name="groupSamples">Samples of a group.</param>
    /// <param name="seeds">How many adjoints a sample has at a time; as many as outputs if left out.</param>
    /// <param name="ownSeeds">Whether the caller writes them to <see cref="Seeds"/>; they are unit vectors of outputs if not.</param>
    /// <param name="hasPairs">
    /// Whether the results are second derivatives along pairs of tangents instead of products of Hessians; seeds are not the caller's then.
    /// </param>
    /// <param name="unitInputs">The input that each tangent is, which the caller then does not write; empty if tangents are any directions.</param>
    /// <exception cref="ArgumentOutOfRangeException">Arrays do not hold as many samples.</exception>
    public AdjointTape(
        MlpArchitecture architecture, int tangents, int samples, int groupSamples, int? seeds = null, bool ownSeeds = false, bool hasPairs = false,
        int[]? unitInputs = null)
    {
        architecture.CheckOrder(tangents > 0 ? 2 : 1);
        if (!Fits(architecture, tangents, samples, seeds, hasPairs))
        {
            throw new ArgumentOutOfRangeException(
                nameof(samples), samples,
                $"Values and adjoints with {tangents} tangents of so many samples of a network {architecture} are more than one array holds.");
        }

        _architecture = architecture;
        _firstActivation = AdjointActivation<T>.Create(architecture.FirstActivation);
        _activation = AdjointActivation<T>.Create(architecture.Activation);
        _layout = tangents == 0 ? JetLayout.Value : JetLayout.Full(tangents, 1);
        _seeds = seeds ?? architecture.Outputs;
        _ownSeeds = ownSeeds;
        _hasPairs = hasPairs && tangents > 0;
        _unitInputs = unitInputs ?? [];
        _components = 1 + tangents;
        _rows = RowsOfSample(architecture, tangents, seeds, hasPairs);
        _adjointRows = _rows - _components;
        (Tangents, Capacity, GroupSamples) = (tangents, samples, groupSamples);
        int layers = architecture.LayerCount;
        _inputs = AlignedMemory.Zeros<T>(_rows * samples * architecture.Inputs);
        _before = new ArraySegment<T>[layers];
        _after = new ArraySegment<T>[layers - 1];
        _curvature = new ArraySegment<T>[layers - 1];
        for (int layer = 0; layer < layers; layer++)
        {
            int stride = StrideAfter(layer);
            _before[layer] = AlignedMemory.Zeros<T>(_rows * samples * stride);
            if (layer < layers - 1)
            {
                _after[layer] = AlignedMemory.Zeros<T>(_rows * samples * stride);
                _curvature[layer] = AlignedMemory.Zeros<T>(AdjointActivation<T>.CurvatureRows(tangents) * samples * stride);
            }
        }

        if (_hasPairs)
        {
            _pairs = new T[samples * TangentPairs.Length(_seeds, tangents)];
        }

        Length = new[] { _inputs, _pairs }.Concat(_before).Concat(_after).Concat(_curvature).Sum(segment => (long)segment.Count);
    }

    /// <summary>k, the directions along which Hessians are multiplied.</summary>
    public int Tangents { get; }

    /// <summary>Most samples of a pass.</summary>
    public int Capacity { get; }

    /// <summary>Samples of a group; the last group may have fewer.</summary>
    public int GroupSamples { get; }

    /// <summary>Samples of the current pass.</summary>
    public int Samples { get; private set; }

    /// <summary>Groups of the current pass.</summary>
    public int Groups => (Samples + GroupSamples - 1) / GroupSamples;

    /// <summary>Elements of memory held.</summary>
    public long Length { get; }

    /// <summary>Elements of scratch memory that a reverse pass of one group needs.</summary>
    public int ReverseScratch => Math.Max(_components, _adjointRows) * GroupSamples * WidestHidden(_architecture);

    /// <summary>Rows of a sample: value and adjoints, with their tangents.</summary>
    public static int RowsOfSample(MlpArchitecture architecture, int tangents, int? seeds = null, bool hasPairs = false) =>
        checked(1 + tangents + ((hasPairs ? 1 : 1 + tangents) * (seeds ?? architecture.Outputs)));

    /// <summary>Whether arrays hold a tape of so many samples.</summary>
    public static bool Fits(MlpArchitecture architecture, int tangents, int samples, int? seeds = null, bool hasPairs = false)
    {
        long outputs = seeds ?? architecture.Outputs;
        long rows = 1L + tangents + ((hasPairs ? 1L : 1L + tangents) * outputs);
        int widest = Math.Max(Math.Max(architecture.Inputs, architecture.Outputs), WidestHidden(architecture));
        return rows <= AlignedMemory.MaxLength / widest / (long)samples
            && (!hasPairs || (TangentPairs.Length((int)outputs, tangents) <= AlignedMemory.MaxLength / samples
                && 2L * (widest + 1) * TangentPairs.Stride(tangents + 1) <= AlignedMemory.MaxLength));
    }

    /// <summary>
    /// How many samples to take through a tape at once, so that its memory stays small and its products large. The same for any number of workers: value rows of a chunk are summed
    /// before its adjoint rows.
    /// </summary>
    public static int ChooseChunk(MlpArchitecture architecture, int tangents, int batch, bool hasPairs) =>
        Math.Clamp(RowsOfChunk / RowsOfSample(architecture, tangents, hasPairs: hasPairs), 1, batch);

    /// <summary>Samples of a group where one thread does all groups: what fills a cache.</summary>
    public static int LoneGroup(MlpArchitecture architecture, int tangents, int samples, int? seeds = null, bool hasPairs = false) =>
        Math.Clamp(RowsOfGroup / RowsOfSample(architecture, tangents, seeds, hasPairs), 1, Math.Max(1, samples));

    /// <summary>
    /// Samples of a group where threads share the groups: eight groups, or fewer if their products would be too small, or more if they would not fit a cache.
    /// Without tangents sums do not depend on the groups, so a lone thread takes no more than a cache asks for.
    /// </summary>
    public static int SharedGroup(MlpArchitecture architecture, int tangents, int samples, bool hasPairs, int workers)
    {
        int groups = workers == 1 && tangents == 0 ? 1 : 8;
        while (groups > 1 && (long)samples * (1 + tangents) < groups * MinRowsOfGroup)
        {
            groups /= 2;
        }

        int fewest = GemmShape.Blocks(samples, LoneGroup(architecture, tangents, samples, hasPairs: hasPairs));
        return GemmShape.Blocks(samples, Math.Max(groups, fewest));
    }

    /// <summary>Starts a pass of some samples.</summary>
    /// <param name="samples">How many.</param>
    /// <param name="firstOutput">The first of the outputs whose unit vectors are seeds.</param>
    public void Begin(int samples, int firstOutput = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstOutput, _ownSeeds ? 0 : _architecture.Outputs - _seeds);
        (Samples, _firstOutput) = (samples, firstOutput);
    }

    /// <summary>The first sample and the number of samples of a group.</summary>
    public (int Start, int Count) Group(int group)
    {
        int start = group * GroupSamples;
        return (start, Math.Min(GroupSamples, Samples - start));
    }

    /// <summary>
    /// The inputs of a group and the directions, shape (1 + k, S, n), for the caller to fill before each <see cref="Forward"/>, which standardizes
    /// them in place.
    /// </summary>
    public JetSpan<T> Input(int group) => new(ValueRows(_inputs, group, _architecture.Inputs), _layout, Group(group).Count, _architecture.Inputs);

    /// <summary>
    /// The seeds of a group, shape (S, seeds, m), where they are the caller's own, who fills them before each <see cref="Forward"/>, which standardizes them in
    /// place.
    /// </summary>
    public Span<T> Seeds(int group) => AdjointRows(_before[^1], group, _architecture.Outputs)[..(Group(group).Count * _seeds * _architecture.Outputs)];

    /// <summary>The outputs of a group, shape (S, m); the caller replaces them by their adjoint before <see cref="Reverse"/>.</summary>
    public Span<T> Output(int group) => ValueRows(_before[^1], group, _architecture.Outputs)[..(Group(group).Count * _architecture.Outputs)];

    /// <summary>
    /// The Jacobians of a group and, unless there are pairs, the products of its Hessians with the tangents, shape (1 + k, S·seeds, n); the caller
    /// replaces them by their adjoint before <see cref="Reverse"/>.
    /// </summary>
    public JetSpan<T> Derivatives(int group) =>
        new(
            AdjointRows(_inputs, group, _architecture.Inputs), _hasPairs ? JetLayout.Value : _layout, Group(group).Count * _seeds,
            _architecture.Inputs);

    /// <summary>
    /// The second derivatives of a group along pairs i ≤ j of tangents as if paths were straight, shape (S·seeds, k,
    /// <see cref="TangentPairs.Stride"/>); empty without pairs. The caller replaces them by their adjoint as a symmetric matrix, twice on the
    /// diagonal, before <see cref="Reverse"/>.
    /// </summary>
    public Span<T> Pairs(int group)
    {
        var (start, samples) = Group(group);
        int size = _pairs.Length / Capacity;
        return _pairs.AsSpan(start * size, samples * size);
    }

    /// <summary>Takes a group from its input to its output and back to the derivatives.</summary>
    public void Forward(int group, PackedNetwork<T> network, Workspace<T> workspace)
    {
        int samples = Group(group).Count;
        int last = _architecture.LayerCount - 1;
        if (network.InputScaling is { } inputScaling)
        {
            int standardized = _unitInputs.Length == 0 ? samples * _components : samples;
            RowScaling.ToStandard(inputScaling, ValueRows(_inputs, group, _architecture.Inputs)[..(standardized * _architecture.Inputs)], samples);
        }

        for (int layer = 0; layer < last; layer++)
        {
            var before = ValueRows(_before[layer], group, StrideAfter(layer));
            bool areUnits = layer == 0 && _unitInputs.Length > 0;
            network.MultiplyForward(
                layer, ValueRows(SourceOf(layer), group, StrideBefore(layer)), StrideBefore(layer), areUnits ? samples : samples * _components, before,
                StrideAfter(layer), workspace);
            if (areUnits)
            {
                WriteUnitProducts(before, samples, network);
            }

            ActivationAfter(layer).Forward(
                Block(layer, samples), before, network.Bias[layer], ValueRows(_after[layer], group, StrideAfter(layer)), Curvature(layer, group));
        }

        // The tangents of the outputs are not used, and what comes back to them in reverse is zero.
        int outputs = _architecture.Outputs;
        var output = ValueRows(_before[last], group, outputs);
        network.MultiplyForward(
            last, ValueRows(SourceOf(last), group, StrideBefore(last)), StrideBefore(last), samples, output, outputs, workspace);
        output[(samples * outputs)..].Clear();
        output = output[..(samples * outputs)];
        for (int start = 0; start < output.Length; start += outputs)
        {
            var row = output.Slice(start, outputs);
            TensorPrimitives.Add(row, network.Bias[last].AsSpan(0, outputs), row);
        }

        if (network.OutputScaling is { } outputScaling)
        {
            RowScaling.ToRaw(outputScaling, output, samples);
        }

        ForwardAdjoints(group, samples, network, workspace);
    }

    /// <summary>
    /// Takes the adjoints of a group's output and derivatives back: afterwards the tape holds what <see cref="Gradient"/> multiplies. Inputs,
    /// directions and seeds get no adjoint.
    /// </summary>
    public void Reverse(int group, PackedNetwork<T> network, Workspace<T> workspace, Span<T> scratch)
    {
        int samples = Group(group).Count;
        int last = _architecture.LayerCount - 1;
        ScaleDerivatives(group, network, workspace);
        if (network.OutputScaling is { } outputScaling)
        {
            RowScaling.ToRaw(outputScaling, Output(group), values: 0);
        }

        int rows = samples * _adjointRows;
        for (int layer = 0; layer < last; layer++)
        {
            int stride = StrideAfter(layer);
            network.MultiplyForward(
                layer, AdjointRows(SourceOf(layer), group, StrideBefore(layer)), StrideBefore(layer), rows, scratch, stride, workspace);
            ClearPadding(scratch, rows, _architecture.Sizes[layer + 1], stride);
            var z = ValueRows(_before[layer], group, stride);
            var curvature = Curvature(layer, group);
            var q = AdjointRows(_after[layer], group, stride);
            if (_hasPairs)
            {
                TangentPairs.Upward(Block(layer, samples), z, curvature, q, scratch, Pairs(group), workspace);
            }
            else
            {
                ActivationAfter(layer).Upward(Block(layer, samples), z, curvature, q, scratch);
            }
        }

        for (int layer = last; layer > 0; layer--)
        {
            int stride = StrideBefore(layer);
            int valueRows = samples * _components;
            int live = layer == last ? samples : valueRows;
            network.MultiplyReverse(
                layer, ValueRows(_before[layer], group, StrideAfter(layer)), StrideAfter(layer), live, scratch, stride, workspace);
            ClearPadding(scratch, live, _architecture.Sizes[layer], stride);
            scratch[(live * stride)..(valueRows * stride)].Clear();
            ActivationAfter(layer - 1).Downward(Block(layer - 1, samples), ValueRows(_before[layer - 1], group, stride), Curvature(layer - 1, group), scratch);
        }
    }

    /// <summary>
    /// The gradient of some output features of a layer, from <paramref name="first"/> on, summed over all rows of the pass.
    /// </summary>
    public void Gradient(int layer, int first, DenseLayer<T> gradient, bool accumulate, PackedNetwork<T> network, Workspace<T> workspace)
    {
        int stride = StrideAfter(layer);
        bool isLast = layer == _architecture.LayerCount - 1;
        bool areUnits = layer == 0 && _unitInputs.Length > 0;
        if (Tangents == 0 || (!isLast && !areUnits))
        {
            AddProduct(layer, first, 0, Samples * _rows, gradient, accumulate, workspace);
        }
        else
        {
            for (int group = 0; group < Groups; group++)
            {
                var (start, samples) = Group(group);
                AddProduct(layer, first, start * _components, samples, gradient, accumulate || group > 0, workspace);
                AddProduct(layer, first, FirstAdjoint(group), samples * (isLast ? _seeds : _adjointRows), gradient, accumulate: true, workspace);
            }
        }

        if (areUnits && !isLast)
        {
            AddUnitProducts(first, gradient, network, workspace);
        }

        if (!accumulate)
        {
            gradient.Bias.Clear();
        }

        for (int group = 0; group < Groups; group++)
        {
            var (start, samples) = Group(group);
            RowSums.Add<T>(_before[layer].AsSpan((start * _components * stride) + first), stride, samples, gradient.Bias);
        }
    }

    /// <summary>Adds the product of some rows to the gradient of a layer's weights.</summary>
    private void AddProduct(int layer, int first, int row, int rows, DenseLayer<T> gradient, bool accumulate, Workspace<T> workspace)
    {
        int columns = _architecture.Sizes[layer];
        int stride = StrideAfter(layer);
        Gemm.MultiplyTransposed<T>(
            _before[layer].AsSpan((row * stride) + first), stride, SourceOf(layer).AsSpan(row * StrideBefore(layer)), StrideBefore(layer), rows, columns, 0,
            gradient.Outputs, gradient.Weights, columns, accumulate, workspace);
    }

    /// <summary>The first layer's products with tangents that are unit vectors: columns of its weights, the same for all samples.</summary>
    private void WriteUnitProducts(Span<T> before, int samples, PackedNetwork<T> network)
    {
        int stride = StrideAfter(0);
        for (int k = 0; k < _unitInputs.Length; k++)
        {
            int input = _unitInputs[k];
            var rows = before.Slice((1 + k) * samples * stride, samples * stride);
            var row = rows[.._architecture.Sizes[1]];
            network.CopyColumn(0, input, row);
            if (network.InputScaling is { } scaling)
            {
                TensorPrimitives.Multiply(row, T.One / scaling.Scale[input], row);
            }

            rows[row.Length..stride].Clear();
            for (int s = 1; s < samples; s++)
            {
                rows[..stride].CopyTo(rows[(s * stride)..]);
            }
        }
    }

    /// <summary>Adds to the gradient of the first layer what tangents that are unit vectors contribute: to one input's weights each.</summary>
    private void AddUnitProducts(int first, DenseLayer<T> gradient, PackedNetwork<T> network, Workspace<T> workspace)
    {
        int stride = StrideAfter(0);
        var sum = workspace.Panel(gradient.Outputs);
        for (int k = 0; k < _unitInputs.Length; k++)
        {
            sum.Clear();
            for (int group = 0; group < Groups; group++)
            {
                var (start, samples) = Group(group);
                RowSums.Add<T>(_before[0].AsSpan((((start * _components) + ((1 + k) * samples)) * stride) + first), stride, samples, sum);
            }

            int input = _unitInputs[k];
            if (network.InputScaling is { } scaling)
            {
                TensorPrimitives.Multiply(sum, T.One / scaling.Scale[input], sum);
            }

            for (int o = 0; o < sum.Length; o++)
            {
                gradient.Weights[(o * gradient.Inputs) + input] += sum[o];
            }
        }
    }

    /// <summary>From p = u of the last layer, a unit vector or a seed of the caller, to the derivatives.</summary>
    private void ForwardAdjoints(int group, int samples, PackedNetwork<T> network, Workspace<T> workspace)
    {
        int last = _architecture.LayerCount - 1;
        int outputs = _architecture.Outputs;
        int seedRows = samples * _seeds;
        var p = AdjointRows(_before[last], group, outputs);
        if (_ownSeeds)
        {
            p[(seedRows * outputs)..].Clear();
            if (network.OutputScaling is { } outputScaling)
            {
                RowScaling.ToRaw(outputScaling, p[..(seedRows * outputs)], values: 0);
            }
        }
        else
        {
            p.Clear();
            for (int row = 0; row < seedRows; row++)
            {
                p[(row * outputs) + _firstOutput + (row % _seeds)] = T.One;
            }
        }

        // With unit vectors q of the last hidden layer is the same for all samples, and so is the Jacobian of a network without hidden layers.
        int width = StrideBefore(last);
        var q = AdjointRows(SourceOf(last), group, width);
        int different = _ownSeeds ? seedRows : _seeds;
        network.MultiplyReverse(last, p, outputs, different, q, width, workspace);
        for (int row = different; row < seedRows; row += _seeds)
        {
            q[..(_seeds * width)].CopyTo(q[(row * width)..]);
        }

        q[(seedRows * width)..].Clear();
        if (last == 0)
        {
            Pairs(group).Clear();
        }

        for (int layer = last - 1; layer >= 0; layer--)
        {
            int stride = StrideAfter(layer);
            p = AdjointRows(_before[layer], group, stride);
            var block = Block(layer, samples);
            var z = ValueRows(_before[layer], group, stride);
            var curvature = Curvature(layer, group);
            q = AdjointRows(_after[layer], group, stride);
            if (_hasPairs)
            {
                TangentPairs.Forward<T>(block, _architecture.Sizes[layer + 1], z, curvature, q, Pairs(group), accumulate: layer < last - 1, workspace);
                block = block with { Tangents = 0 };
            }

            ActivationAfter(layer).Adjoint(block, z, curvature, q, p);
            network.MultiplyReverse(
                layer, p, stride, samples * _adjointRows, AdjointRows(SourceOf(layer), group, StrideBefore(layer)), StrideBefore(layer), workspace);
        }

        ScaleDerivatives(group, network, workspace);
    }

    /// <summary>
    /// Takes derivatives from standardized to raw units, or their adjoints from raw to standardized: both are multiplied by e_u/dᵢ, where seeds are the
    /// caller's own by 1/dᵢ. Along pairs of tangents, which are raw already, by e_u.
    /// </summary>
    private void ScaleDerivatives(int group, PackedNetwork<T> network, Workspace<T> workspace)
    {
        int inputs = _architecture.Inputs;
        if (_ownSeeds && network.InputScaling is { } scaling)
        {
            RowScaling.ToStandard(scaling, AdjointRows(_inputs, group, inputs), values: 0);
        }

        if (_ownSeeds || (network.InputScaling is null && network.OutputScaling is null))
        {
            return;
        }

        var factors = workspace.Panel(_seeds * inputs);
        factors.Fill(T.One);
        for (int u = 0; u < _seeds; u++)
        {
            var row = factors.Slice(u * inputs, inputs);
            if (network.InputScaling is { } input)
            {
                TensorPrimitives.Divide(T.One, input.Scale, row);
            }

            if (network.OutputScaling is { } output)
            {
                TensorPrimitives.Multiply(row, output.Scale[_firstOutput + u], row);
            }
        }

        if (_hasPairs && network.OutputScaling is { } raw)
        {
            var pairs = Pairs(group);
            int size = (int)TangentPairs.Length(1, Tangents);
            for (int start = 0, row = 0; start < pairs.Length; start += size, row++)
            {
                var matrix = pairs.Slice(start, size);
                TensorPrimitives.Multiply(matrix, raw.Scale[row % _seeds], matrix);
            }
        }

        var rows = AdjointRows(_inputs, group, inputs);
        for (int start = 0; start < rows.Length; start += factors.Length)
        {
            var part = rows.Slice(start, factors.Length);
            TensorPrimitives.Multiply(part, factors, part);
        }
    }

    /// <summary>Zeros the ends of rows, which products leave as they are, so that what kernels make of them stays small.</summary>
    private static void ClearPadding(Span<T> data, int rows, int features, int stride)
    {
        if (features % AdjointActivation<T>.FeatureMultiple == 0)
        {
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            data[((row * stride) + features)..((row + 1) * stride)].Clear();
        }
    }

    private static int Padded(int features)
    {
        const int Multiple = AdjointActivation<T>.FeatureMultiple;
        return (features + Multiple - 1) / Multiple * Multiple;
    }

    private static int WidestHidden(MlpArchitecture architecture)
    {
        int widest = 0;
        foreach (int width in architecture.Hidden)
        {
            widest = Math.Max(widest, JetTape<T>.Stride(width));
        }

        return widest;
    }

    private AdjointActivation<T> ActivationAfter(int layer) => layer == 0 ? _firstActivation : _activation;

    private AdjointBlock Block(int layer, int samples) => new(samples, _seeds, Tangents, Padded(_architecture.Sizes[layer + 1]), StrideAfter(layer));

    private ArraySegment<T> SourceOf(int layer) => layer == 0 ? _inputs : _after[layer - 1];

    private int StrideBefore(int layer) => layer == 0 ? _architecture.Inputs : StrideAfter(layer - 1);

    private int StrideAfter(int layer) =>
        layer == _architecture.LayerCount - 1 ? _architecture.Outputs : JetTape<T>.Stride(_architecture.Sizes[layer + 1]);

    private Span<T> ValueRows(ArraySegment<T> data, int group, int stride)
    {
        var (start, samples) = Group(group);
        return data.AsSpan(start * _components * stride, samples * _components * stride);
    }

    private Span<T> AdjointRows(ArraySegment<T> data, int group, int stride) =>
        data.AsSpan(FirstAdjoint(group) * stride, Group(group).Count * _adjointRows * stride);

    private int FirstAdjoint(int group) => (Samples * _components) + (Group(group).Start * _adjointRows);

    private Span<T> Curvature(int layer, int group)
    {
        var (start, samples) = Group(group);
        int size = AdjointActivation<T>.CurvatureRows(Tangents) * StrideAfter(layer);
        return _curvature[layer].AsSpan(start * size, samples * size);
    }
}
