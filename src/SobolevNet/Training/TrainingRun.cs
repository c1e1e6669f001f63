using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;

namespace SobolevNet;

/// <summary>One call of Fit: epochs, mini-batches, validation, reports and checkpoints.</summary>
internal sealed class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private readonly TrainingState<T> _state;
    private readonly SobolevTrainingOptions _options;
    private readonly TrainingFingerprint? _fingerprint;
    private readonly string? _checkpoint;
    private readonly TrainingCourse<T> _course;
    private readonly IJetSource<T> _source;
    private readonly IJetSourceRun<T>? _adaptive;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly ILogger _logger;
    private readonly WorkerTeam _team;
    private readonly int _order;
    private readonly int _batch;
    private readonly int _steps;
    private readonly long[] _samples;
    private readonly T[] _gradient;
    private readonly PackedNetwork<T> _packed;
    private readonly TrainingPass<T>?[] _passes = new TrainingPass<T>?[3];
    private readonly Evaluator<T>? _validator;
    private readonly GradientClipping<T>? _clipping;
    private readonly double[] _losses = new double[3];
    private readonly List<double> _epochLosses = [];
    private TimeSpan _lastReport;
    private TimeSpan _lastCheckpoint;
    private long _samplesDone;

    public TrainingRun(
        TrainingState<T> state, SobolevTrainingOptions options, IJetSource<T> source, IJetSource<T>? validation, int order,
        WorkerTeam team, IProgress<TrainingProgress>? progress, ILogger logger, TrainingFingerprint? fingerprint)
    {
        _fingerprint = fingerprint;
        _checkpoint = options.Checkpoint is { } checkpoint ? Path.GetFullPath(checkpoint.Path) : null;
        (_state, _options, _order, _team, _progress, _logger) = (state, options, order, team, progress, logger);
        (_source, _adaptive) = AdaptiveSources.BeginRun(source);
        _batch = Math.Min(options.BatchSize, source.Count);
        _steps = StepsOf(options, source.Count);
        _course = new TrainingCourse<T>(state, options, _steps);
        _samples = new long[source.Count];
        _gradient = new T[state.Network.Parameters.Length];
        _packed = new PackedNetwork<T>(state.Network);
        _clipping = options.GradientClipNorm is { } norm ? new GradientClipping<T>(_gradient, norm, team) : null;
        _validator = validation is null ? null : new Evaluator<T>(
            state.Network, validation, 0, Evaluator<T>.FirstSamples(validation.Count), ErrorScale.Of(state.Loss), team);
        Validation = validation;
    }

    private IJetSource<T>? Validation { get; }

    /// <summary>Mini-batches of an epoch.</summary>
    public static int StepsOf(SobolevTrainingOptions options, int samples) => (int)(((long)samples + options.BatchSize - 1) / options.BatchSize);

    public TrainingResult Train(CancellationToken cancellationToken)
    {
        _logger.LogInformation(
            "Training {Architecture} of order {Order} on {Samples} samples for {Limit}.", _state.Network.Architecture, _order, _source.Count, Limit());
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

    private TrainingResult Finish(CancellationToken cancellationToken)
    {
        var end = _course.IsAnnealing ? TrainingEnd.EarlyStopped
            : _state.Epoch >= _options.PlannedEpochs ? TrainingEnd.Completed
            : TrainingEnd.TimeSpent;
        SaveCheckpoint();
        if (_options.EarlyStopping is not null && _state.Best.Values.Length > 0)
        {
            _state.Best.Values.CopyTo(_state.Network.Parameters);
        }

        // The last step could have broken the network too, and no further one would notice.
        if (!TensorPrimitives.IsFiniteAll<T>(_state.Network.Parameters))
        {
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, 0, _source.Layout.NameOf(0), double.NaN);
        }

        _adaptive?.BeginStep(_state.Network, _state.TotalSteps, progress: 1);
        var training = Errors(_source, SampleSubset.Of(_source.Count, SourceSurvey.MaxSamples), cancellationToken);
        var validation = Validation is null ? null : Errors(Validation, Evaluator<T>.FirstSamples(Validation.Count), cancellationToken);
        _logger.LogInformation(
            "Training ended ({End}) after {Epochs} epochs with error {Training} on the training and {Validation} on the validation set.", end,
            _state.Epoch, training.NormalizedRmse, validation?.NormalizedRmse);
        return new TrainingResult
        {
            End = end,
            Epochs = _state.Epoch,
            Steps = _state.TotalSteps,
            Elapsed = TimeSpan.FromSeconds(_course.Seconds),
            Training = training,
            Validation = validation,
            History = _state.History,
        };
    }

    private Evaluation Errors(IJetSource<T> source, long[] samples, CancellationToken cancellationToken) =>
        new Evaluator<T>(_state.Network, source, Math.Min(_order, source.Layout.Order), samples, ErrorScale.Of(_state.Loss), _team, _options.Propagation)
            .Run(new MeasuringTime(_options.TimeBudget, cancellationToken));

    /// <summary>Writes the checkpoint of a canceled training; that this fails does not hide why training ended.</summary>
    private TrainingCanceledException Canceled(OperationCanceledException canceled)
    {
        string? written = null;
        Exception? failure = null;
        try
        {
            written = SaveCheckpoint();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            failure = refused;
            _logger.LogError("The checkpoint {Path} could not be written: {Reason}", _checkpoint, refused.Message);
        }

        _logger.LogInformation(
            "Training was canceled in epoch {Epoch} after {Steps} steps; checkpoint: {Path}.", _state.Epoch + 1, _state.TotalSteps, written ?? "none");
        string saved = written is not null ? $" The checkpoint {written} was written."
            : failure is not null ? $" The checkpoint {_checkpoint} could not be written: {failure.Message}"
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

    private string Limit() => (_options.PlannedEpochs, _options.TimeBudget) switch
    {
        ({ } epochs, null) => $"{epochs} epochs",
        (null, { } budget) => $"a time of {budget}",
        ({ } epochs, { } budget) => $"{epochs} epochs or a time of {budget}",
        _ => "ever",
    };

    private static double LossOf(EpochRecord record) => double.IsNaN(record.ValidationError) ? record.TrainingError : record.ValidationError;

    private void TrainEpoch(CancellationToken cancellationToken)
    {
        for (int k = 0; k < _samples.Length; k++)
        {
            _samples[k] = k + (_source.IsEndless ? (long)_state.Epoch * _source.Count : 0);
        }

        if (_options.Shuffle)
        {
            RandomStream.For(StreamPurpose.EpochOrder, _options.Seed, (ulong)_state.Epoch).Shuffle(_samples.AsSpan());
        }

        while (_state.Step < _steps && (_state.Step == 0 || !_course.IsOver))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long started = Stopwatch.GetTimestamp();
            int count = TrainStep(cancellationToken);
            TrainingTelemetry.Samples.Add(count);
            TrainingTelemetry.StepDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            if (_progress is not null && _state.Step < _steps && _course.Elapsed - _lastReport >= ReportInterval)
            {
                _progress.Report(Report(isEnd: false));
            }

            if (_options.Checkpoint is { } checkpoint && _course.Elapsed - _lastCheckpoint >= checkpoint.Every)
            {
                SaveCheckpoint();
            }
        }

        EndEpoch(cancellationToken);
    }

    private int TrainStep(CancellationToken cancellationToken)
    {
        int first = _state.Step * _batch;
        int count = Math.Min(_batch, _source.Count - first);
        _adaptive?.BeginStep(_state.Network, _state.TotalSteps, _course.Progress);
        if (_state.Balance.NeedsMeasurement)
        {
            _state.Balance.Measure(_state.Network, _source, _state.Loss, new MeasuringTime(_options.TimeBudget, cancellationToken));
        }

        _state.Balance.Weights(_course.Progress, _state.Weights);
        int active = _order;
        while (active > 0 && _state.Weights[active] == 0)
        {
            active--;
        }

        _state.RateFactor = _course.RateFactor(_epochLosses);
        if (_state.Optimizer is ElementwiseOptimizerState<T> optimizer && _clipping is null)
        {
            optimizer.Begin(_state.RateFactor, _state.TotalSteps + 1);
            RunPass(active, first, count, optimizer);
        }
        else
        {
            RunPass(active, first, count);
            Clip(active);
            _state.Optimizer.Step(_state.Network, _gradient, _state.RateFactor, _state.TotalSteps + 1, _team);
        }

        _state.TotalSteps++;
        double loss = 0;
        for (int order = 0; order <= _order; order++)
        {
            _state.LossSums[order] += order <= active ? count * _losses[order] : double.NaN;
            loss += order <= active ? _state.Weights[order] * _losses[order] : 0;
        }

        TrainingTelemetry.Loss.Record(loss);
        _samplesDone += count;
        _state.Step++;
        return count;
    }

    private void RunPass(int order, int first, int count, ElementwiseOptimizerState<T>? optimizer = null)
    {
        var pass = _passes[order] ??= new TrainingPass<T>(
            _state.Network, _packed, _gradient, _source, order, _state.Loss, _batch, _team, _options.Propagation);
        if (!pass.Run(_samples, first, count, _state.Weights, _losses, optimizer))
        {
            var (broken, component, magnitude) = pass.Diagnose();
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, broken, component, magnitude);
        }
    }

    private void Clip(int active)
    {
        if (_clipping?.Clip() is { } norm && !double.IsFinite(norm))
        {
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, active, "the gradient's norm", norm);
        }
    }

    private void EndEpoch(CancellationToken cancellationToken)
    {
        double validationError = _validator?.Run(new MeasuringTime(_options.TimeBudget, cancellationToken)).NormalizedRmse ?? double.NaN;
        double[] losses = MeanLosses();
        var record = new EpochRecord(
            _state.Epoch + 1, losses, _state.Weights[..(_order + 1)], Math.Sqrt(losses[0]), validationError, _state.RateFactor, _course.Seconds);
        _state.History.Add(record);
        _epochLosses.Add(LossOf(record));
        if (_options.EarlyStopping is { } stopping)
        {
            _state.Best.Observe(validationError, _state.Network.Parameters, stopping.Improvement);
        }

        // The state is complete before the report: its receiver may cancel.
        var report = _progress is null ? null : Report(isEnd: true);
        _state.Epoch++;
        _state.Step = 0;
        Array.Clear(_state.LossSums);
        if (_state.Best.Waited >= _options.EarlyStopping?.Patience && !_course.IsAnnealing && !_course.IsOver)
        {
            _course.Anneal();
            _logger.LogInformation(
                "The validation error has not improved for {Patience} epochs; the learning rate is annealed in {Epochs} more.",
                _options.EarlyStopping.Patience, _course.AnnealingEpochs);
        }

        if (report is not null)
        {
            _progress!.Report(report);
        }
    }

    /// <summary>Eₖ averaged over the samples of this epoch that were trained so far.</summary>
    private double[] MeanLosses()
    {
        double done = Math.Min((long)_state.Step * _batch, _source.Count);
        return [.. _state.LossSums.Select(sum => sum / done)];
    }

    /// <summary>Writes a checkpoint if the options name one and the state is worth it.</summary>
    /// <returns>The path of the checkpoint; null if none was written.</returns>
    private string? SaveCheckpoint()
    {
        if (_checkpoint is null || !CheckpointFile.CanHold(_state))
        {
            return null;
        }

        CheckpointFile.Save(_state, _fingerprint!, _checkpoint, _course.Seconds);
        _lastCheckpoint = _course.Elapsed;
        return _checkpoint;
    }

    private TrainingProgress Report(bool isEnd)
    {
        _lastReport = _course.Elapsed;
        double[] losses = MeanLosses();
        return new TrainingProgress
        {
            Epoch = _state.Epoch + 1,
            Epochs = _course.Epochs,
            Step = _state.Step,
            StepsPerEpoch = _steps,
            Fraction = _course.Progress,
            OrderLosses = losses,
            OrderWeights = _state.Weights[..(_order + 1)],
            Loss = losses.Zip(_state.Weights, (loss, weight) => weight == 0 ? 0 : loss * weight).Sum(),
            TrainingError = Math.Sqrt(losses[0]),
            ValidationError = _state.History.Count > 0 ? _state.History[^1].ValidationError : double.NaN,
            LearningRateFactor = _state.RateFactor,
            Elapsed = _course.Elapsed,
            Remaining = _course.Remaining,
            SamplesPerSecond = _samplesDone / _course.Elapsed.TotalSeconds,
            IsEndOfEpoch = isEnd,
        };
    }
}
