using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Frontier;

/// <summary>report.json of a frontier.</summary>
internal sealed record FrontierReport : ExperimentReport<FrontierSettings, FrontierRun>
{
    /// <summary>The recipes in full.</summary>
    public required IReadOnlyList<FrontierRecipe> Recipes { get; init; }

    /// <summary>Test errors of all seeds of a recipe and a time, rising; those of trainings that broke are left out.</summary>
    public double[] Errors(string recipe, int seconds) =>
        [.. Sound.Where(run => run.Recipe == recipe && run.Seconds == seconds).Select(run => run.TestErrorPercent).Order()];
}

/// <summary>One training.</summary>
internal sealed record FrontierRun : TestedRow
{
    public required string Recipe { get; init; }

    /// <summary>The given time.</summary>
    public required int Seconds { get; init; }

    public required int Seed { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on training images (at most 4,096).</summary>
    public double TrainErrorPercent { get; init; } = double.NaN;

    /// <summary>Root mean square distance of a predicted vertex from the true one, in units of the cube's edge.</summary>
    public double TestVertexErrorInEdges { get; init; } = double.NaN;

    /// <summary>Different images rendered.</summary>
    public int Images { get; init; }

    /// <summary>Mini-batches trained.</summary>
    public long Steps { get; init; }

    /// <summary>Time of rendering and of finding features.</summary>
    public double PreparationSeconds { get; init; } = double.NaN;

    /// <summary>Time of preparation and training together.</summary>
    public double TotalSeconds { get; init; } = double.NaN;

    /// <summary>The network's file in the report's folder. Its inputs are pixels, even if it was trained on features. There is no such file if the training broke.</summary>
    public required string Network { get; init; }

    public override string Title() => FormattableString.Invariant($"{Recipe}, {Seconds} s, seed {Seed}");
}
