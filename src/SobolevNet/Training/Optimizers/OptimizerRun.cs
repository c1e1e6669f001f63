using System.Numerics;

namespace SobolevNet;

/// <summary>The steps of an optimizer in a loop of your own, where <see cref="SobolevTrainer{T}"/> does not fit: the gradient may come from anywhere.</summary>
/// <remarks>Uses one thread. Steps are those of the trainer, to the bit. Not thread-safe.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class OptimizerRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OptimizerState<T> _state;
    private readonly WorkerTeam _team = new(1);
    private readonly T[] _gradient;

    /// <summary>Reserves the optimizer's memory.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="network">The network, whose parameters steps change in place.</param>
    /// <exception cref="ArgumentException">The optimizer is <see cref="Optimizer.LevenbergMarquardt"/>, which needs more than a gradient.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting of the optimizer rounds to 0 or 1 in the network's precision.</exception>
    public OptimizerRun(Optimizer optimizer, Mlp<T> network)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(network);
        if (optimizer.IsLeastSquares)
        {
            throw new ArgumentException(
                $"{nameof(Optimizer.LevenbergMarquardt)} takes no steps from a gradient alone; it needs labels, which {nameof(SobolevTrainer<>)} gives it. Expected another optimizer.",
                nameof(optimizer));
        }

        optimizer.CheckPrecision<T>();
        Network = network;
        _state = optimizer.CreateState<T>(network.Architecture);
        _gradient = new T[network.Parameters.Length];
    }

    /// <summary>The network.</summary>
    public Mlp<T> Network { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes a step against a gradient.</summary>
    /// <param name="gradient">∂E/∂parameters in the order of <see cref="Mlp{T}.Parameters"/>, as <see cref="JetPass{T}"/> gives it; stays as it is.</param>
    /// <param name="rateFactor">A factor of the optimizer's learning rate, finite and at least 0: <see cref="LearningRateSchedule.At"/>, for example.</param>
    /// <exception cref="ArgumentException">The gradient has another length, or an element that is not finite; no parameter has changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of range.</exception>
    public void Step(ReadOnlySpan<T> gradient, double rateFactor = 1)
    {
        if (gradient.Length != _gradient.Length)
        {
            throw new ArgumentException($"The gradient has {gradient.Length} elements; the network has {_gradient.Length} parameters.", nameof(gradient));
        }

        if (!double.IsFinite(rateFactor) || rateFactor < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(rateFactor), rateFactor, "A learning-rate factor is finite and at least 0.");
        }

        int bad = NotFinite.IndexIn(gradient);
        if (bad >= 0)
        {
            throw new ArgumentException($"The gradient is {gradient[bad]} at {bad}; expected finite numbers.", nameof(gradient));
        }

        gradient.CopyTo(_gradient);
        _state.Step(Network, _gradient, rateFactor, ++Steps, _team);
    }
}
