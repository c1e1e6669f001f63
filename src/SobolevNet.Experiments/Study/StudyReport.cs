using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Study;

/// <summary>report.json of a study.</summary>
internal sealed record StudyReport : ExperimentReport<StudySettings, StudyRun>
{
    /// <summary>All planned cases, group by group.</summary>
    public required IReadOnlyList<StudyCase> Cases { get; init; }

    /// <summary>The cases without repeated trainings.</summary>
    public static IReadOnlyList<StudyCase> Distinct(IReadOnlyList<StudyCase> cases) =>
        [.. cases.Where((one, k) => !cases.Take(k).Any(one.TrainsLike))];

    /// <summary>The runs of a case with all seeds, including those that were trained for another group.</summary>
    public IReadOnlyList<StudyRun> Of(StudyCase one) => [.. Runs.Where(run => run.Case.TrainsLike(one)).OrderBy(run => run.Seed)];
}

/// <summary>One training. If it broke, its figures are not known.</summary>
internal sealed record StudyRun : TestedRow
{
    public required StudyCase Case { get; init; }

    public required int Seed { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on training images (at most 4,096).</summary>
    public double TrainErrorPercent { get; init; } = double.NaN;

    /// <summary>Root mean square distance of a predicted vertex from the true one, in units of the cube's edge.</summary>
    public double TestVertexErrorInEdges { get; init; } = double.NaN;

    /// <summary>Time of the training on one thread, including the test error after every epoch where there is a curve.</summary>
    public double Seconds { get; init; } = double.NaN;

    /// <summary>Mini-batches trained.</summary>
    public long Steps { get; init; }

    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];

    public override string Title() => FormattableString.Invariant($"{Case.Title}, seed {Seed}");
}

/// <summary>The error on fresh images in per cent after an epoch.</summary>
internal sealed record CurvePoint(int Epoch, double Seconds, double TestErrorPercent);
