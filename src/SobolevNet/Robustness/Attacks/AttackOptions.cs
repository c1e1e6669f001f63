namespace SobolevNet.Robustness;

/// <summary>What an attack maximizes.</summary>
public enum AttackObjective
{
    /// <summary>‖N(I + ε) − O(I + ε)‖: the largest error of the network, whichever of the two moves.</summary>
    Universal,

    /// <summary>
    /// ‖(N − O)(I + ε) − (N − O)(I)‖: the change of the error by the perturbation. Its first
    /// order is the largest singular value of ∂N − ∂O.
    /// </summary>
    UniversalGrowth,

    /// <summary>‖N(I + ε) − N(I)‖ by perturbations orthogonal to the manifold, for which the oracle stays exactly: over-reaction.</summary>
    Sensitivity,

    /// <summary>‖O(I + ε) − O(I)‖ by perturbations for which the network stays: changes that it wrongly ignores.</summary>
    Invariance,
}

/// <summary>How the worst perturbation of a given size is searched for.</summary>
public sealed class AttackOptions
{
    /// <summary>What is maximized.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not known.</exception>
    public AttackObjective Objective
    {
        get;
        init => field = EnumArgument.Check(value, nameof(Objective));
    }

    /// <summary>How the size of a perturbation is measured.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not known.</exception>
    public PerturbationNorm Norm
    {
        get;
        init => field = EnumArgument.Check(value, nameof(Norm));
    }

    /// <summary>Steps of the ascent from each start, 0 to 10,000; with 0 only the starts are compared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Steps
    {
        get;
        init => field = InRange(value, 0, 10_000, nameof(Steps));
    } = 30;

    /// <summary>Random starts in addition to those of the first order, 0 to 50.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int RandomStarts
    {
        get;
        init => field = InRange(value, 0, 50, nameof(RandomStarts));
    } = 2;

    /// <summary>An ascent ends when a step gains less than this part, in (0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Tolerance
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Tolerance), value, "The tolerance is between 0 and 1.");
    } = 1e-4;

    /// <summary>For <see cref="AttackObjective.Invariance"/>: the network may move by this share of the oracle's movement, in (0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double StayTolerance
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(StayTolerance), value, "The tolerance for staying is between 0 and 1.");
    } = 0.02;

    /// <summary>Growth and movement of the network above this multiple of what the first order allows count as a sign of masked gradients; above 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double MaskingFactor
    {
        get;
        init => field = value > 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaskingFactor), value, "The factor is above 1.");
    } = 2;

    /// <summary>Names the random starts.</summary>
    public ulong Seed { get; init; }

    private static int InRange(int value, int low, int high, string name) =>
        value >= low && value <= high ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {low} to {high}.");
}
