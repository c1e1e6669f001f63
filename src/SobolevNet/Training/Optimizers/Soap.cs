namespace SobolevNet;

/// <summary>The settings of <see cref="Optimizer.Soap"/>.</summary>
internal sealed class Soap : Optimizer
{
    public required double LearningRate { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    public required double CovarianceBeta { get; init; }

    public required double Epsilon { get; init; }

    public required double WeightDecay { get; init; }

    public required int RefreshEvery { get; init; }

    public required int MaxSide { get; init; }

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

    /// <summary>A vector has no sides to rotate: it takes Adam's step.</summary>
    internal override ElementwiseOptimizerState<T> CreateCoefficientState<T>(int coefficients) =>
        Adam(LearningRate, Beta1, Beta2, Epsilon).CreateCoefficientState<T>(coefficients);
}
