namespace SobolevNet.Robustness;

/// <summary>Where an ascent began.</summary>
public enum AttackStart
{
    /// <summary>Nowhere: there was nothing to search for, or no perturbation that the oracle could answer.</summary>
    None,

    /// <summary>The worst perturbation to first order at the clean input, with either sign.</summary>
    FirstOrder,

    /// <summary>The gradient of the clean error.</summary>
    CleanError,

    /// <summary>What the attack of the next smaller size found, made longer.</summary>
    SmallerSize,

    /// <summary>A random direction.</summary>
    RandomDirection,
}

/// <summary>The worst perturbation found for one clean input and size.</summary>
public sealed record AttackResult
{
    /// <summary>What was made large.</summary>
    public required AttackObjective Objective { get; init; }

    /// <summary>ρ.</summary>
    public required double Radius { get; init; }

    /// <summary>The objective's value; at least that of every perturbation tried. NaN where the oracle answered none.</summary>
    public required double Value { get; init; }

    /// <summary>ε, n elements.</summary>
    public required double[] Perturbation { get; init; }

    /// <summary>N(I + ε), m elements.</summary>
    public required double[] NetworkOutput { get; init; }

    /// <summary>O(I + ε) by the exact oracle, m elements.</summary>
    public required double[] OracleOutput { get; init; }

    /// <summary>‖N(I) − O(I)‖ at the clean input.</summary>
    public required double CleanError { get; init; }

    /// <summary>‖N(I + ε) − N(I)‖.</summary>
    public required double NetworkChange { get; init; }

    /// <summary>‖O(I + ε) − O(I)‖.</summary>
    public required double OracleChange { get; init; }

    /// <summary>
    /// The objective's growth from the clean input: its value, or for <see cref="AttackObjective.Universal"/> that of
    /// <see cref="AttackObjective.UniversalGrowth"/> at the same perturbation.
    /// </summary>
    public required double Growth { get; init; }

    /// <summary>
    /// The most that perturbations of this size can grow the objective by to first order: ρ·σ_max in L2; in L∞ the bound
    /// ρ·√(Σ‖rows‖₁²).
    /// </summary>
    public required double FirstOrderBound { get; init; }

    /// <summary>
    /// Whether the objective grew, and the network moved, far beyond what their gradients at the clean input allow to first order
    /// (<see cref="AttackOptions.MaskingFactor"/>): the gradient makes the network look safer than it is, as masked gradients do. Never
    /// for <see cref="AttackObjective.Invariance"/>, where the network stays.
    /// </summary>
    public required bool GradientLooksMasked { get; init; }

    /// <summary>Where the ascent that won began.</summary>
    public required AttackStart Start { get; init; }

    /// <summary>Perturbations for which the search of the nearest clean input did not converge; they do not count.</summary>
    public required int OracleFailures { get; init; }

    /// <summary>Perturbations evaluated.</summary>
    public required int Evaluations { get; init; }
}
