namespace SobolevNet.Robustness;

/// <summary>Where an ascent began.</summary>
internal enum AttackStart
{
    /// <summary>There was nothing to search for, or no perturbation that the oracle could answer.</summary>
    None,

    /// <summary>The worst perturbation to first order at the clean input, with either sign.</summary>
    FirstOrder,

    /// <summary>The gradient of the clean error.</summary>
    CleanError,

    /// <summary>The perturbation found for the next smaller size, made longer.</summary>
    SmallerSize,

    /// <summary>A random direction.</summary>
    RandomDirection,
}

/// <summary>The worst perturbation found for one clean input and size.</summary>
public sealed class AttackResult
{
    internal AttackResult()
    {
    }

    /// <summary>What was maximized.</summary>
    public AttackObjective Objective { get; internal init; }

    /// <summary>ρ.</summary>
    public double Radius { get; internal init; }

    /// <summary>The objective's value; at least that of every perturbation tried. NaN where the oracle answered none.</summary>
    public double Value { get; internal init; }

    /// <summary>ε, n elements.</summary>
    public double[] Perturbation { get; internal init; } = [];

    /// <summary>N(I + ε), m elements.</summary>
    public double[] NetworkOutput { get; internal init; } = [];

    /// <summary>O(I + ε) by the exact oracle, m elements.</summary>
    public double[] OracleOutput { get; internal init; } = [];

    /// <summary>‖N(I) − O(I)‖ at the clean input.</summary>
    public double CleanError { get; internal init; }

    /// <summary>‖N(I + ε) − N(I)‖.</summary>
    public double NetworkChange { get; internal init; }

    /// <summary>‖O(I + ε) − O(I)‖.</summary>
    public double OracleChange { get; internal init; }

    /// <summary>
    /// The objective's growth from the clean input: its value, or for <see cref="AttackObjective.Universal"/> that of
    /// <see cref="AttackObjective.UniversalGrowth"/> at the same perturbation.
    /// </summary>
    public double Growth { get; internal init; }

    /// <summary>
    /// The largest growth of the objective by perturbations of this size, to first order: ρ·σ_max in L2; in L∞ the bound
    /// ρ·√(Σ‖rows‖₁²).
    /// </summary>
    public double FirstOrderBound { get; internal init; }

    /// <summary>
    /// Whether the growth of the objective and the change of the network are far above what their gradients at the clean input predict
    /// (<see cref="AttackOptions.MaskingFactor"/>). Then the gradients make the network look safer than it is, as masked gradients do. Never true
    /// for <see cref="AttackObjective.Invariance"/>, where the network stays.
    /// </summary>
    public bool GradientLooksMasked { get; internal init; }

    /// <summary>Where the ascent that won began.</summary>
    internal AttackStart Start { get; init; }

    /// <summary>Perturbations for which the search of the nearest clean input did not converge; they do not count.</summary>
    public int OracleFailures { get; internal init; }

    /// <summary>Perturbations evaluated.</summary>
    public int Evaluations { get; internal init; }
}
