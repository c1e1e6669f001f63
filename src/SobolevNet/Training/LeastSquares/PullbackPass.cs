using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>
/// Σ w (N(θ + d) − N(θ)) ∇N(θ) over all labels of a mini-batch, with the weights w and gradients ∇N of <see cref="GaussNewtonPass{T}"/>: what a move d of the
/// parameters θ changes in the network's outputs N, taken back to the parameters.
/// </summary>
/// <remarks>It is the gradient of the loss where the outputs at θ + d meet those at θ as labels, taken through the network at θ.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class PullbackPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Mlp<T> _network;
    private readonly Mlp<T> _moved;
    private readonly IJetSource<T> _source;
    private readonly SobolevLoss _loss;
    private readonly WorkerTeam _team;
    private readonly SampleWeighting<T>? _weighting;
    private readonly JetTape<T> _tape;
    private readonly PackedNetwork<T> _packed;
    private readonly PackedNetwork<T> _packedMoved;
    private readonly Worker[] _workers;
    private readonly Action<int, int> _runGroup;
    private readonly Action<int, int> _runLayer;
    private readonly double[] _weights = new double[3];
    private CancellationToken _cancellation;
    private T[] _gradient = [];
    private long[] _samples = [];
    private int _first;
    private int _chunkStart;
    private double _sampleWeight;

    /// <summary>Reserves memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">The data.</param>
    /// <param name="order">The highest order of labels.</param>
    /// <param name="loss">Their loss.</param>
    /// <param name="batch">The most samples of a mini-batch.</param>
    /// <param name="team">Does the work.</param>
    public PullbackPass(Mlp<T> network, IJetSource<T> source, int order, SobolevLoss loss, int batch, WorkerTeam team)
    {
        (_network, _moved, _source, _loss, _team) = (network, network.Clone(), source, loss, team);
        var layout = source.Layout.Truncate(order);
        _weighting = SampleWeighting<T>.Of(source);
        _tape = JetTape<T>.Shared(network.Architecture, layout, source.InputOrder, batch, team.Workers);
        (_packed, _packedMoved) = (new PackedNetwork<T>(network), new PackedNetwork<T>(_moved));
        _workers = [.. Enumerable.Range(0, team.Workers).Select(_ => new Worker(_tape, source))];
        (_runGroup, _runLayer) = (RunGroup, RunLayer);
    }

    /// <summary>Computes the sum.</summary>
    /// <param name="samples">Sample numbers.</param>
    /// <param name="first">The first one used.</param>
    /// <param name="count">How many are used.</param>
    /// <param name="weights">λₖ of each order.</param>
    /// <param name="move">d.</param>
    /// <param name="gradient">Receives the sum.</param>
    /// <param name="cancellationToken">Stops within a group of samples.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Run(
        long[] samples, int first, int count, ReadOnlySpan<double> weights, ReadOnlySpan<double> move, T[] gradient, CancellationToken cancellationToken)
    {
        (_samples, _first, _gradient, _sampleWeight, _cancellation) = (samples, first, gradient, 1.0 / count, cancellationToken);
        weights.CopyTo(_weights);
        for (int k = 0; k < move.Length; k++)
        {
            _moved.Parameters[k] = T.CreateTruncating(double.CreateTruncating(_network.Parameters[k]) + move[k]);
        }

        _packed.Pack(reverse: true, reverseFirst: false);
        _packedMoved.Pack(reverse: false, reverseFirst: false);
        for (_chunkStart = 0; _chunkStart < count; _chunkStart += _tape.Capacity)
        {
            _tape.Begin(Math.Min(_tape.Capacity, count - _chunkStart));
            _team.Run(_tape.Groups, _runGroup);
            _team.Run(_network.Architecture.LayerCount, _runLayer);
        }
    }

    private void RunGroup(int group, int worker)
    {
        _cancellation.ThrowIfCancellationRequested();
        var (start, count) = _tape.Group(group);
        var numbers = _samples.AsSpan(_first + _chunkStart + start, count);
        var memory = _workers[worker];
        var input = View(memory.Input, count, _source.InputFeatures);
        var target = View(memory.Target, count, _source.OutputFeatures);
        var moved = View(memory.Moved, count, _source.OutputFeatures);
        _source.Fill(numbers, input, target);
        Forward(group, input, _packedMoved, memory.Workspace).CopyTo(moved);
        var output = Forward(group, input, _packed, memory.Workspace);
        for (int k = 0; k < target.Data.Length; k++)
        {
            target.Data[k] = _source.HasMissingLabels && T.IsNaN(target.Data[k]) ? moved.Data[k] : output.Data[k];
        }

        var losses = memory.Losses.AsSpan(0, count * (_tape.Layout.Order + 1));
        _loss.Evaluate(moved, target, _weights, _sampleWeight, losses);
        _weighting?.Apply(numbers, moved, losses);
        moved.CopyTo(output);
        _tape.Reverse(group, _packed, memory.Workspace, memory.Scratch);
    }

    /// <summary>The outputs of a network; the tape standardizes its copy of the input.</summary>
    private JetSpan<T> Forward(int group, JetSpan<T> input, PackedNetwork<T> network, Workspace<T> workspace)
    {
        input.CopyTo(_tape.Input(group));
        _tape.Forward(group, network, workspace);
        return _tape.Output(group);
    }

    private void RunLayer(int layer, int worker) =>
        _tape.Gradient(layer, 0, _network.LayerOf(_gradient, layer), accumulate: _chunkStart > 0, _packed, _workers[worker].Workspace);

    private JetSpan<T> View(T[] data, int samples, int features) =>
        new(data.AsSpan(0, _tape.Layout.Count * samples * features), _tape.Layout, samples, features);

    /// <summary>The memory of a thread, for a group of samples.</summary>
    private sealed class Worker(JetTape<T> tape, IJetSource<T> source)
    {
        public Workspace<T> Workspace { get; } = new();

        public ArraySegment<T> Scratch { get; } = AlignedMemory.Zeros<T>(tape.ReverseScratch);

        public T[] Input { get; } = new T[tape.Layout.Count * tape.GroupSamples * source.InputFeatures];

        public T[] Target { get; } = new T[tape.Layout.Count * tape.GroupSamples * source.OutputFeatures];

        public T[] Moved { get; } = new T[tape.Layout.Count * tape.GroupSamples * source.OutputFeatures];

        public double[] Losses { get; } = new double[tape.GroupSamples * (tape.Layout.Order + 1)];
    }
}
