using System.Numerics;

namespace SobolevNet;

/// <summary>What an optimizer remembers from step to step.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The memory, by name, for checkpoints. Names that end in "second", "steps" or "damping" are of numbers that are never negative.</summary>
    public abstract IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    /// <summary>Whether no further step can lower the loss.</summary>
    public virtual bool HasConverged => false;

    /// <summary>Whether a memory of this name holds means of squares, sizes of steps or a damping.</summary>
    public static bool IsNeverNegative(string name) =>
        name.EndsWith("second", StringComparison.Ordinal) || name.EndsWith("steps", StringComparison.Ordinal) ||
        name.EndsWith("damping", StringComparison.Ordinal);

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

/// <summary>
/// The memory of an optimizer that looks at each parameter alone, so that ranges may be updated in any order and by different
/// workers: a whole step at once, or range by range as soon as the range's gradient is known.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class ElementwiseOptimizerState<T> : OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RangeLength = 32768;

    private readonly Action<int, int> _updateRange;
    private Mlp<T>? _network;
    private T[] _gradient = [];

    protected ElementwiseOptimizerState() => _updateRange = UpdateRange;

    public sealed override void Step(Mlp<T> network, T[] gradient, double factor, long step, WorkerTeam team)
    {
        Begin(factor, step);
        (_network, _gradient) = (network, gradient);
        team.Run((gradient.Length + RangeLength - 1) / RangeLength, _updateRange);
    }

    /// <summary>Begins a step, in which every parameter is to be updated once.</summary>
    /// <param name="factor">The learning-rate factor of the schedule.</param>
    /// <param name="step">The number of this step, from 1.</param>
    public abstract void Begin(double factor, long step);

    /// <summary>Updates the parameters from <paramref name="start"/> on.</summary>
    /// <param name="parameters">The parameters of the range.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="start">Where the range starts among all parameters.</param>
    public abstract void Update(Span<T> parameters, ReadOnlySpan<T> gradient, int start);

    private void UpdateRange(int range, int worker)
    {
        int start = range * RangeLength;
        int length = Math.Min(RangeLength, _gradient.Length - start);
        Update(_network!.Parameters.Slice(start, length), _gradient.AsSpan(start, length), start);
    }
}
