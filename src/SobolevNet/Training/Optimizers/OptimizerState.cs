using System.Numerics;

namespace SobolevNet;

/// <summary>What an optimizer remembers from step to step.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The memory, by name, for checkpoints.</summary>
    public abstract IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    /// <summary>Changes the network's parameters. The result does not depend on the number of workers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="gradient">∂E/∂parameters; may be used as scratch memory.</param>
    /// <param name="factor">The learning-rate factor of the schedule.</param>
    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="team">The workers.</param>
    public abstract void Step(Mlp<T> network, T[] gradient, double factor, long step, WorkerTeam team);

    /// <summary>Called when <see cref="Tensors"/> were read from a checkpoint.</summary>
    public virtual void Restored()
    {
    }
}

/// <summary>The memory of an optimizer that looks at each parameter alone, so that ranges may be updated by different workers.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class ElementwiseOptimizerState<T> : OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RangeLength = 32768;

    private readonly Action<int, int> _updateRange;
    private Mlp<T>? _network;
    private T[] _gradient = [];
    private double _factor;
    private long _step;

    protected ElementwiseOptimizerState() => _updateRange = UpdateRange;

    public sealed override void Step(Mlp<T> network, T[] gradient, double factor, long step, WorkerTeam team)
    {
        (_network, _gradient, _factor, _step) = (network, gradient, factor, step);
        team.Run((gradient.Length + RangeLength - 1) / RangeLength, _updateRange);
    }

    /// <summary>Updates the parameters from <paramref name="start"/> on.</summary>
    /// <param name="parameters">The parameters of the range.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="start">Where the range starts among all parameters.</param>
    /// <param name="factor">The learning-rate factor of the schedule.</param>
    /// <param name="step">The number of this step, from 1.</param>
    protected abstract void Update(Span<T> parameters, ReadOnlySpan<T> gradient, int start, double factor, long step);

    private void UpdateRange(int range, int worker)
    {
        int start = range * RangeLength;
        int length = Math.Min(RangeLength, _gradient.Length - start);
        Update(_network!.Parameters.Slice(start, length), _gradient.AsSpan(start, length), start, _factor, _step);
    }
}
