using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet;

/// <summary>The memory and the step of <see cref="Soap"/>.</summary>
/// <remarks>
/// A step is a few rounds, in each of which the workers share blocks of rows of all layers; what a round writes the next one
/// reads. Blocks do not depend on the number of workers, so neither does the result. Updating the covariances only every
/// second or fifth step saves 2 to 20 % of the time of a small network but costs 2 to 10 % of accuracy.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SoapState<T> : OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockRows = 32;

    private readonly Soap _options;
    private readonly SoapLayer<T>[] _layers;
    private readonly (int Layer, int First, int Count)[] _outputBlocks;
    private readonly (int Layer, int First, int Count)[] _inputBlocks;
    private readonly long _elements;
    private readonly long _products;
    private readonly Action<int, int> _packTransposed;
    private readonly Action<int, int> _addLeft;
    private readonly Action<int, int> _addRight;
    private readonly Action<int, int> _refresh;
    private readonly Action<int, int> _rotateRight;
    private readonly Action<int, int> _packRotated;
    private readonly Action<int, int> _stepInBasis;
    private readonly Action<int, int> _changeWeights;
    private Workspace<T>[] _workspaces = [];
    private Mlp<T>? _network;
    private T[] _gradient = [];
    private AdamCoefficients<T> _adam;

    public SoapState(Soap options, MlpArchitecture architecture)
    {
        _options = options;
        var sizes = architecture.Sizes;
        _layers = new SoapLayer<T>[architecture.LayerCount];
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer] = new SoapLayer<T>(sizes[layer + 1], sizes[layer], options.MaxSide);
            _elements += (long)sizes[layer + 1] * sizes[layer];
            _products += (long)sizes[layer + 1] * sizes[layer] * Math.Max(sizes[layer + 1], sizes[layer]);
        }

        _outputBlocks = [.. Blocks(layer => _layers[layer].Outputs)];
        _inputBlocks = [.. Blocks(layer => _layers[layer].Right?.Size ?? 0)];
        _packTransposed = (layer, _) => _layers[layer].PackGradient(Weights(layer));
        _addLeft = (block, worker) =>
        {
            var (layer, first, count) = _outputBlocks[block];
            _layers[layer].AddLeft(Weights(layer), first, count, T.CreateTruncating(_options.CovarianceBeta), _workspaces[worker]);
        };
        _addRight = (block, worker) =>
        {
            var (layer, first, count) = _inputBlocks[block];
            _layers[layer].AddRight(Weights(layer), first, count, T.CreateTruncating(_options.CovarianceBeta), _workspaces[worker]);
        };
        _refresh = (layer, worker) => _layers[layer].Refresh(_workspaces[worker]);
        _rotateRight = (block, worker) =>
        {
            var (layer, first, count) = _outputBlocks[block];
            _layers[layer].RotateRight(Weights(layer), first, count, _workspaces[worker]);
        };
        _packRotated = (layer, _) => _layers[layer].PackRotated();
        _stepInBasis = (block, worker) =>
        {
            var (layer, first, count) = _outputBlocks[block];
            _layers[layer].StepInBasis(_adam, first, count, _workspaces[worker]);
        };
        _changeWeights = ChangeWeights;
        Tensors = [.. _layers.SelectMany((layer, k) => layer.Tensors.Select(tensor => ($"{k}.{tensor.Name}", tensor.Values)))];
    }

    public override IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    public override void Restored()
    {
        foreach (var layer in _layers)
        {
            layer.Left?.Publish();
            layer.Right?.Publish();
        }
    }

    public override void Step(Mlp<T> network, T[] gradient, double factor, long step, WorkerTeam team)
    {
        (_network, _gradient) = (network, gradient);
        if (_workspaces.Length < team.Workers)
        {
            _workspaces = [.. Enumerable.Range(0, team.Workers).Select(_ => new Workspace<T>())];
        }

        team.Run(_layers.Length, _packTransposed, _elements);
        team.Run(_outputBlocks.Length, _addLeft, _products);
        team.Run(_inputBlocks.Length, _addRight, _products);
        if (step <= _options.RefreshEvery || step % _options.RefreshEvery == 0)
        {
            team.Run(_layers.Length, _refresh, _products);
        }

        _adam = AdamCoefficients<T>.Of(_options.LearningRate * factor, _options.Beta1, _options.Beta2, _options.Epsilon, _options.WeightDecay, step);
        team.Run(_outputBlocks.Length, _rotateRight, _products);
        team.Run(_layers.Length, _packRotated, _elements);
        team.Run(_outputBlocks.Length, _stepInBasis, _products);
        team.Run(_layers.Length, _packRotated, _elements);
        team.Run(_outputBlocks.Length, _changeWeights, _products);
    }

    private void ChangeWeights(int block, int worker)
    {
        var (layer, first, count) = _outputBlocks[block];
        var parameters = _network!.Layer(layer);
        _layers[layer].ChangeWeights(parameters.Weights, _adam.Decay, first, count, _workspaces[worker]);
        _layers[layer].StepBias(
            _adam, parameters.Bias.Slice(first, count), _network.LayerOf(_gradient, layer).Bias.Slice(first, count), first);
    }

    private ReadOnlySpan<T> Weights(int layer) => _network!.LayerOf(_gradient, layer).Weights;

    private IEnumerable<(int Layer, int First, int Count)> Blocks(Func<int, int> rows)
    {
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            for (int first = 0; first < rows(layer); first += BlockRows)
            {
                yield return (layer, first, Math.Min(BlockRows, rows(layer) - first));
            }
        }
    }
}
