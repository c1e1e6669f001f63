using System.Diagnostics;
using System.Numerics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>
/// Trains a network on values and derivatives by mini-batches. Plain training, training along a manifold, directional and
/// robust training differ only in the <see cref="IJetSource{T}"/>.
/// </summary>
/// <remarks>
/// The same network, data and options give the same parameters to the bit, for any number of threads and however often
/// training was interrupted and resumed. Source: method, sections 2 and 3.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SobolevTrainer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ILogger _logger;
    private readonly T[] _coefficients = [];
    private string? _resumeFrom;

    /// <summary>Makes a trainer.</summary>
    /// <param name="network">The network, which is trained in place.</param>
    /// <param name="options">How to train; the defaults if null.</param>
    /// <param name="logger">Receives the start, the end and warnings; none if null.</param>
    /// <exception cref="NotSupportedException">The options ask for an order that the network's activation is not smooth enough for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting of the optimizer rounds to 0 or 1 in the network's precision.</exception>
    /// <exception cref="ArgumentException">
    /// The optimizer is <see cref="Optimizer.LevenbergMarquardt"/>, and the network has more than 5,000 parameters or the gradient is to be clipped.
    /// </exception>
    public SobolevTrainer(Mlp<T> network, SobolevTrainingOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        Options = options ?? new SobolevTrainingOptions();
        network.Architecture.CheckOrder(OrderBalance.HighestTrained(Options.OrderWeights, Options.Order ?? 0));
        Options.Optimizer.CheckPrecision<T>();
        Options.Optimizer.Check(network.Architecture, Options);
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>The network that is trained.</summary>
    public Mlp<T> Network { get; }

    /// <summary>How it is trained.</summary>
    public SobolevTrainingOptions Options { get; }

    /// <summary>
    /// Numbers that losses of your own train together with the network, such as an unknown coefficient of an equation: their first values, which training changes in
    /// place. Steps are those of the optimizer for single parameters (of SOAP those of Adam), without weight decay and clipping; so let them be of the size 1.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public T[] Coefficients
    {
        get => _coefficients;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Coefficients));
            _coefficients = value;
        }
    }

    /// <summary>Makes the next <c>Fit</c> go on from a checkpoint, to the bits that it would have reached uninterrupted.</summary>
    /// <remarks>
    /// The network gets the parameters of the checkpoint. <see cref="SobolevTrainingOptions.Epochs"/> and
    /// <see cref="SobolevTrainingOptions.TimeBudget"/> may be larger than before. What is left of the schedules is then stretched to the new end, from
    /// where it is. A training that had ended has nothing left to stretch; its schedules go on where the longer training would be.
    /// </remarks>
    /// <param name="path">
    /// A checkpoint written by a training with the same data and options, of a network that is trained already or began with the same
    /// parameters as this one.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">The path is blank.</exception>
    public void ResumeFrom(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _resumeFrom = File.Exists(path) ? path : throw new FileNotFoundException($"There is no checkpoint {path}.", path);
    }

    /// <summary>Trains.</summary>
    /// <remarks>
    /// Before the first step the data are measured: all samples that lie in memory or in files, else 4,096 chosen at random, and with a time budget as many of them as
    /// a twentieth of it allows for each measurement. Validation data are checked for numbers that are not finite: before the first step where they lie in
    /// memory, else as errors are measured, values after the first epoch and derivatives at the end. The network changes with the first step; an exception
    /// before that leaves it, and a checkpoint that is to be resumed from, as they were.
    /// </remarks>
    /// <param name="source">The training data.</param>
    /// <param name="validation">
    /// Data to measure the error on after every epoch; may be null, and must be with <see cref="SobolevTrainingOptions.ValidationPart"/>.
    /// </param>
    /// <param name="progress">Receives reports, several a second and at the end of every epoch.</param>
    /// <param name="cancellationToken">Stops training within one mini-batch; a checkpoint is written if the options name one and training has begun.</param>
    /// <returns>The outcome. With early stopping the network has the parameters of the epoch with the least validation error.</returns>
    /// <exception cref="ArgumentException">
    /// The data do not fit the network or the options, are not finite, or have other derivatives of inputs than the source declares
    /// (<see cref="IJetSource{T}.InputOrder"/>, <see cref="IJetSource{T}.TangentInputs"/>).
    /// </exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the order.</exception>
    /// <exception cref="NonFiniteLossException">The loss overflowed; the network has the parameters before that step.</exception>
    /// <exception cref="InvalidDataException">The checkpoint to resume from is damaged or belongs to another training.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written where the options say.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network is being trained by another call, a schedule of your own gave a number that is not finite or below 0, or there are <see cref="Coefficients"/>.
    /// </exception>
    /// <exception cref="TrainingCanceledException">The token was canceled; the network has the parameters reached.</exception>
    public TrainingResult Fit(
        IJetSource<T> source, IJetSource<T>? validation = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Fit(TrainingTerms<T>.OfLabels(source, validation), progress, cancellationToken);
    }

    /// <summary>Trains on losses of your own, alone or beside labels.</summary>
    /// <remarks>
    /// <para>
    /// An epoch is a pass over the samples of the first term. A step takes <see cref="SobolevTrainingOptions.BatchSize"/> samples of each term, or all of a term that has fewer; its
    /// loss is Σ wᵢ Lᵢ. Only the first term may have labels.
    /// </para>
    /// <para>
    /// Losses see raw units. A fresh network's inputs are standardized by the samples of the first term. Its outputs are standardized by the labels, if there are any;
    /// otherwise give the network an <see cref="Mlp{T}.OutputScaling"/> where its outputs are not of the size 1. Checkpoints know a loss by some of its values.
    /// </para>
    /// </remarks>
    /// <param name="terms">The terms of the loss, at least one.</param>
    /// <param name="validation">
    /// Terms to measure the error on after every epoch: labels, losses of your own of at least 0, or both; may be null, and must be with
    /// <see cref="SobolevTrainingOptions.ValidationPart"/>, which keeps a part of the labels.
    /// </param>
    /// <param name="progress">Receives reports, several a second and at the end of every epoch.</param>
    /// <param name="cancellationToken">Stops training within one mini-batch; a checkpoint is written if the options name one and training has begun.</param>
    /// <returns>The outcome. With early stopping the network and the <see cref="Coefficients"/> are those of the epoch with the least validation error.</returns>
    /// <exception cref="ArgumentException">
    /// A source does not fit the network or the options, or is not finite; a loss takes components that its source does not have; labels are not the first term, or there
    /// are none of which <see cref="SobolevTrainingOptions.ValidationPart"/> could keep a part.
    /// </exception>
    /// <exception cref="NotSupportedException">The activation is not smooth enough for the order.</exception>
    /// <exception cref="NonFiniteLossException">A loss or a derivative of it was not finite; the network has the parameters before that step.</exception>
    /// <exception cref="InvalidDataException">The checkpoint to resume from is damaged or belongs to another training.</exception>
    /// <exception cref="IOException">The checkpoint cannot be written where the options say.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network is being trained by another call, a schedule of your own gave a number that is not finite or below 0, a validation loss is below 0, or
    /// there are <see cref="Coefficients"/> that are not finite or that no term trains.
    /// </exception>
    /// <exception cref="TrainingCanceledException">The token was canceled; the network has the parameters reached.</exception>
    public TrainingResult Fit(
        IReadOnlyList<LossTerm<T>> terms, IReadOnlyList<LossTerm<T>>? validation = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Fit(TrainingTerms<T>.Of(terms, validation), progress, cancellationToken);

    private TrainingResult Fit(TrainingTerms<T> terms, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var arguments = new TrainingArguments<T>(Network, Options, terms, Coefficients);
        var (balance, weights) = arguments.Check();
        int order = balance.Order;
        terms = terms.Truncate(order) with { Weights = weights };
        terms = Options.ValidationPart is { } part ? terms.Split(part, Options.Seed) : terms;
        var options = Options.WithEpochs(terms.Source.Count);
        using var claim = Network.ClaimForTraining();
        var (before, resumeFrom) = (new NetworkSnapshot<T>(Network), _resumeFrom);
        var coefficientsBefore = Coefficients.ToArray();
        TrainingState<T>? state = null;
        long stepsBefore = 0;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            long started = Stopwatch.GetTimestamp();
            var (fingerprint, checkpoint) = PrepareCheckpoint(options, terms, order, cancellationToken);
            using var team = new WorkerTeam(Options.Threads == 0 ? Environment.ProcessorCount : Options.Threads);
            arguments.CheckData(terms, order, team, new MeasuringTime(Options.TimeBudget, cancellationToken));
            var setup = new TrainingSetup<T>(Network, options, terms, Coefficients, balance, order, team, _logger, cancellationToken);
            if (checkpoint is null)
            {
                state = setup.Begin();
            }
            else
            {
                state = setup.Resume(new CheckpointReader<T>(checkpoint, resumeFrom!));
                _logger.LogInformation("Resuming from {Path} in epoch {Epoch}.", resumeFrom, state.Epoch + 1);
                _resumeFrom = null;
            }

            stepsBefore = state.TotalSteps;
            state.Seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
            return new TrainingRun<T>(state, options, terms, order, team, progress, _logger, fingerprint).Train(cancellationToken);
        }
        catch (Exception failure) when (state is null || state.TotalSteps == stepsBefore)
        {
            before.Restore(Network);
            coefficientsBefore.CopyTo(Coefficients);
            _resumeFrom = resumeFrom;
            if (failure is OperationCanceledException canceled and not TrainingCanceledException)
            {
                throw TrainingCanceledException.BeforeTheFirstStep(canceled);
            }

            throw;
        }
    }

    /// <summary>
    /// What checkpoints of this training say that they belong to, and the checkpoint to resume from, if any; a path that cannot be written
    /// and a checkpoint of another training are refused.
    /// </summary>
    private (TrainingFingerprint? Fingerprint, SafetensorsFile? Checkpoint) PrepareCheckpoint(
        SobolevTrainingOptions options, TrainingTerms<T> terms, int order, CancellationToken cancellationToken)
    {
        if (Options.Checkpoint is { } written)
        {
            CheckpointFile.Prepare(written.Path);
        }
        else if (_resumeFrom is null)
        {
            return (null, null);
        }

        var checkpoint = _resumeFrom is null ? null : SafetensorsFile.Read(_resumeFrom);
        if (checkpoint is not null)
        {
            new CheckpointReader<T>(checkpoint, _resumeFrom!).CheckFormat();
        }

        var fingerprint = TrainingFingerprint.Of(Network, options, terms.Source, order, terms.Validation, cancellationToken);
        fingerprint.AddTerms(terms, Coefficients, cancellationToken);
        if (checkpoint is not null)
        {
            fingerprint.Resume(checkpoint, _resumeFrom!, Network.IsAsInitialized());
        }

        return (fingerprint, checkpoint);
    }
}
