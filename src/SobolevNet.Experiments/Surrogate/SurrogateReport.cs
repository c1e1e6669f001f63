using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>report.json of a comparison of surrogates.</summary>
internal sealed record SurrogateReport : ExperimentReport<SurrogateSettings, SurrogateRun>
{
    /// <summary>Names of the cases.</summary>
    public required IReadOnlyList<string> Cases { get; init; }

    /// <summary>The runs of a case and a number of points, with all seeds and methods.</summary>
    public IReadOnlyList<SurrogateRun> Of(string name, int samples) => [.. Runs.Where(run => run.Case == name && run.Samples == samples)];

    /// <summary>The runs of a case, a number of points and a method, with all seeds.</summary>
    public IReadOnlyList<SurrogateRun> Of(string name, int samples, string method) => [.. Of(name, samples).Where(run => run.Method == method)];
}

/// <summary>One training.</summary>
internal sealed record SurrogateRun : TrainingRow
{
    public required string Case { get; init; }

    /// <summary>Training points.</summary>
    public required int Samples { get; init; }

    public required int Seed { get; init; }

    public required string Method { get; init; }

    /// <summary>Errors at exact points, distributed like the training points.</summary>
    public SurrogateErrors Fresh { get; init; } = SurrogateErrors.Unknown;

    /// <summary>Errors at exact points, distributed like the test points of the published notebooks; null for a case that the notebooks do not have, and if the training broke.</summary>
    public SurrogateErrors? Notebook { get; init; }

    /// <summary>Time of the training.</summary>
    public double Seconds { get; init; } = double.NaN;

    public int Epochs { get; init; }

    /// <summary>Mini-batches trained.</summary>
    public long Steps { get; init; }

    public override string Title() => FormattableString.Invariant($"{Case}, {Samples} points, seed {Seed}: {Method}");
}
