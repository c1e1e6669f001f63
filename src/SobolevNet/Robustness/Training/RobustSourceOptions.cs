namespace SobolevNet.Robustness;

/// <summary>The target of the network's derivative along a random direction of input space.</summary>
public enum DirectionTarget
{
    /// <summary>The oracle's derivative: universal robustness.</summary>
    Oracle,

    /// <summary>Zero: the invariance assumption, known as Jacobian regularization.</summary>
    Zero,
}

/// <summary>What <see cref="RobustTraining.Robust"/> adds to clean samples.</summary>
public sealed record RobustSourceOptions
{
    /// <summary>The directions of every sample; if empty, one white direction. Steepest ones are far more effective for their cost.</summary>
    /// <exception cref="ArgumentException">A group is null.</exception>
    public IReadOnlyList<DirectionGroup> Directions
    {
        get;
        init => field = value is not null && value.All(group => group is not null)
            ? [.. value]
            : throw new ArgumentException("Neither the list of groups nor a group may be null.", nameof(Directions));
    } = [];

    /// <summary>
    /// σ, the size of the perturbations that the network is made robust to, as deviation of one input feature. It sets the scale of
    /// the directions to σ√(weight · dimensions / count), so that the directions' part of the first-order loss is an unbiased
    /// estimate of E‖∂(N − O)·e‖² for white noise e of that deviation, whatever the number of directions; above 0.
    /// </summary>
    /// <remarks>
    /// The loss is normalized by the size of the targets of its order. So where all first derivatives are along directions and the oracle is
    /// their target (<see cref="ManifoldOrder"/> 0), this scale cancels, and only the order's weight matters. Steepest directions
    /// (<see cref="DirectionSampler.Steepest"/>) are of dimension 1 here: their loss is σ²‖∂(N − O)·ε‖².
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double PerturbationScale
    {
        get;
        init => field = value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PerturbationScale), value, "The size of perturbations is finite and above 0.");
    } = 0.05;

    /// <summary>The highest order of derivatives along the manifold that are trained too: 0 for none, 1 or 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int ManifoldOrder
    {
        get;
        init => field = value is >= 0 and <= 2
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ManifoldOrder), value, "An order is 0, 1 or 2.");
    } = 1;

    /// <summary>Whether the second derivative along each direction, ∂_ε∂_ε, is trained too.</summary>
    public bool SecondDerivatives { get; init; }

    /// <summary>
    /// Whether the mixed derivatives ∂_ε∂ᵢ of each direction with every degree of freedom are trained too; they need
    /// <see cref="ManifoldOrder"/> of at least 1.
    /// </summary>
    public bool MixedDerivatives { get; init; }

    /// <summary>The target of derivatives along directions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not known.</exception>
    public DirectionTarget Target
    {
        get;
        init => field = EnumArgument.Check(value, nameof(Target));
    }

    /// <summary>Clean samples whose unit tangents have a larger condition number stop training; above 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double MaxConditionNumber
    {
        get;
        init => field = TangentFrame.CheckedLimit(value, nameof(MaxConditionNumber));
    } = 1e4;

    /// <summary>Names the directions and the order of samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the samples of a finite clean source come in a new order every epoch.</summary>
    public bool Shuffle { get; init; } = true;
}
