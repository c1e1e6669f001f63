using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>What training reports while it goes on.</summary>
public sealed class TrainingProgress
{
    internal TrainingProgress()
    {
    }

    /// <summary>The current epoch, from 1.</summary>
    public int Epoch { get; internal init; }

    /// <summary>
    /// Epochs that there will have been at the end: those planned, once early stopping anneals those until its end, and where only a time
    /// budget is given, how many it has room for at the present speed.
    /// </summary>
    public int Epochs { get; internal init; }

    /// <summary>Mini-batches done in this epoch.</summary>
    public int Step { get; internal init; }

    /// <summary>Mini-batches of an epoch.</summary>
    public int StepsPerEpoch { get; internal init; }

    /// <summary>The part of the whole training that is done, in [0, 1].</summary>
    public double Fraction { get; internal init; }

    /// <summary>
    /// Eₖ of every order k, averaged over this epoch so far: squared errors over the order's normalizer, before weighting.
    /// Orders that are not being trained are NaN.
    /// </summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public IReadOnlyList<double> OrderLosses { get; internal init; } = [];

    /// <summary>λₖ of every order.</summary>
    public IReadOnlyList<double> OrderWeights { get; internal init; } = [];

    /// <summary>
    /// The loss of every term of your own, averaged over this epoch so far, before weighting; empty where labels alone are trained. Terms that are left out, since
    /// their weight is 0, are NaN.
    /// </summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public IReadOnlyList<double> TermLosses { get; internal init; } = [];

    /// <summary>Σ λₖ Eₖ, and Σ wᵢ Lᵢ of the terms of your own.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Loss { get; internal init; }

    /// <summary>√E₀: the normalized RMS error on the training batches of this epoch (1 = no better than the mean); NaN without labels.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double TrainingError { get; internal init; }

    /// <summary>The error on the validation set when it was last measured, see <see cref="EpochRecord.ValidationError"/>; NaN without one.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double ValidationError { get; internal init; }

    /// <summary>The optimizer's learning-rate factor of this step.</summary>
    public double LearningRateFactor { get; internal init; }

    /// <summary>Time since training started, this run alone.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>Estimated time left.</summary>
    public TimeSpan Remaining { get; internal init; }

    /// <summary>Samples per second of this run.</summary>
    public double SamplesPerSecond { get; internal init; }

    /// <summary>Whether this report ends an epoch.</summary>
    public bool IsEndOfEpoch { get; internal init; }
}

/// <summary>One epoch of a finished or running training.</summary>
public sealed class EpochRecord
{
    internal EpochRecord()
    {
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; internal init; }

    /// <summary>Eₖ of every order, averaged over the epoch; NaN where the order was not trained.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public IReadOnlyList<double> OrderLosses { get; internal init; } = [];

    /// <summary>λₖ of every order at the epoch's end.</summary>
    public IReadOnlyList<double> OrderWeights { get; internal init; } = [];

    /// <summary>The loss of every term of your own, averaged over the epoch, before weighting; NaN where it was left out.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public IReadOnlyList<double> TermLosses { get; internal init; } = [];

    /// <summary>Σ λₖ Eₖ + Σ wᵢ Lᵢ over the epoch, with the weights at its end.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double Loss { get; internal init; }

    /// <summary>√E₀ over the epoch; NaN without labels.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double TrainingError { get; internal init; }

    /// <summary>
    /// The error on the validation set; NaN if not measured. For labels it is the normalized RMS error ε, for losses of your own √(Σ wᵢ Lᵢ) with the weights that they have at the
    /// end of training, for both √(ε² + Σ wᵢ Lᵢ).
    /// </summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public double ValidationError { get; internal init; }

    /// <summary>The schedule's factor at the epoch's end.</summary>
    public double LearningRateFactor { get; internal init; }

    /// <summary>Training time from the start to the epoch's end, all runs added up.</summary>
    public double Seconds { get; internal init; }
}

/// <summary>Why training ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingEnd>))]
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    Completed,

    /// <summary>The time budget was spent.</summary>
    TimeSpent,

    /// <summary>The validation error had not improved for as long as early stopping waits, and the learning rate was annealed.</summary>
    EarlyStopped,

    /// <summary>No step of <see cref="Optimizer.LevenbergMarquardt"/> lowered the loss further.</summary>
    Converged,
}

/// <summary>The outcome of a training.</summary>
public sealed class TrainingResult
{
    internal TrainingResult(Evaluation? training) => Training = training ?? new Evaluation(0, [double.NaN], double.NaN, []);

    /// <summary>Why training ended.</summary>
    public TrainingEnd End { get; internal init; }

    /// <summary>Epochs done, all runs added up; one that the time budget cut short counts.</summary>
    public int Epochs { get; internal init; }

    /// <summary>Mini-batches done, all runs added up.</summary>
    public long Steps { get; internal init; }

    /// <summary>Training time, all runs added up, validation included.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>
    /// How the derivatives of the highest order trained were propagated: <see cref="DerivativePropagation.Forward"/>, also where values alone were trained, or
    /// <see cref="DerivativePropagation.Adjoint"/>. Without labels, those of the first term.
    /// </summary>
    public DerivativePropagation Propagation { get; internal init; }

    /// <summary>Errors on the labels after training, on at most 4,096 samples of them, chosen at random; of 0 samples and NaN where there were no labels.</summary>
    public Evaluation Training { get; }

    /// <summary>The mean loss of every term of your own after training, over at most 4,096 samples, before weighting; empty where labels alone were trained.</summary>
    [JsonConverter(typeof(FigureJsonConverter))]
    public IReadOnlyList<double> TermLosses { get; internal init; } = [];

    /// <summary>What each of <see cref="TermLosses"/> is called.</summary>
    internal IReadOnlyList<string> TermNames { get; init; } = [];

    /// <summary>Errors on the labels of the validation set after training; null without any.</summary>
    public Evaluation? Validation { get; internal init; }

    /// <summary>What the errors of the training show beside their size: whether there is more to gain, and whether the network memorizes; often empty.</summary>
    public IReadOnlyList<TrainingFinding> Findings { get; internal init; } = [];

    /// <summary>Every epoch.</summary>
    public IReadOnlyList<EpochRecord> History { get; internal init; } = [];

    /// <summary>How training ended, the errors as tables (<see cref="Evaluation.ToString"/>) and the findings as sentences.</summary>
    /// <returns>Lines of text in the invariant culture, without a line break at the end.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{End} after {Epochs} epochs, {Steps} steps, {Elapsed.TotalSeconds:0.0} s");
        if (Training.Samples > 0)
        {
            text.Append("\nTraining: ").Append(Training);
        }

        for (int k = 0; k < TermLosses.Count; k++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nMean loss of {TermNames[k]}: {TermLosses[k]:G4}");
        }

        if (Validation is not null)
        {
            text.Append("\nValidation: ").Append(Validation);
        }

        foreach (var finding in Findings)
        {
            text.Append('\n').Append(TrainingFindings.Text(finding));
        }

        return text.ToString();
    }
}
