using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>An optimizer's state for a network whose first layer is trained through a metric: the optimizer updates V, where W₁ = V M.</summary>
/// <remarks>∂E/∂V = (∂E/∂W₁) Mᵀ, and M is symmetric. See <see cref="InputMetric"/>.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class MetricState<T> : OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The name of M in checkpoints.</summary>
    public const string Metric = "metric";

    private readonly OptimizerState<T> _inner;
    private readonly int _inputs;
    private readonly T[] _metric;
    private readonly T[] _weights;
    private readonly T[] _product;
    private readonly PackedMatrix<T> _packed;
    private readonly Workspace<T> _workspace = new();

    /// <summary>Makes the state; V is to be taken from a network by <see cref="Begin"/>, or read from a checkpoint.</summary>
    /// <param name="inner">The optimizer's state, which sees V.</param>
    /// <param name="network">Has the shape.</param>
    /// <param name="metric">M, symmetric, shape (inputs, inputs); anything if a checkpoint is to be read.</param>
    public MetricState(OptimizerState<T> inner, Mlp<T> network, double[] metric)
    {
        _inner = inner;
        _inputs = network.Architecture.Inputs;
        _metric = Array.ConvertAll(metric, T.CreateTruncating);
        _weights = new T[network.Layer(0).Weights.Length];
        _product = new T[_weights.Length];
        _packed = new PackedMatrix<T>(_inputs, _inputs);
        _packed.Pack(_metric);
        Tensors = [.. inner.Tensors, (Metric, _metric), ("metric.weights", _weights)];
    }

    public override IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    /// <summary>Takes a fresh network's first weights for V, and gives it V M.</summary>
    public void Begin(Mlp<T> network)
    {
        var weights = network.Layer(0).Weights;
        weights.CopyTo(_weights);
        Multiply(_weights, weights);
    }

    public override void Restored()
    {
        _packed.Pack(_metric);
        _inner.Restored();
    }

    public override void Step(Mlp<T> network, T[] gradient, double factor, long step, WorkerTeam team)
    {
        var ofGradient = network.LayerOf(gradient, 0).Weights;
        Multiply(ofGradient, _product);
        _product.CopyTo(ofGradient);
        var ofNetwork = network.Layer(0).Weights;
        _weights.CopyTo(ofNetwork);
        _inner.Step(network, gradient, factor, step, team);
        ofNetwork.CopyTo(_weights);
        Multiply(_weights, ofNetwork);
    }

    /// <summary>A M.</summary>
    private void Multiply(ReadOnlySpan<T> matrix, Span<T> result) =>
        Gemm.Multiply(matrix, _inputs, matrix.Length / _inputs, _packed, result, _inputs, _workspace);
}
