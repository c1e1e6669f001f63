namespace SobolevNet.Experiments.Workflow;

/// <summary>What is reported of a training. If the training broke, its figures are not known.</summary>
internal abstract record TrainingRow
{
    /// <summary>Why the training broke; null if it did not.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// Errors on test data by output; empty if the training broke, where the experiment measures other errors, and in reports of earlier versions.
    /// </summary>
    public IReadOnlyList<ErrorRow> TestErrors { get; init; } = [];

    /// <summary>What is trained, in a few words.</summary>
    public abstract string Title();
}
