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

    /// <summary>Makes the memory that the optimizer keeps for a network of this shape.</summary>
    internal abstract OptimizerState<T> CreateState<T>(MlpArchitecture architecture)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Refuses a setting that is out of range.</summary>
    private protected static double InRange(double value, double low, double high, string name, bool includeLow = true) =>
        (includeLow ? value >= low : value > low) && value < high
            ? value
            : throw new ArgumentOutOfRangeException(
                name, value, $"{name} is in {(includeLow ? '[' : '(')}{low}, {(double.IsInfinity(high) ? "∞" : high)}).");
}
