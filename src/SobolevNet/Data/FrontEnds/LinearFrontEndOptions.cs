namespace SobolevNet.FrontEnds;

/// <summary>How <see cref="LinearFrontEnd{T}.Fit"/> chooses its features.</summary>
public sealed class LinearFrontEndOptions
{
    /// <summary>The most samples that are measured, spread over the source; at least 2. The values of each take 8·n bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Samples
    {
        get;
        init => field = value >= 2 ? value : throw new ArgumentOutOfRangeException(nameof(Samples), value, "At least 2 samples are needed.");
    } = 1000;

    /// <summary>How many principal components of the inputs the features are made of; at least as many as features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Candidates
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Candidates), value, "At least one principal component is needed.");
    } = 256;

    /// <summary>a₁, the penalty of first derivatives of a feature; at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double FirstOrderWeight { get; init => field = Weight(value, nameof(FirstOrderWeight)); }

    /// <summary>a₂, the penalty of second derivatives of a feature; at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double SecondOrderWeight { get; init => field = Weight(value, nameof(SecondOrderWeight)); } = 0.1;

    /// <summary>
    /// q in [0, 1/2]: with 0 the spreads of features decrease as √μ, with 1/2 all are equal. The first features
    /// matter most, and an optimizer learns large features first.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Whitening
    {
        get;
        init => field = value is >= 0 and <= 0.5
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Whitening), value, "The whitening exponent is in [0, 1/2].");
    } = 0.25;

    /// <summary>Threads to use; all cores if 0. The result does not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int Threads
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Threads), value, "Threads is at least 0.");
    }

    private static double Weight(double value, string name) =>
        double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, "The weight of an order is finite and at least 0.");
}
