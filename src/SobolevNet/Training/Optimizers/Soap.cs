namespace SobolevNet;

/// <summary>
/// SOAP: Adam in the slowly turning eigenbases of each layer's gradient covariances, so that every direction of a weight
/// matrix gets a step of its own size. Learns far more per step than Adam, above all with large batches and high orders; a step
/// costs some products of a layer's size more.
/// </summary>
/// <remarks>
/// <para>
/// With a layer's gradient G, L ← βL + G Gᵀ and R ← βR + GᵀG have the eigenvectors Q_L and Q_R; G' = Q_Lᵀ G Q_R takes an Adam
/// step N', and the weights change by Q_L N' Q_Rᵀ. Biases take Adam's step. Source: N. Vyas et al., SOAP, arXiv 2409.11321.
/// </para>
/// <para>
/// Kept in addition to the two numbers per parameter that Adam keeps: for every layer the squares of its input and output size,
/// three times. A side longer than <see cref="MaxSide"/> is not turned.
/// </para>
/// </remarks>
public sealed record Soap : Optimizer
{
    private readonly double _learningRate = 5e-3;
    private readonly double _beta1 = 0.95;
    private readonly double _beta2 = 0.95;
    private readonly double _covarianceBeta = 0.95;
    private readonly double _epsilon = 1e-10;
    private readonly double _weightDecay;
    private readonly int _refreshEvery = 10;
    private readonly int _maxSide = 1024;

    /// <summary>The learning rate, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double LearningRate { get => _learningRate; init => _learningRate = InRange(value, 0, double.PositiveInfinity, nameof(LearningRate), includeLow: false); }

    /// <summary>Decay of the mean of the turned gradient, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Beta1 { get => _beta1; init => _beta1 = InRange(value, 0, 1, nameof(Beta1)); }

    /// <summary>Decay of the mean square of the turned gradient, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Beta2 { get => _beta2; init => _beta2 = InRange(value, 0, 1, nameof(Beta2)); }

    /// <summary>β, the decay of the covariances per step, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double CovarianceBeta { get => _covarianceBeta; init => _covarianceBeta = InRange(value, 0, 1, nameof(CovarianceBeta)); }

    /// <summary>Added to the root of the mean square; above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double Epsilon { get => _epsilon; init => _epsilon = InRange(value, 0, double.PositiveInfinity, nameof(Epsilon), includeLow: false); }

    /// <summary>Each step also shrinks the weights by this times the learning rate (decoupled decay); at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public double WeightDecay { get => _weightDecay; init => _weightDecay = InRange(value, 0, double.PositiveInfinity, nameof(WeightDecay)); }

    /// <summary>Steps from one turn of the eigenbases to the next, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int RefreshEvery
    {
        get => _refreshEvery;
        init => _refreshEvery = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RefreshEvery), value, $"{nameof(RefreshEvery)} is at least 1.");
    }

    /// <summary>The longest side of a weight matrix that is turned, at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public int MaxSide
    {
        get => _maxSide;
        init => _maxSide = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(MaxSide), value, $"{nameof(MaxSide)} is at least 0.");
    }

    internal override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("", "Soap"),
        (nameof(LearningRate), Text(LearningRate)),
        (nameof(Beta1), Text(Beta1)),
        (nameof(Beta2), Text(Beta2)),
        (nameof(CovarianceBeta), Text(CovarianceBeta)),
        (nameof(Epsilon), Text(Epsilon)),
        (nameof(WeightDecay), Text(WeightDecay)),
        (nameof(RefreshEvery), Text(RefreshEvery)),
        (nameof(MaxSide), Text(MaxSide)),
    ];

    internal override void CheckPrecision<T>()
    {
        CheckDecay<T>(Beta1, nameof(Beta1));
        CheckDecay<T>(Beta2, nameof(Beta2));
        CheckDecay<T>(CovarianceBeta, nameof(CovarianceBeta));
        CheckPositive<T>(Epsilon, nameof(Epsilon));
    }

    internal override OptimizerState<T> CreateState<T>(MlpArchitecture architecture) => new SoapState<T>(this, architecture);
}
