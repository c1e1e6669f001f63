using System.Numerics;

namespace SobolevNet;

/// <summary>An optimizer's settings: how a gradient becomes a change of the parameters.</summary>
/// <remarks>The learning rate here is multiplied by the factor of the <see cref="LearningRateSchedule"/>.</remarks>
public abstract record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>The name, with the settings that tell one run from another.</summary>
    internal abstract string Fingerprint { get; }

    /// <summary>Makes the memory that the optimizer keeps for so many parameters.</summary>
    internal abstract OptimizerState<T> CreateState<T>(int parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Refuses a setting that is out of range.</summary>
    private protected static double InRange(double value, double low, double high, string name, bool includeLow = true) =>
        (includeLow ? value >= low : value > low) && value < high
            ? value
            : throw new ArgumentOutOfRangeException(
                name, value, $"{name} is in {(includeLow ? '[' : '(')}{low}, {(double.IsInfinity(high) ? "∞" : high)}).");
}

/// <summary>What an optimizer remembers from step to step.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The memory, by name, for checkpoints; each has as many elements as there are parameters.</summary>
    public abstract IReadOnlyList<(string Name, T[] Values)> Tensors { get; }

    /// <summary>Updates the parameters from <paramref name="start"/> on; ranges may be updated by different threads.</summary>
    /// <param name="parameters">The parameters of the range.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="start">Where the range starts among all parameters.</param>
    /// <param name="factor">The learning-rate factor of the schedule.</param>
    /// <param name="step">The number of this step, from 1.</param>
    public abstract void Update(Span<T> parameters, ReadOnlySpan<T> gradient, int start, double factor, long step);
}
