using System.Globalization;
using System.Numerics;

namespace SobolevNet;

/// <summary>An optimizer's settings: how a gradient becomes a change of the parameters.</summary>
/// <remarks>The learning rate here is multiplied by the factor of the <see cref="LearningRateSchedule"/>.</remarks>
public abstract record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>All settings by name, numbers in full; the name of the optimizer itself has no name.</summary>
    internal abstract IEnumerable<(string Name, string Value)> Settings { get; }

    /// <summary>Refuses settings that contradict each other.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do.</exception>
    internal virtual void Check()
    {
    }

    /// <summary>Refuses settings that a number of this precision cannot hold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is one.</exception>
    internal virtual void CheckPrecision<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>Makes the memory that the optimizer keeps for a network of this shape.</summary>
    internal abstract OptimizerState<T> CreateState<T>(MlpArchitecture architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>A number in full.</summary>
    private protected static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Refuses the decay of a mean that rounds to 1: the mean would never change.</summary>
    private protected static void CheckDecay<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (T.CreateTruncating(value) == T.One)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must not round to 1 in a {typeof(T).Name}.");
        }
    }

    /// <summary>Refuses a positive number that rounds to 0.</summary>
    private protected static void CheckPositive<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (T.CreateTruncating(value) == T.Zero)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must not round to 0 in a {typeof(T).Name}.");
        }
    }

    /// <summary>Refuses a setting that is out of range.</summary>
    private protected static double InRange(double value, double low, double high, string name, bool includeLow = true) =>
        (includeLow ? value >= low : value > low) && value < high
            ? value
            : throw new ArgumentOutOfRangeException(
                name, value, $"{name} is in {(includeLow ? '[' : '(')}{low}, {(double.IsInfinity(high) ? "∞" : high)}).");
}
