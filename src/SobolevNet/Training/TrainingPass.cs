using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// The gradient of the Sobolev loss, or of one of the user's own, over a mini-batch: fill, forward, loss and reverse by groups of samples, then weight
/// gradients by tiles. All memory is reserved beforehand.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MinTileOutputs = 64;

    /// <summary>Workers from which tiles are half as large: more of them, though each packs the activations again.</summary>
    private const int ManyWorkers = 16;

    /// <summary>
    /// Weights whose gradient is one task where it goes to the optimizer at once: half of a second-level cache. No more of them are packed for adjoints
    /// whatever the rows: each copy serves two sweeps.
    /// </summary>
    private const int WeightsOfBlock = 64 * 1024;

    private readonly Mlp<T> _network;
    private readonly IJetSource<T> _source;
    private readonly JetLayout _layout;
    private readonly SobolevLoss? _loss;
    private readonly OwnLoss<T>? _own;
    private readonly WorkerTeam _team;
    private readonly PackedNetwork<T> _packed;
    private readonly T[] _gradient;
    private readonly IPassTape<T> _tape;
    private readonly Workspace<T>[] _workspaces;
    private readonly ArraySegment<T>[] _scratches;
    private readonly T[] _targets;
    private readonly double[] _losses;
    private readonly (int Layer, int First, int Count)[] _tiles;
    private readonly (int Layer, int First, int Count)[] _packing;
    private readonly (int Layer, int First, int Count)[] _blocks;
    private readonly T[]?[] _blockGradients;
    private readonly Action<int, int> _runPacking;
    private readonly Action<int, int> _runGroup;
    private readonly Action<int, int> _runTile;
    private readonly Action<int, int> _runBlock;
    private readonly double[] _weights = new double[3];
    private readonly SampleWeighting<T>? _weighting;
    private readonly bool _hasMissingLabels;
    private long[] _samples = [];
    private int _first;
    private int _count;
    private int _chunkStart;
    private double _sampleWeight;
    private bool _accumulates;
    private bool _measures;
    private ElementwiseOptimizerState<T>? _optimizer;

    /// <summary>Reserves memory for the Sobolev loss of labels up to an order.</summary>
    public TrainingPass(
        Mlp<T> network, PackedNetwork<T> packed, T[] gradient, IJetSource<T> source, int order, SobolevLoss loss, int batch, WorkerTeam team,
        DerivativePropagation propagation = DerivativePropagation.Auto)
        : this(network, packed, gradient, source, order, batch, team, propagation) => _loss = loss;

    /// <summary>Reserves memory for a loss of the user's own.</summary>
    public TrainingPass(
        Mlp<T> network, PackedNetwork<T> packed, T[] gradient, IJetSource<T> source, JetLoss<T> loss, T[] coefficients, int batch, WorkerTeam team,
        DerivativePropagation propagation = DerivativePropagation.Auto)
        : this(network, packed, gradient, source, source.Layout.Order, batch, team, propagation) =>
        _own = new OwnLoss<T>(loss, source, coefficients, batch, _tape.GroupSamples, team.Workers);

    private TrainingPass(
        Mlp<T> network, PackedNetwork<T> packed, T[] gradient, IJetSource<T> source, int order, int batch, WorkerTeam team, DerivativePropagation propagation)
    {
        (_network, _packed, _gradient, _source, _team) = (network, packed, gradient, source, team);
        _layout = source.Layout.Truncate(order);
        _weighting = SampleWeighting<T>.Of(source);
        _hasMissingLabels = source.HasMissingLabels;
        _tape = PassTapes.Create(network.Architecture, source, _layout, propagation, batch, team.Workers);
        _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<T>())];
        _scratches = [.. Enumerable.Range(0, team.Workers).Select(_ => AlignedMemory.Zeros<T>(_tape.ReverseScratch))];
        _targets = new T[_tape.Capacity * _layout.Count * source.OutputFeatures];
        _losses = new double[batch * Orders];
        _tiles = [.. Tiles(network.Architecture, team.Workers)];
        _packing = [.. packed.Tasks(team.Workers)];
        _blocks = [.. Blocks(network.Architecture)];
        _blockGradients = new T[team.Workers][];
        _runPacking = RunPacking;
        _runGroup = RunGroup;
        _runTile = RunTile;
        _runBlock = RunBlock;
    }

    /// <summary>Rows that products have for each sample.</summary>
    public int RowsOfSample => _tape.RowsOfSample;

    /// <summary>Losses of a sample: one for each order trained, or the one of the user's own.</summary>
    public int Orders => _own is null ? _layout.Order + 1 : 1;

    /// <summary>Computes the gradient of some samples and their mean losses Eₖ, or their one mean loss of the user's own.</summary>
    /// <param name="samples">Sample numbers.</param>
    /// <param name="first">The first one used.</param>
    /// <param name="count">How many are used.</param>
    /// <param name="weights">λₖ of each order, or the weight of the loss of the user's own.</param>
    /// <param name="losses">Receives Eₖ.</param>
    /// <param name="optimizer">
    /// If given, its step, which has begun, is taken for each parameter as soon as its gradient is known; the gradient is not kept.
    /// </param>
    /// <param name="accumulates">Whether the gradient is added to what is there.</param>
    /// <param name="batch">The samples of the mini-batch, by which sums are divided, where these are a part of it; 0 if they are all.</param>
    /// <returns>Whether all losses are finite; if not, the gradient is not complete, and no parameter has changed.</returns>
    public bool Run(
        long[] samples, int first, int count, ReadOnlySpan<double> weights, Span<double> losses, ElementwiseOptimizerState<T>? optimizer = null,
        bool accumulates = false, int batch = 0)
    {
        (_measures, _accumulates, _optimizer) = (false, accumulates, optimizer);
        return RunChunks(samples, first, count, batch == 0 ? count : batch, weights, losses);
    }

    /// <summary>The mean losses of some samples, whether finite or not; the gradient stays as it is.</summary>
    /// <param name="samples">Sample numbers.</param>
    /// <param name="first">The first one used.</param>
    /// <param name="count">How many are used.</param>
    /// <param name="losses">Receives them.</param>
    public void Measure(long[] samples, int first, int count, Span<double> losses)
    {
        (_measures, _optimizer) = (true, null);
        RunChunks(samples, first, count, count, stackalloc double[3], losses);
    }

    /// <summary>Adds the derivative of the weighted loss of the last run by the coefficients to a gradient.</summary>
    public void AddCoefficientGradient(Span<double> gradient) => _own!.AddCoefficientGradient(_count, _weights[0] * _sampleWeight, gradient);

    private bool RunChunks(long[] samples, int first, int count, int batch, ReadOnlySpan<double> weights, Span<double> losses)
    {
        (_samples, _first, _count, _sampleWeight) = (samples, first, count, 1.0 / batch);
        weights[..Orders].CopyTo(_weights);
        losses.Clear();
        long parameters = _network.Architecture.ParameterCount;
        bool isSmall = _tape.IsAdjoint && parameters <= WeightsOfBlock;
        bool few = (long)count * _tape.RowsOfSample <= PackedNetwork<T>.FewRows && !_tape.MaySkipInputs && !isSmall;
        _packed.Reserve(reverse: true, reverseFirst: _tape.IsAdjoint, stored: few, keepZeros: _tape.MaySkipInputs);
        _team.Run(_packing.Length, _runPacking, few ? 0 : parameters);
        _packed.CompleteBias();
        for (_chunkStart = 0; _chunkStart < count; _chunkStart += _tape.Capacity)
        {
            _tape.Begin(Math.Min(_tape.Capacity, count - _chunkStart), _chunkStart == 0, _chunkStart + _tape.Capacity >= count);
            _team.Run(_tape.Groups, _runGroup);
            for (int s = _chunkStart; s < _chunkStart + _tape.Samples; s++)
            {
                for (int order = 0; order < Orders; order++)
                {
                    losses[order] += _losses[(s * Orders) + order] / batch;
                }
            }

            if (_measures)
            {
                continue;
            }

            for (int order = 0; order < Orders; order++)
            {
                if (!double.IsFinite(losses[order]))
                {
                    return false;
                }
            }

            long work = parameters * _tape.Samples * _tape.RowsOfSample;
            // A block's gradient is not kept from one chunk to the next.
            if (few && _optimizer is not null && count <= _tape.Capacity)
            {
                _team.Run(_blocks.Length, _runBlock, work);
            }
            else
            {
                _team.Run(_tiles.Length, _runTile, work);
            }
        }

        return true;
    }

    /// <summary>
    /// After a run that was not finite: the first sample that broke, the order that broke first, and its component with the largest error; for a loss of
    /// the user's own the component, of any order, with the largest output.
    /// </summary>
    public (long Sample, int Order, string Component, double Magnitude) Diagnose()
    {
        int order = 0;
        int sample = _chunkStart;
        for (int s = _chunkStart + _tape.Samples - 1; s >= _chunkStart; s--)
        {
            for (int k = Orders - 1; k >= 0; k--)
            {
                if (!double.IsFinite(_losses[(s * Orders) + k]))
                {
                    (order, sample) = (k, s);
                }
            }
        }

        int group = (sample - _chunkStart) / _tape.GroupSamples;
        var target = Target(group);
        _source.Fill(Numbers(group), _tape.Input(group), target);
        _tape.Forward(group, _packed, _workspaces[0]);
        var output = _tape.Output(group);
        if (_hasMissingLabels)
        {
            MissingLabels.Complete(target, output);
        }

        int worst = -1;
        double largest = 0;
        for (int c = 0; c < _layout.Count; c++)
        {
            for (int f = 0; f < output.Features && (_own is not null || _layout.OrderOf(c) == order); f++)
            {
                int row = (sample - _chunkStart) % _tape.GroupSamples;
                double wanted = _own is null ? double.CreateTruncating(target[c, row, f]) : 0;
                double error = Math.Abs(double.CreateTruncating(output[c, row, f]) - wanted);
                if (worst < 0 || error > largest || (double.IsNaN(error) && !double.IsNaN(largest)))
                {
                    (worst, largest) = (c, error);
                }
            }
        }

        return (_samples[_first + sample], _layout.OrderOf(worst), _layout.NameOf(worst), largest);
    }

    /// <summary>
    /// Output features whose weight gradient is one task. A worker takes one task of each layer, if that is not too little:
    /// every task packs all activations of its layer.
    /// </summary>
    private static IEnumerable<(int Layer, int First, int Count)> Tiles(MlpArchitecture architecture, int workers)
    {
        for (int layer = 0; layer < architecture.LayerCount; layer++)
        {
            int outputs = architecture.Sizes[layer + 1];
            int tile = Math.Max(workers < ManyWorkers ? MinTileOutputs : MinTileOutputs / 2, (outputs + workers - 1) / workers);
            for (int first = 0; first < outputs; first += tile)
            {
                yield return (layer, first, Math.Min(tile, outputs - first));
            }
        }
    }

    /// <summary>Output features whose gradient and update is one task.</summary>
    private static IEnumerable<(int Layer, int First, int Count)> Blocks(MlpArchitecture architecture)
    {
        for (int layer = 0; layer < architecture.LayerCount; layer++)
        {
            int outputs = architecture.Sizes[layer + 1];
            int blocks = GemmShape.Blocks(outputs, Math.Max(1, WeightsOfBlock / architecture.Sizes[layer]));
            for (int block = 0; block < blocks; block++)
            {
                int first = GemmShape.Start(block, blocks, outputs);
                yield return (layer, first, GemmShape.Start(block + 1, blocks, outputs) - first);
            }
        }
    }

    private void RunPacking(int task, int worker)
    {
        var (layer, first, count) = _packing[task];
        _packed.Pack(layer, first, count, reverse: layer > 0 || _tape.IsAdjoint);
    }

    private void RunGroup(int group, int worker)
    {
        var (start, count) = _tape.Group(group);
        var target = Target(group);
        _source.Fill(Numbers(group), _tape.Input(group), target);
        _own?.KeepInput(_chunkStart + start, _tape.Input(group));
        _tape.Forward(group, _packed, _workspaces[worker]);
        var losses = _losses.AsSpan((_chunkStart + start) * Orders, count * Orders);
        if (_own is not null)
        {
            _own.Evaluate(worker, _chunkStart + start, Numbers(group), target, _tape.Output(group), _weights[0] * _sampleWeight, losses);
        }
        else
        {
            if (_hasMissingLabels)
            {
                MissingLabels.Complete(target, _tape.Output(group));
            }

            _loss!.Evaluate(_tape.Output(group), target, _weights, _sampleWeight, losses);
            _weighting?.Apply(Numbers(group), _tape.Output(group), losses);
        }

        if (!_measures)
        {
            _tape.Reverse(group, _packed, _workspaces[worker], _scratches[worker]);
        }
    }

    private void RunTile(int tile, int worker)
    {
        var (layer, first, count) = _tiles[tile];
        Reduce(layer, first, _network.LayerOf(_gradient, layer).Slice(first, count), worker);
    }

    /// <summary>The gradient of some outputs and their update, while it is in the worker's cache.</summary>
    private void RunBlock(int block, int worker)
    {
        var (layer, first, count) = _blocks[block];
        int inputs = _network.Architecture.Sizes[layer];
        var memory = (_blockGradients[worker] ??= new T[LargestBlock()]).AsSpan(0, count * (inputs + 1));
        Reduce(layer, first, new DenseLayer<T>(memory[..(count * inputs)], memory[(count * inputs)..], inputs), worker);
    }

    /// <summary>Adds the chunk to the gradient of some outputs; after the last one it is complete, and the optimizer's if there is one.</summary>
    private void Reduce(int layer, int first, DenseLayer<T> gradient, int worker)
    {
        _tape.Gradient(layer, first, gradient, accumulate: _accumulates || _chunkStart > 0, _packed, _workspaces[worker]);
        if (_chunkStart + _tape.Samples < _count)
        {
            return;
        }

        if (_optimizer is not null)
        {
            Update(layer, first, gradient);
        }
    }

    private void Update(int layer, int first, DenseLayer<T> gradient)
    {
        var parameters = _network.Layer(layer).Slice(first, gradient.Outputs);
        int weights = _network.OffsetOf(layer);
        int bias = weights + (_network.Architecture.Sizes[layer + 1] * gradient.Inputs);
        _optimizer!.Update(parameters.Weights, gradient.Weights, weights + (first * gradient.Inputs));
        _optimizer.Update(parameters.Bias, gradient.Bias, bias + first);
    }

    private int LargestBlock() => _blocks.Max(block => block.Count * (_network.Architecture.Sizes[block.Layer] + 1));

    private ReadOnlySpan<long> Numbers(int group)
    {
        var (start, count) = _tape.Group(group);
        return _samples.AsSpan(_first + _chunkStart + start, count);
    }

    private JetSpan<T> Target(int group)
    {
        var (start, count) = _tape.Group(group);
        int size = _layout.Count * _source.OutputFeatures;
        return new JetSpan<T>(_targets.AsSpan(start * size, count * size), _layout, count, _source.OutputFeatures);
    }
}
