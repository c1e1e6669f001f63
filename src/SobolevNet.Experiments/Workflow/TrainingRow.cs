namespace SobolevNet.Experiments.Workflow;

/// <summary>What is reported of a training. If the training broke, its figures are not known.</summary>
internal abstract record TrainingRow
{
    /// <summary>Why the training broke; null if it did not.</summary>
    public string? Note { get; init; }

    /// <summary>What is trained, in a few words.</summary>
    public abstract string Title();
}

/// <summary>A training whose network is tested on images that it has not seen.</summary>
internal abstract record TestedRow : TrainingRow
{
    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on the test images.</summary>
    public double TestErrorPercent { get; init; } = double.NaN;

    /// <summary>Errors on the test images by output; empty in reports of earlier versions, and if the training broke.</summary>
    public IReadOnlyList<ErrorRow> TestErrors { get; init; } = [];
}
