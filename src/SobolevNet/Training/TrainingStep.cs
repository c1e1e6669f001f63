using System.Numerics;

namespace SobolevNet;

/// <summary>One step of a training: the gradient of a mini-batch, its clipping and the optimizer's update.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TrainingState<T> _state;
    private readonly IJetSource<T> _source;
    private readonly int _order;
    private readonly int _batch;
    private readonly WorkerTeam _team;
    private readonly DerivativePropagation _propagation;
    private readonly T[] _gradient;
    private readonly PackedNetwork<T> _packed;
    private readonly TrainingPass<T>?[] _passes = new TrainingPass<T>?[3];
    private readonly GradientClipping<T>? _clipping;
    private readonly double[] _losses = new double[3];

    /// <summary>Reserves memory.</summary>
    /// <param name="state">What is trained: the network, the loss and the optimizer.</param>
    /// <param name="source">The training data.</param>
    /// <param name="order">The highest order trained.</param>
    /// <param name="batch">The most samples of a mini-batch.</param>
    /// <param name="clipNorm">The longest gradient; null for any.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="propagation">How derivatives are propagated.</param>
    public TrainingStep(
        TrainingState<T> state, IJetSource<T> source, int order, int batch, double? clipNorm, WorkerTeam team,
        DerivativePropagation propagation = DerivativePropagation.Auto)
    {
        (_state, _source, _order, _batch, _team, _propagation) = (state, source, order, batch, team, propagation);
        _gradient = new T[state.Network.Parameters.Length];
        _packed = new PackedNetwork<T>(state.Network);
        _clipping = clipNorm is { } norm ? new GradientClipping<T>(_gradient, norm, team) : null;
    }

    /// <summary>
    /// Trains on a mini-batch with the order weights and the learning-rate factor of the state, and adds its losses and the step to the state.
    /// Orders above the highest one with a weight are not computed.
    /// </summary>
    /// <param name="samples">Sample numbers.</param>
    /// <param name="first">The first one of the mini-batch.</param>
    /// <param name="count">How many it has.</param>
    /// <exception cref="NonFiniteLossException">The loss or the gradient is not finite; no parameter has changed.</exception>
    public void Run(long[] samples, int first, int count)
    {
        int active = _order;
        while (active > 0 && _state.Weights[active] == 0)
        {
            active--;
        }

        if (_state.Optimizer is ElementwiseOptimizerState<T> optimizer && _clipping is null)
        {
            optimizer.Begin(_state.RateFactor, _state.TotalSteps + 1);
            RunPass(active, samples, first, count, optimizer);
        }
        else
        {
            RunPass(active, samples, first, count);
            if (_clipping?.Clip() is { } norm && !double.IsFinite(norm))
            {
                throw Broken(active, "the gradient's norm", norm);
            }

            _state.Optimizer.Step(_state.Network, _gradient, _state.RateFactor, _state.TotalSteps + 1, _team);
        }

        double loss = 0;
        for (int order = 0; order <= _order; order++)
        {
            _state.LossSums[order] += order <= active ? count * _losses[order] : double.NaN;
            loss += order <= active ? _state.Weights[order] * _losses[order] : 0;
        }

        TrainingTelemetry.Loss.Record(loss);
        _state.TotalSteps++;
        _state.SamplesOfEpoch += count;
        _state.Step++;
    }

    private void RunPass(int order, long[] samples, int first, int count, ElementwiseOptimizerState<T>? optimizer = null)
    {
        var pass = _passes[order] ??= new TrainingPass<T>(_state.Network, _packed, _gradient, _source, order, _state.Loss, _batch, _team, _propagation);
        if (!pass.Run(samples, first, count, _state.Weights, _losses, optimizer))
        {
            var (broken, component, magnitude) = pass.Diagnose();
            throw Broken(broken, component, magnitude);
        }
    }

    private NonFiniteLossException Broken(int order, string component, double magnitude) =>
        new(_state.Epoch + 1, _state.Step + 1, order, component, magnitude);
}
