namespace SobolevNet.Experiments.Robust;

/// <summary>First-order vulnerability over some images.</summary>
internal sealed record FirstOrderFigures
{
    public required int Images { get; init; }

    /// <summary>Images left out because their tangents are dependent.</summary>
    public required int Degenerate { get; init; }

    /// <summary>Mean σ_max of ∂N − ∂O.</summary>
    public required double Universal { get; init; }

    /// <summary>The largest σ_max of ∂N − ∂O.</summary>
    public required double Worst { get; init; }

    /// <summary>Mean σ_max of ∂N orthogonal to the manifold.</summary>
    public required double Sensitivity { get; init; }

    /// <summary>Mean σ_max of ∂O where ∂N vanishes.</summary>
    public required double Invariance { get; init; }

    /// <summary>Mean length of the rows of ∂N − ∂O, for each output.</summary>
    public required IReadOnlyList<double> Outputs { get; init; }
}

/// <summary>Attacks of one size on some images, with the exact oracle in the loop.</summary>
internal sealed record AttackFigures
{
    /// <summary>ρ, the Euclidean length of perturbations.</summary>
    public required double Size { get; init; }

    /// <summary>‖N(I + ε) − O(I + ε)‖.</summary>
    public required AttackStatistics Universal { get; init; }

    /// <summary>‖N(I + ε) − N(I)‖ where the oracle stays.</summary>
    public required AttackStatistics Sensitivity { get; init; }

    /// <summary>‖O(I + ε) − O(I)‖ where the network stays.</summary>
    public required AttackStatistics Invariance { get; init; }
}

/// <summary>An attack's values over the images; NaN where the oracle has no answer to any.</summary>
internal sealed record AttackStatistics
{
    public required double Mean { get; init; }

    /// <summary>The 10, 50 and 90 per cent quantiles over the images.</summary>
    public required double[] Quantiles { get; init; }

    public required double Max { get; init; }

    /// <summary>Mean bound of the first order at the clean images.</summary>
    public required double FirstOrderBound { get; init; }

    /// <summary>The share of images whose gradients look masked.</summary>
    public required double MaskedShare { get; init; }

    /// <summary>The share of images whose largest value came from a random start.</summary>
    public required double RandomStartShare { get; init; }

    /// <summary>Perturbations for which the oracle did not converge.</summary>
    public required int OracleFailures { get; init; }
}

/// <summary>Errors under white noise, in per cent of the deviation of the targets; NaN where they are not known.</summary>
internal sealed record NoiseFigures
{
    public required double Deviation { get; init; }

    public required double ErrorAgainstCleanPercent { get; init; }

    public required double ErrorAgainstOraclePercent { get; init; }

    public required double OracleShiftPercent { get; init; }

    public required int OracleFailures { get; init; }
}
