namespace SobolevNet;

/// <summary>How <see cref="LinearFrontEnd{T}.Fit"/> chooses its features.</summary>
public sealed record LinearFrontEndOptions
{
    private readonly int _samples = 1000;
    private readonly int _candidates = 256;
    private readonly double _firstOrderWeight;
    private readonly double _secondOrderWeight = 0.1;
    private readonly double _whitening = 0.25;
    private readonly int _threads;

    /// <summary>The most samples that are looked at, spread over the source; at least 2. Their values take 8·n bytes each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Samples
    {
        get => _samples;
        init => _samples = value >= 2 ? value : throw new ArgumentOutOfRangeException(nameof(Samples), value, "At least 2 samples are needed.");
    }

    /// <summary>How many principal components of the inputs the features are made of; at least as many as features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int Candidates
    {
        get => _candidates;
        init => _candidates = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Candidates), value, "At least one principal component is needed.");
    }

    /// <summary>a₁, how much the first derivatives of a feature count against it; at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double FirstOrderWeight { get => _firstOrderWeight; init => _firstOrderWeight = Weight(value, nameof(FirstOrderWeight)); }

    /// <summary>a₂, how much the second derivatives of a feature count against it; at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double SecondOrderWeight { get => _secondOrderWeight; init => _secondOrderWeight = Weight(value, nameof(SecondOrderWeight)); }

    /// <summary>
    /// q in [0, 1/2]: 0 leaves the features' spreads falling as √μ, 1/2 makes all spreads equal. Early features are the ones that
    /// matter most, and an optimizer follows what is large first.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Whitening
    {
        get => _whitening;
        init => _whitening = value is >= 0 and <= 0.5
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Whitening), value, "The whitening exponent is in [0, 1/2].");
    }

    /// <summary>Threads to use; all cores if 0. The result does not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int Threads
    {
        get => _threads;
        init => _threads = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Threads), value, "Threads is at least 0.");
    }

    private static double Weight(double value, string name) =>
        double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, "The weight of an order is finite and at least 0.");
}
