using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// The triangular factor R of the Gauss–Newton matrix of the Sobolev loss over a mini-batch: RᵀR = H = Σ w ∇N ∇Nᵀ over all labels, where w is the second derivative of the
/// loss by the network's output N and ∇N the gradient of that output by the parameters.
/// </summary>
/// <remarks>
/// <para>
/// The gradients come from the passes of every training: a tape takes each sample as often as it has labels, each copy with √w of one label as its adjoint.
/// The weights come from the loss itself: its adjoint of an error of 1 is w, and 0 where a label is missing.
/// </para>
/// <para>
/// Blocks of rows √w ∇N are computed in the network's precision and added to R in double, in the order of the samples. Neither the blocks nor R depend on the number of threads.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class GaussNewtonPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that a tape takes at a time, about: what fills a cache.</summary>
    private const int RowsOfTape = 256;

    /// <summary>Rows of √w ∇N that are added to R at a time, at least.</summary>
    private const int RowsOfBlock = 512;

    private readonly Mlp<T> _network;
    private readonly IJetSource<T> _source;
    private readonly SobolevLoss _loss;
    private readonly JetLayout _layout;
    private readonly SampleWeighting<T>? _weighting;
    private readonly WorkerTeam _team;
    private readonly PackedNetwork<T> _packed;
    private readonly Worker[] _workers;
    private readonly Action<int, int> _runGroup;
    private readonly int _labels;
    private readonly int _groupSamples;
    private readonly int _blockSamples;
    private readonly int _parameters;
    private readonly double[] _rows;
    private readonly double[] _weights = new double[3];
    private long[] _samples = [];
    private int _first;
    private int _blockCount;
    private double _sampleWeight;
    private CancellationToken _cancellation;

    /// <summary>Reserves memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">The data.</param>
    /// <param name="order">The highest order of labels.</param>
    /// <param name="loss">Their loss.</param>
    /// <param name="team">Does the work.</param>
    public GaussNewtonPass(Mlp<T> network, IJetSource<T> source, int order, SobolevLoss loss, WorkerTeam team)
    {
        (_network, _source, _loss, _team) = (network, source, loss, team);
        _layout = source.Layout.Truncate(order);
        _weighting = SampleWeighting<T>.Of(source);
        _packed = new PackedNetwork<T>(network);
        _labels = _layout.Count * source.OutputFeatures;
        int copies = Math.Max(1, RowsOfTape / _layout.Count);
        _groupSamples = Math.Max(1, copies / _labels);
        _blockSamples = _groupSamples * Math.Max(1, (RowsOfBlock + (_groupSamples * _labels) - 1) / (_groupSamples * _labels));
        _parameters = network.Architecture.ParameterCount;
        _rows = new double[_blockSamples * _labels * _parameters];
        _workers = [.. Enumerable.Range(0, team.Workers).Select(_ => new Worker(network, source, _layout, _groupSamples, Math.Min(copies, _groupSamples * _labels)))];
        _runGroup = RunGroup;
    }

    /// <summary>Computes R.</summary>
    /// <param name="samples">Sample numbers.</param>
    /// <param name="first">The first one used.</param>
    /// <param name="count">How many are used.</param>
    /// <param name="weights">λₖ of each order.</param>
    /// <param name="factor">Receives R.</param>
    /// <param name="cancellationToken">Stops within a part of a block.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Run(long[] samples, int first, int count, ReadOnlySpan<double> weights, TriangularFactor factor, CancellationToken cancellationToken)
    {
        (_samples, _cancellation, _sampleWeight) = (samples, cancellationToken, 1.0 / count);
        weights.CopyTo(_weights);
        _packed.Pack(reverse: true, reverseFirst: false);
        factor.Clear();
        for (int start = 0; start < count; start += _blockSamples)
        {
            (_first, _blockCount) = (first + start, Math.Min(_blockSamples, count - start));
            _team.Run((_blockCount + _groupSamples - 1) / _groupSamples, _runGroup);
            factor.Append(_rows, _blockCount * _labels, cancellationToken);
        }
    }

    /// <summary>The rows of a group of samples.</summary>
    private void RunGroup(int group, int worker)
    {
        _cancellation.ThrowIfCancellationRequested();
        int start = group * _groupSamples;
        int count = Math.Min(_groupSamples, _blockCount - start);
        var numbers = _samples.AsSpan(_first + start, count);
        _workers[worker].Fill(_source, numbers, _loss, _weighting, _weights, _sampleWeight);
        _workers[worker].Run(count, _packed, _network, _rows.AsSpan(start * _labels * _parameters, count * _labels * _parameters));
    }

    /// <summary>The memory of a thread: the samples of a group, and a tape for some of their copies.</summary>
    private sealed class Worker
    {
        private readonly JetLayout _layout;
        private readonly T[] _inputs;
        private readonly T[] _targets;
        private readonly T[] _weights;
        private readonly double[] _losses;
        private readonly JetTape<T> _tape;
        private readonly Workspace<T> _workspace = new();
        private readonly ArraySegment<T> _scratch;
        private readonly T[] _gradient;

        public Worker(Mlp<T> network, IJetSource<T> source, JetLayout layout, int samples, int copies)
        {
            _layout = layout;
            _inputs = new T[layout.Count * samples * source.InputFeatures];
            _targets = new T[layout.Count * samples * source.OutputFeatures];
            _weights = new T[_targets.Length];
            _losses = new double[samples * (layout.Order + 1)];
            _tape = new JetTape<T>(network.Architecture, layout, source.InputOrder, copies, copies);
            _scratch = AlignedMemory.Zeros<T>(_tape.ReverseScratch);
            _gradient = new T[network.Architecture.ParameterCount];
        }

        /// <summary>Takes samples from the source, and w of their labels from the loss: its adjoint where the output is 1 and the target 0.</summary>
        public void Fill(
            IJetSource<T> source, ReadOnlySpan<long> samples, SobolevLoss loss, SampleWeighting<T>? weighting, ReadOnlySpan<double> orderWeights, double sampleWeight)
        {
            var target = View(_targets, samples.Length, source.OutputFeatures);
            source.Fill(samples, View(_inputs, samples.Length, source.InputFeatures), target);
            var weight = View(_weights, samples.Length, source.OutputFeatures);
            weight.Data.Fill(T.One);
            foreach (ref T label in target.Data)
            {
                label = source.HasMissingLabels && T.IsNaN(label) ? T.One : T.Zero;
            }

            var losses = _losses.AsSpan(0, samples.Length * (_layout.Order + 1));
            loss.Evaluate(weight, target, orderWeights, sampleWeight, losses);
            weighting?.Apply(samples, weight, losses);
        }

        /// <summary>The rows √w ∇N of all labels of the samples, those of a sample adjacent.</summary>
        public void Run(int samples, PackedNetwork<T> packed, Mlp<T> network, Span<double> rows)
        {
            var weight = View(_weights, samples, network.Architecture.Outputs);
            int labels = weight.Data.Length;
            for (int first = 0; first < labels; first += _tape.Capacity)
            {
                int copies = Math.Min(_tape.Capacity, labels - first);
                Run(samples, first, copies, packed);
                for (int copy = 0; copy < copies; copy++)
                {
                    for (int layer = 0; layer < network.Architecture.LayerCount; layer++)
                    {
                        _tape.SampleGradient(layer, 0, copy, network.LayerOf(_gradient, layer), _workspace);
                    }

                    TensorPrimitives.ConvertTruncating<T, double>(_gradient, rows[((first + copy) * _gradient.Length)..]);
                }
            }
        }

        /// <summary>Takes a copy of its sample for each of some labels through the network and back.</summary>
        private void Run(int samples, int first, int copies, PackedNetwork<T> packed)
        {
            _tape.Begin(copies);
            var tapeInput = _tape.Input(0);
            var input = View(_inputs, samples, tapeInput.Features);
            int labels = _layout.Count * _tape.Output(0).Features;
            for (int c = 0; c < _layout.Count; c++)
            {
                for (int copy = 0; copy < copies; copy++)
                {
                    input.Row(c, (first + copy) / labels).CopyTo(tapeInput.Row(c, copy));
                }
            }

            _tape.Forward(0, packed, _workspace);
            var adjoint = _tape.Output(0);
            var weight = View(_weights, samples, adjoint.Features);
            adjoint.Data.Clear();
            for (int copy = 0; copy < copies; copy++)
            {
                var (sample, label) = Math.DivRem(first + copy, labels);
                var (c, f) = Math.DivRem(label, adjoint.Features);
                adjoint[c, copy, f] = T.Sqrt(weight[c, sample, f]);
            }

            _tape.Reverse(0, packed, _workspace, _scratch);
        }

        private JetSpan<T> View(T[] data, int samples, int features) =>
            new(data.AsSpan(0, _layout.Count * samples * features), _layout, samples, features);
    }
}
