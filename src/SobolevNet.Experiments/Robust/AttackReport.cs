using SobolevNet.Experiments.Reporting;
using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Robust;

/// <summary>report.json of attack: the robustness of a saved network.</summary>
internal sealed record AttackReport
{
    public string Experiment { get; init; } = "attack";

    public required string Network { get; init; }

    public required string Architecture { get; init; }

    public required MachineReport Machine { get; init; }

    public required MeasureSettings Settings { get; init; }

    public required double TestErrorPercent { get; init; }

    /// <summary>The errors on clean images by output.</summary>
    public required IReadOnlyList<ErrorRow> TestErrors { get; init; }

    public required double FirstOrderVulnerability { get; init; }

    public required FirstOrderFigures FirstOrder { get; init; }

    public required IReadOnlyList<AttackFigures> Attack { get; init; }

    public required IReadOnlyList<NoiseFigures> Noise { get; init; }
}
