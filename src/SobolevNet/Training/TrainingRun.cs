using System.Diagnostics;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace SobolevNet;

/// <summary>One call of Fit: epochs of steps, the validation error after each epoch, and the end of the training.</summary>
internal sealed class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TrainingState<T> _state;
    private readonly SobolevTrainingOptions _options;
    private readonly IJetSource<T> _source;
    private readonly TrainingTerms<T> _terms;
    private readonly IJetSourceRun<T>[] _adaptive;
    private readonly ILogger _logger;
    private readonly WorkerTeam _team;
    private readonly int _order;
    private readonly int _batch;
    private readonly int _steps;
    private readonly DerivativePropagation _propagation;
    private readonly TrainingCourse<T> _course;
    private readonly EpochOrder _epochOrder;
    private readonly TrainingStep<T> _step;
    private readonly TrainingReporter<T> _reporter;
    private readonly CheckpointWriter<T> _checkpoint;
    private readonly Validator<T>? _validator;
    private readonly List<double> _epochLosses = [];

    public TrainingRun(
        TrainingState<T> state, SobolevTrainingOptions options, TrainingTerms<T> terms, int order, WorkerTeam team,
        IProgress<TrainingProgress>? progress, ILogger logger, TrainingFingerprint? fingerprint)
    {
        (_state, _options, _terms, _order, _team, _logger) = (state, options, terms, order, team, logger);
        var source = terms.Source;
        (_source, _adaptive) = terms.Labels is null ? (source, []) : AdaptiveSources.BeginRun(source);
        _batch = Math.Min(options.BatchSize, source.Count);
        _steps = options.StepsOfEpoch(source.Count);
        _propagation = PassTapes.Choose(state.Network.Architecture, _source, terms.Labels is null ? _source.Layout : _source.Layout.Truncate(order), options.Propagation);
        _course = new TrainingCourse<T>(state, options, _steps);
        _epochOrder = new EpochOrder(source.Count, source.IsEndless, options.Shuffle, options.Seed, source.SamplesPerBlock);
        _step = new TrainingStep<T>(state, terms, _source, order, options, team);
        _reporter = new TrainingReporter<T>(progress, state, _course, order, _steps);
        _checkpoint = new CheckpointWriter<T>(options.Checkpoint, fingerprint, state, _course);
        _validator = terms.HasValidation ? new Validator<T>(state, terms, options, team) : null;
    }

    public TrainingResult Train(CancellationToken cancellationToken)
    {
        _logger.LogInformation(
            "Training {Architecture} of order {Order} by {Propagation} propagation on {Samples} samples for {Limit}.", _state.Network.Architecture, _order,
            _propagation, _source.Count, Limit());
        _course.Begin();
        _epochLosses.AddRange(_state.History.Select(LossOf));
        try
        {
            // An epoch that was canceled after its last step still has its end to come. And one step is trained even if the data took all the time.
            while (_state.Step > 0 || !_course.IsOver || _state.TotalSteps == 0)
            {
                TrainEpoch(cancellationToken);
            }

            return Finish(cancellationToken);
        }
        catch (OperationCanceledException canceled)
        {
            throw Canceled(canceled);
        }
        catch (NonFiniteLossException broken)
        {
            _logger.LogError("Training broke: {Reason}", broken.Message);
            throw;
        }
    }

    private void TrainEpoch(CancellationToken cancellationToken)
    {
        _epochOrder.Begin(_state.Epoch);
        while (_state.Step < _steps && (_state.Step == 0 || !_course.IsOver))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long started = Stopwatch.GetTimestamp();
            int count = TrainStep(cancellationToken);
            TrainingTelemetry.Samples.Add(count);
            TrainingTelemetry.StepDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            _reporter.AfterStep(count);
            _checkpoint.AfterStep();
        }

        EndEpoch(cancellationToken);
    }

    private int TrainStep(CancellationToken cancellationToken)
    {
        int first = _state.Step * _batch;
        int count = Math.Min(_batch, _source.Count - first);
        BeginStep(_course.Progress);
        if (_terms.Labels is not null)
        {
            if (_state.Balance.NeedsMeasurement)
            {
                _state.Balance.Measure(_state.Network, _source, _state.Loss, new MeasuringTime(_options.TimeBudget, cancellationToken), _options.Propagation);
            }

            _state.Balance.Weights(_course.Progress, _state.Weights);
        }

        _step.BeginTerms(_course.Progress);
        _state.RateFactor = _course.RateFactor(_epochLosses);
        var (samples, at) = _epochOrder.Batch(first, count);
        _step.Run(samples, at, count, cancellationToken);
        return count;
    }

    private void BeginStep(double progress) => AdaptiveSources.BeginStep(_adaptive, _state.Network, _state.TotalSteps, progress);

    private void EndEpoch(CancellationToken cancellationToken)
    {
        double validationError = _validator?.Run(new MeasuringTime(_options.TimeBudget, cancellationToken)) ?? double.NaN;
        double[] losses = _state.MeanLosses();
        var record = new EpochRecord
        {
            Epoch = _state.Epoch + 1,
            OrderLosses = losses,
            OrderWeights = _state.Weights[..(_order + 1)],
            TrainingError = Math.Sqrt(losses[0]),
            TermLosses = _state.Terms.Means(),
            Loss = _state.MeanLoss(),
            ValidationError = validationError,
            LearningRateFactor = _state.RateFactor,
            Seconds = _course.Seconds,
        };
        _state.History.Add(record);
        _epochLosses.Add(LossOf(record));
        if (_options.EarlyStopping is { } stopping)
        {
            _state.Best.Observe(validationError, _state.Network.Parameters, stopping.Improvement, _state.Coefficients?.Values);
        }

        var report = _reporter.DescribeEndOfEpoch();
        _state.BeginEpoch();
        if (_state.Best.Waited >= _options.EarlyStopping?.Patience && !_course.IsAnnealing && !_course.IsOver)
        {
            _course.Anneal();
            _logger.LogInformation(
                "The validation error has not improved for {Patience} epochs; the learning rate is annealed in {Epochs} more.",
                _options.EarlyStopping.Patience, _course.AnnealingEpochs);
        }

        _reporter.Send(report);
    }

    private TrainingResult Finish(CancellationToken cancellationToken)
    {
        var end = _state.Optimizer.HasConverged ? TrainingEnd.Converged
            : _course.IsAnnealing ? TrainingEnd.EarlyStopped
            : _state.Epoch >= _options.Epochs ? TrainingEnd.Completed
            : TrainingEnd.TimeSpent;
        _checkpoint.Write();
        if (_options.EarlyStopping is not null && _state.Best.Values.Length > 0)
        {
            _state.Best.Values.CopyTo(_state.Network.Parameters);
            _state.Best.Coefficients.CopyTo(_state.Coefficients?.Values ?? []);
        }

        // The last step could have broken the network too, and no further one would notice.
        if (NotFinite.IndexIn<T>(_state.Network.Parameters) >= 0 || NotFinite.IndexIn<T>(_state.Coefficients?.Values) >= 0)
        {
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, 0, _source.Layout.NameOf(0), double.NaN);
        }

        BeginStep(progress: 1);
        _step.BeginTerms(progress: 1);
        var training = _terms.Labels is null
            ? null
            : Errors(_source, SampleSubset.Of(_source.Count, SourceSurvey.MaxSamples), _terms.Argument, cancellationToken);
        var validation = _terms.Validation is { } labels
            ? Errors(labels, Evaluator<T>.FirstSamples(labels.Count), _terms.ValidationArgument, cancellationToken)
            : null;
        double[] losses = [.. _step.Terms.Select(term => term.Measure(new MeasuringTime(_options.TimeBudget, cancellationToken)))];
        _logger.LogInformation(
            "Training ended ({End}) after {Epochs} epochs with error {Training} on the training and {Validation} on the validation set.", end,
            _state.Epoch, training?.NormalizedRmse, validation?.NormalizedRmse);
        for (int k = 0; k < losses.Length; k++)
        {
            _logger.LogInformation("The mean loss of {Term} is {Loss}.", _terms.Own[k].Name, losses[k]);
        }

        var findings = TrainingFindings.Of(_state.History, end, ValidationError(validation), isFresh: _source.IsEndless || _terms.Labels is null);
        foreach (var finding in findings)
        {
            TrainingTelemetry.Findings.Add(1, new KeyValuePair<string, object?>("finding", finding.ToString()));
            _logger.Log(finding == TrainingFinding.ValidationRose ? LogLevel.Warning : LogLevel.Information, "{Finding}", TrainingFindings.Text(finding));
        }

        return new TrainingResult(training)
        {
            Findings = findings,
            End = end,
            Epochs = _state.Epoch,
            Steps = _state.TotalSteps,
            Elapsed = TimeSpan.FromSeconds(_course.Seconds),
            Propagation = _propagation,
            Validation = validation,
            TermLosses = losses,
            TermNames = [.. _terms.Own.Select(term => term.Name)],
            History = _state.History,
        };
    }

    private Evaluation Errors(IJetSource<T> source, long[] samples, string name, CancellationToken cancellationToken) =>
        new Evaluator<T>(
            _state.Network, source, Math.Min(_order, source.Layout.Order), samples, Validator<T>.ScaleOf(_state, _terms), _team, _options.Propagation, name,
            isDetailed: true)
            .Run(new MeasuringTime(_options.TimeBudget, cancellationToken));

    /// <summary>The validation error of the network at the end; null without validation.</summary>
    private double? ValidationError(Evaluation? labels) =>
        _terms.OwnValidation.Length == 0 ? labels?.NormalizedRmse
        : _options.EarlyStopping is not null ? _state.Best.Error
        : _state.History[^1].ValidationError;

    /// <summary>Writes the checkpoint of a canceled training; that this fails does not hide why training ended.</summary>
    private TrainingCanceledException Canceled(OperationCanceledException canceled)
    {
        string? written = null;
        Exception? failure = null;
        try
        {
            written = _checkpoint.Write();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            failure = refused;
            _logger.LogError("The checkpoint {Path} could not be written: {Reason}", _checkpoint.Path, refused.Message);
        }

        _logger.LogInformation(
            "Training was canceled in epoch {Epoch} after {Steps} steps; checkpoint: {Path}.", _state.Epoch + 1, _state.TotalSteps, written ?? "none");
        string saved = written is not null ? $" The checkpoint {written} was written."
            : failure is not null ? $" The checkpoint {_checkpoint.Path} could not be written: {failure.Message}"
            : "";
        return new TrainingCanceledException(
            $"Training was canceled in epoch {_state.Epoch + 1} after {_state.TotalSteps} steps.{saved}", failure, canceled.CancellationToken)
        {
            Epochs = _state.Epoch,
            Steps = _state.TotalSteps,
            Elapsed = TimeSpan.FromSeconds(_course.Seconds),
            History = [.. _state.History],
            Checkpoint = written,
        };
    }

    private string Limit() => (_options.Epochs, _options.TimeBudget) switch
    {
        ({ } epochs, null) => $"{epochs} epochs",
        (null, { } budget) => $"a time of {budget}",
        ({ } epochs, { } budget) => $"{epochs} epochs or a time of {budget}",
        _ => "ever",
    };

    private static double LossOf(EpochRecord record) =>
        !double.IsNaN(record.ValidationError) ? record.ValidationError : record.TermLosses.Count > 0 ? record.Loss : record.TrainingError;
}
