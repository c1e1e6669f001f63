using System.Text.Json.Serialization;
using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Robust;

/// <summary>report.json of a robustness experiment, with a run for each network.</summary>
internal sealed record RobustReport : ExperimentReport<RobustSettings, RobustRun>
{
    /// <summary>Universal against invariance training at each capacity; empty until networks of both kinds are trained.</summary>
    [JsonRequired]
    public IReadOnlyList<RobustClaim> Claims { get; init; } = [];
}

/// <summary>A trained network and its robustness. A network whose training broke is not measured: its figures are not known.</summary>
internal sealed record RobustRun : TestedRow
{
    public required string Method { get; init; }

    /// <summary>reference, universal, invariance or strengthened, see <see cref="MethodKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The method's strength; null if it has none.</summary>
    public required double? Strength { get; init; }

    /// <summary>Width of the first hidden layer.</summary>
    public required int Width { get; init; }

    /// <summary>Mean over images of the largest singular value of ∂N − ∂O.</summary>
    public double FirstOrderVulnerability { get; init; } = double.NaN;

    /// <summary>Training time of one thread.</summary>
    public double Seconds { get; init; } = double.NaN;

    /// <summary>Epochs of the training; 0 if it broke.</summary>
    public int Epochs { get; init; }

    /// <summary>The network's shape; empty if the training broke.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The network's file in the report's folder; there is no such file if the training broke.</summary>
    public required string Network { get; init; }

    /// <summary>First-order vulnerability in detail; null if the training broke.</summary>
    public FirstOrderFigures? FirstOrder { get; init; }

    /// <summary>Attacks by size; empty if the training broke.</summary>
    public IReadOnlyList<AttackFigures> Attack { get; init; } = [];

    /// <summary>Errors under noise by its deviation; empty if the training broke.</summary>
    public IReadOnlyList<NoiseFigures> Noise { get; init; } = [];

    public override string Title() => FormattableString.Invariant($"{RobustTables.Title(this)}, width {Width}");
}

/// <summary>The best universal network of a width against the best invariance network.</summary>
internal sealed record RobustClaim
{
    public required int Width { get; init; }

    /// <summary>How the invariance network was chosen over methods and strengths: the least vulnerable or the most accurate.</summary>
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
