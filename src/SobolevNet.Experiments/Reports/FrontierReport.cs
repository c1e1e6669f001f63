using SobolevNet.Experiments.Frontiers;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.json of a frontier.</summary>
internal sealed record FrontierReport
{
    public string Experiment { get; init; } = "frontier";

    /// <summary>Whether all runs are done.</summary>
    public required bool Complete { get; init; }

    /// <summary>When the experiment was begun, UTC.</summary>
    public required DateTime Started { get; init; }

    public required MachineReport Machine { get; init; }

    public required FrontierSettings Settings { get; init; }

    /// <summary>Repeats the experiment.</summary>
    public required string Command { get; init; }

    /// <summary>The recipes as they were.</summary>
    public required IReadOnlyList<FrontierRecipe> Recipes { get; init; }

    public required IReadOnlyList<FrontierRun> Runs { get; init; }

    /// <summary>Errors of the seeds of a recipe and time.</summary>
    public double[] Errors(string recipe, int seconds) =>
        [.. Runs.Where(run => run.Recipe == recipe && run.Seconds == seconds).Select(run => run.TestErrorPercent).Order()];
}

/// <summary>One training.</summary>
internal sealed record FrontierRun
{
    public required string Recipe { get; init; }

    /// <summary>The time given.</summary>
    public required int Seconds { get; init; }

    public required int Seed { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on images that training has not seen.</summary>
    public double TestErrorPercent { get; init; }

    /// <summary>The same on training images (at most 4,096).</summary>
    public double TrainErrorPercent { get; init; }

    /// <summary>Root mean square distance of a predicted vertex from the true one, in units of the cube's edge.</summary>
    public double TestVertexErrorInEdges { get; init; }

    /// <summary>Different images rendered.</summary>
    public int Images { get; init; }

    /// <summary>Mini-batches trained.</summary>
    public long Steps { get; init; }

    /// <summary>Time that finding features and rendering took.</summary>
    public double PreparationSeconds { get; init; }

    /// <summary>Time of preparation and training together.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>The network's file, in the report's folder; it takes pixels, whatever it was trained on.</summary>
    public string Network { get; init; } = "";
}
