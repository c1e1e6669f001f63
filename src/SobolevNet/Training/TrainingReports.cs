namespace SobolevNet;

/// <summary>What training reports while it goes on.</summary>
public sealed record TrainingProgress
{
    /// <summary>The current epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>
    /// Epochs that there will have been at the end: those planned, once early stopping anneals those until its end, and where only a time
    /// budget is given, how many it has room for at the present speed.
    /// </summary>
    public required int Epochs { get; init; }

    /// <summary>Mini-batches done in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>Mini-batches of an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>The part of the whole training that is done, in [0, 1].</summary>
    public required double Fraction { get; init; }

    /// <summary>
    /// Eₖ of every order k, averaged over this epoch so far: squared errors over the order's normalizer, before weighting.
    /// Orders that are not being trained are NaN.
    /// </summary>
    public required IReadOnlyList<double> OrderLosses { get; init; }

    /// <summary>λₖ of every order.</summary>
    public required IReadOnlyList<double> OrderWeights { get; init; }

    /// <summary>Σ λₖ Eₖ.</summary>
    public required double Loss { get; init; }

    /// <summary>√E₀: the normalized RMS error on the training batches of this epoch (1 = no better than the mean).</summary>
    public required double TrainingError { get; init; }

    /// <summary>The normalized RMS error on the validation set when it was last measured; NaN without one.</summary>
    public required double ValidationError { get; init; }

    /// <summary>The optimizer's learning-rate factor of this step.</summary>
    public required double LearningRateFactor { get; init; }

    /// <summary>Time since training started, this run alone.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time left.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Samples per second of this run.</summary>
    public required double SamplesPerSecond { get; init; }

    /// <summary>Whether this report ends an epoch.</summary>
    public required bool IsEndOfEpoch { get; init; }
}

/// <summary>One epoch of a finished or running training.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="OrderLosses">Eₖ of every order, averaged over the epoch; NaN where the order was not trained.</param>
/// <param name="OrderWeights">λₖ of every order at the epoch's end.</param>
/// <param name="TrainingError">√E₀ over the epoch.</param>
/// <param name="ValidationError">Normalized RMS error on the validation set; NaN if not measured.</param>
/// <param name="LearningRateFactor">The schedule's factor at the epoch's end.</param>
/// <param name="Seconds">Training time from the start to the epoch's end, all runs added up.</param>
public sealed record EpochRecord(
    int Epoch,
    IReadOnlyList<double> OrderLosses,
    IReadOnlyList<double> OrderWeights,
    double TrainingError,
    double ValidationError,
    double LearningRateFactor,
    double Seconds);

/// <summary>Why training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    Completed,

    /// <summary>The time budget was spent.</summary>
    TimeSpent,

    /// <summary>The validation error had not improved for as long as early stopping waits, and the learning rate was annealed.</summary>
    EarlyStopped,
}

/// <summary>The outcome of a training.</summary>
public sealed record TrainingResult
{
    /// <summary>Why training ended.</summary>
    public required TrainingEnd End { get; init; }

    /// <summary>Epochs done, all runs added up; one that the time budget cut short counts.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mini-batches done, all runs added up.</summary>
    public required long Steps { get; init; }

    /// <summary>Training time, all runs added up, validation included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Errors on the training set, at most the first 4,096 samples of it, after training.</summary>
    public required Evaluation Training { get; init; }

    /// <summary>Errors on the validation set after training; null without one.</summary>
    public required Evaluation? Validation { get; init; }

    /// <summary>Every epoch.</summary>
    public required IReadOnlyList<EpochRecord> History { get; init; }
}
