using SobolevNet.Experiments.Robust;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.json of a robustness experiment.</summary>
internal sealed record RobustReport
{
    public string Experiment { get; init; } = "robust";

    /// <summary>Whether all networks have been trained and measured.</summary>
    public required bool Complete { get; init; }

    /// <summary>When the experiment was begun, UTC.</summary>
    public required DateTime Started { get; init; }

    public required MachineReport Machine { get; init; }

    public required RobustSettings Settings { get; init; }

    /// <summary>Repeats the experiment.</summary>
    public required string Command { get; init; }

    /// <summary>Universal against invariance training at each capacity; empty until both are trained.</summary>
    public required IReadOnlyList<RobustClaim> Claims { get; init; }

    /// <summary>The networks that have been trained and measured.</summary>
    public required IReadOnlyList<RobustRun> Runs { get; init; }
}

/// <summary>A trained network and how robust it is.</summary>
internal sealed record RobustRun
{
    public required string Method { get; init; }

    /// <summary>reference, universal, invariance or strengthened (invariance with more than published methods have).</summary>
    public required string Kind { get; init; }

    /// <summary>The method's strength; null if it has none.</summary>
    public required double? Strength { get; init; }

    /// <summary>Width of the first hidden layer.</summary>
    public required int Width { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on fresh clean images.</summary>
    public required double TestErrorPercent { get; init; }

    /// <summary>Mean over images of the largest singular value of ∂N − ∂O.</summary>
    public required double FirstOrderVulnerability { get; init; }

    /// <summary>Training time of one thread.</summary>
    public required double Seconds { get; init; }

    public required int Epochs { get; init; }

    public required string Architecture { get; init; }

    /// <summary>The network's file, in the report's folder; there is none where a training that broke left no finite network.</summary>
    public required string Network { get; init; }

    /// <summary>What went wrong in training; null if nothing did.</summary>
    public string? Note { get; init; }

    /// <summary>First-order vulnerability in detail.</summary>
    public required FirstOrderReport FirstOrder { get; init; }

    /// <summary>Attacks by size.</summary>
    public required IReadOnlyList<AttackReport> Attack { get; init; }

    /// <summary>Errors under noise by its deviation.</summary>
    public required IReadOnlyList<NoiseReport> Noise { get; init; }
}

/// <summary>First-order vulnerability over some images.</summary>
internal sealed record FirstOrderReport
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
internal sealed record AttackReport
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

/// <summary>An attack's values over the images; null where the oracle answered none.</summary>
internal sealed record AttackStatistics
{
    public required double? Mean { get; init; }

    /// <summary>The values that 10, 50 and 90 per cent of the images are below.</summary>
    public required double?[] Quantiles { get; init; }

    public required double? Max { get; init; }

    /// <summary>Mean of what the first order at the clean images allows.</summary>
    public required double? FirstOrderBound { get; init; }

    /// <summary>The share of images whose gradients look masked.</summary>
    public required double? MaskedShare { get; init; }

    /// <summary>The share of images where a random start led furthest.</summary>
    public required double? RandomStartShare { get; init; }

    /// <summary>Perturbations for which the oracle did not converge.</summary>
    public required int OracleFailures { get; init; }
}

/// <summary>Errors under white noise, in per cent of the deviation of the targets; null where they are not known.</summary>
internal sealed record NoiseReport
{
    public required double Deviation { get; init; }

    public required double? ErrorAgainstCleanPercent { get; init; }

    public required double? ErrorAgainstOraclePercent { get; init; }

    public required double? OracleShiftPercent { get; init; }

    public required int OracleFailures { get; init; }
}

/// <summary>The best universal network of a capacity against the best invariance network, by two meanings of best.</summary>
internal sealed record RobustClaim
{
    public required int Width { get; init; }

    /// <summary>How both networks were chosen over methods and strengths: the least vulnerable or the most accurate.</summary>
    public required string ChosenAs { get; init; }

    /// <summary>The universal network's file.</summary>
    public required string Universal { get; init; }

    /// <summary>The invariance network's file.</summary>
    public required string Invariance { get; init; }

    /// <summary>First-order vulnerability of the invariance network over that of the universal one.</summary>
    public required double TimesLessVulnerable { get; init; }

    /// <summary>Test error of the invariance network over that of the universal one.</summary>
    public required double TimesMoreAccurate { get; init; }
}

/// <summary>report.json of an evaluation of a saved network.</summary>
internal sealed record NetworkRobustnessReport
{
    public string Experiment { get; init; } = "attack";

    public required string Network { get; init; }

    public required string Architecture { get; init; }

    public required MachineReport Machine { get; init; }

    public required MeasureSettings Settings { get; init; }

    public required double TestErrorPercent { get; init; }

    public required double FirstOrderVulnerability { get; init; }

    public required FirstOrderReport FirstOrder { get; init; }

    public required IReadOnlyList<AttackReport> Attack { get; init; }

    public required IReadOnlyList<NoiseReport> Noise { get; init; }
}
