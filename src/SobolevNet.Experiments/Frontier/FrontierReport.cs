using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Frontier;

/// <summary>report.json of a frontier.</summary>
internal sealed record FrontierReport : ExperimentReport<FrontierSettings, FrontierRun>
{
    /// <summary>The recipes in full.</summary>
    public required IReadOnlyList<FrontierRecipe> Recipes { get; init; }

    /// <summary>Test errors of all seeds of a recipe and a time, rising.</summary>
    public double[] Errors(string recipe, int seconds) =>
        [.. Runs.Where(run => run.Recipe == recipe && run.Seconds == seconds).Select(run => run.TestErrorPercent).Order()];
}

/// <summary>One training.</summary>
internal sealed record FrontierRun
{
    public required string Recipe { get; init; }

    /// <summary>The given time.</summary>
    public required int Seconds { get; init; }

    public required int Seed { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on images that training has not seen.</summary>
    public required double TestErrorPercent { get; init; }

    /// <summary>The same on training images (at most 4,096).</summary>
    public required double TrainErrorPercent { get; init; }

    /// <summary>Root mean square distance of a predicted vertex from the true one, in units of the cube's edge.</summary>
    public required double TestVertexErrorInEdges { get; init; }

    /// <summary>Different images rendered.</summary>
    public required int Images { get; init; }

    /// <summary>Mini-batches trained.</summary>
    public required long Steps { get; init; }

    /// <summary>Time of rendering and of finding features.</summary>
    public required double PreparationSeconds { get; init; }

    /// <summary>Time of preparation and training together.</summary>
    public required double TotalSeconds { get; init; }

    /// <summary>The network's file in the report's folder. Its inputs are pixels, even if it was trained on features.</summary>
    public required string Network { get; init; }
}
