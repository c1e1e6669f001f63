using SobolevNet.Experiments.Surrogates;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.json of a comparison of surrogates.</summary>
internal sealed record SurrogateReport
{
    public string Experiment { get; init; } = "surrogate";

    /// <summary>Whether all runs are done.</summary>
    public required bool Complete { get; init; }

    /// <summary>When the experiment was begun, UTC.</summary>
    public required DateTime Started { get; init; }

    public required MachineReport Machine { get; init; }

    public required SurrogateSettings Settings { get; init; }

    /// <summary>Repeats the experiment.</summary>
    public required string Command { get; init; }

    /// <summary>Names of the cases.</summary>
    public required IReadOnlyList<string> Cases { get; init; }

    public required IReadOnlyList<SurrogateRun> Runs { get; init; }

    /// <summary>The seeds and methods of a case and a number of points.</summary>
    public IReadOnlyList<SurrogateRun> Of(string name, int samples) => [.. Runs.Where(run => run.Case == name && run.Samples == samples)];

    /// <summary>The seeds of a case, a number of points and a method.</summary>
    public IReadOnlyList<SurrogateRun> Of(string name, int samples, string method) => [.. Of(name, samples).Where(run => run.Method == method)];
}

/// <summary>One training.</summary>
internal sealed record SurrogateRun
{
    public required string Case { get; init; }

    /// <summary>Training points.</summary>
    public required int Samples { get; init; }

    public required int Seed { get; init; }

    public required string Method { get; init; }

    /// <summary>Errors at exact points drawn as those of training.</summary>
    public required SurrogateErrors Fresh { get; init; }

    /// <summary>Errors at exact points drawn as the published notebooks draw their test points; none where they have no such case.</summary>
    public SurrogateErrors? Notebook { get; init; }

    /// <summary>Time of the training.</summary>
    public required double Seconds { get; init; }

    public required int Epochs { get; init; }

    /// <summary>Mini-batches trained.</summary>
    public required long Steps { get; init; }
}
