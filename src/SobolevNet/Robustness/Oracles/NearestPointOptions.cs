namespace SobolevNet.Robustness;

/// <summary>How the nearest point of a manifold is searched for.</summary>
public sealed class NearestPointOptions
{
    /// <summary>
    /// The search ends when the next step would move the clean input by less than this part of the input's length; in (0, 1).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Tolerance
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Tolerance), value, "The tolerance is between 0 and 1.");
    } = 1e-11;

    /// <summary>The most steps that are tried, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int MaxIterations
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxIterations), value, "At least one iteration is needed.");
    } = 60;

    /// <summary>
    /// Whether the second derivatives of the clean input are used: Newton steps, which converge quadratically however far off
    /// the manifold the input is. Without them the steps are Gauss–Newton's, and a saddle point cannot be distinguished from a minimum.
    /// </summary>
    public bool UseSecondDerivatives { get; init; } = true;

    /// <summary>Tangents with a larger condition number, after scaling each to unit length, count as dependent; above 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double MaxConditionNumber
    {
        get;
        init => field = TangentFrame.CheckedLimit(value, nameof(MaxConditionNumber));
    } = 1e4;

    /// <summary>The longest step of a degree of freedom, in parts of its <see cref="IDataManifold.TangentScale"/>; above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double MaxStep
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxStep), value, "The longest step is above 0.");
    } = 1;
}
