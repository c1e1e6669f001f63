using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Cube;

/// <summary>report.json of a cube experiment, with a run for each order.</summary>
internal sealed record CubeReport : ExperimentReport<CubeSettings, CubeRun>;

/// <summary>The training of one order.</summary>
internal sealed record CubeRun : TestedRow
{
    public required int Order { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on training images (at most 4,096).</summary>
    public double TrainErrorPercent { get; init; } = double.NaN;

    /// <summary>Test error of order 0 over this one's; null until order 0 is trained.</summary>
    public double? TimesBetterThanOrder0 { get; init; }

    /// <summary>Epochs of the training; 0 if it broke.</summary>
    public int Epochs { get; init; }

    /// <summary>Training time, validation included, rendering not.</summary>
    public double Seconds { get; init; } = double.NaN;

    /// <summary>Root mean square distance of a predicted vertex from the true one on test images, in units of the cube's edge.</summary>
    public double TestVertexErrorInEdges { get; init; } = double.NaN;

    /// <summary>100·√(Σ(∂ᵏN − ∂ᵏy)² / Σ(∂ᵏy)²) on test images for every order k of derivatives, trained or not; empty if the training broke.</summary>
    public IReadOnlyList<double> TestDerivativeErrorsPercent { get; init; } = [];

    /// <summary>Errors on parts of the test images; empty in reports of earlier versions, and if the training broke.</summary>
    public IReadOnlyList<PlaceRow> TestErrorsByPlace { get; init; } = [];

    /// <summary>The network's shape; empty if the training broke.</summary>
    public string Architecture { get; init; } = "";

    public int Parameters { get; init; }

    /// <summary>λ of every order of the loss.</summary>
    public required string OrderWeights { get; init; }

    /// <summary>The network's file, in the report's folder; there is no such file if the training broke.</summary>
    public required string Network { get; init; }

    public RunHistory History { get; init; } = RunHistory.From([]);

    public override string Title() => $"order {Order}";
}

/// <summary>What was measured after every epoch.</summary>
internal sealed record RunHistory
{
    public required IReadOnlyList<double> Seconds { get; init; }

    public required IReadOnlyList<double> TrainErrorPercent { get; init; }

    /// <summary>Error on validation images; NaN where it was not measured.</summary>
    public required IReadOnlyList<double> ValidationErrorPercent { get; init; }

    /// <summary>Eₖ of every order, first index the order; NaN where the order was not trained.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> OrderLosses { get; init; }

    public static RunHistory From(IReadOnlyList<EpochRecord> history) => new()
    {
        Seconds = [.. history.Select(epoch => epoch.Seconds)],
        TrainErrorPercent = [.. history.Select(epoch => 100 * epoch.TrainingError)],
        ValidationErrorPercent = [.. history.Select(epoch => 100 * epoch.ValidationError)],
        OrderLosses =
        [
            .. Enumerable.Range(0, history.Count == 0 ? 0 : history[0].OrderLosses.Count)
                .Select(order => history.Select(epoch => epoch.OrderLosses[order]).ToArray()),
        ],
    };
}
