using SobolevNet.Experiments.Studies;

namespace SobolevNet.Experiments.Reports;

/// <summary>report.json of a study.</summary>
internal sealed record StudyReport
{
    public string Experiment { get; init; } = "study";

    /// <summary>Whether all runs are done.</summary>
    public required bool Complete { get; init; }

    /// <summary>When the experiment was begun, UTC.</summary>
    public required DateTime Started { get; init; }

    public required MachineReport Machine { get; init; }

    public required StudySettings Settings { get; init; }

    /// <summary>Repeats the experiment.</summary>
    public required string Command { get; init; }

    /// <summary>The cases as they were, group by group.</summary>
    public required IReadOnlyList<StudyCase> Cases { get; init; }

    public required IReadOnlyList<StudyRun> Runs { get; init; }

    /// <summary>The cases without those that train like an earlier one.</summary>
    public static IReadOnlyList<StudyCase> Distinct(IReadOnlyList<StudyCase> cases) =>
        [.. cases.Where((one, k) => !cases.Take(k).Any(one.TrainsLike))];

    /// <summary>The runs of a case with all seeds, whatever group they were trained for.</summary>
    public IReadOnlyList<StudyRun> Of(StudyCase one) => [.. Runs.Where(run => run.Case.TrainsLike(one)).OrderBy(run => run.Seed)];
}

/// <summary>One training.</summary>
internal sealed record StudyRun
{
    public required StudyCase Case { get; init; }

    public required int Seed { get; init; }

    /// <summary>100·√(Σ‖N − y‖² / Σ‖y − ȳ‖²) on images that training has not seen.</summary>
    public double TestErrorPercent { get; init; }

    /// <summary>The same on training images (at most 4,096).</summary>
    public double TrainErrorPercent { get; init; }

    /// <summary>Root mean square distance of a predicted vertex from the true one, in units of the cube's edge.</summary>
    public double TestVertexErrorInEdges { get; init; }

    /// <summary>Time of training on one thread, with the error measured after every epoch.</summary>
    public double Seconds { get; init; }

    /// <summary>Mini-batches trained.</summary>
    public long Steps { get; init; }

    /// <summary>Why training broke; null if it did not.</summary>
    public string? Note { get; init; }

    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];
}

/// <summary>The error on fresh images in per cent after an epoch.</summary>
internal sealed record CurvePoint(int Epoch, double Seconds, double TestErrorPercent);
