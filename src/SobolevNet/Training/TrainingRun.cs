using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;

namespace SobolevNet;

/// <summary>One call of Fit: epochs, mini-batches, validation, reports and checkpoints.</summary>
internal sealed class TrainingRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RangeLength = 32768;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private readonly TrainingState<T> _state;
    private readonly SobolevTrainingOptions _options;
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
    private readonly double[] _weights = new double[3];
    private readonly double[] _losses = new double[3];
    private readonly double[] _rangeSquares;
    private readonly Action<int, int> _squareRange;
    private readonly Action<int, int> _scaleRange;
    private readonly Stopwatch _clock = new();
    private readonly List<double> _epochLosses = [];
    private TimeSpan _lastReport;
    private TimeSpan _lastCheckpoint;
    private double _startFraction;
    private long _samplesDone;
    private double _rateFactor;
    private double _gradientScale;

    public TrainingRun(
        TrainingState<T> state, SobolevTrainingOptions options, IJetSource<T> source, IJetSource<T>? validation, int order,
        WorkerTeam team, IProgress<TrainingProgress>? progress, ILogger logger)
    {
        (_state, _options, _order, _team, _progress, _logger) = (state, options, order, team, progress, logger);
        (_source, _adaptive) = AdaptiveSources.BeginRun(source);
        _batch = Math.Min(options.BatchSize, source.Count);
        _steps = (source.Count + _batch - 1) / _batch;
        _samples = new long[source.Count];
        _gradient = new T[state.Network.Parameters.Length];
        _packed = new PackedNetwork<T>(state.Network);
        _rangeSquares = new double[(_gradient.Length + RangeLength - 1) / RangeLength];
        _squareRange = SquareRange;
        _scaleRange = ScaleRange;
        _validator = validation is null ? null : new Evaluator<T>(
            state.Network, validation, 0, Evaluator<T>.FirstSamples(validation.Count), ErrorScale.Of(state.Loss), team);
        Validation = validation;
    }

    private IJetSource<T>? Validation { get; }

    private double Seconds => _state.Seconds + _clock.Elapsed.TotalSeconds;

    private double EpochsDone => _state.Epoch + ((double)_state.Step / _steps);

    /// <summary>The part of the training that is done: the larger of the parts of the epochs and of the time.</summary>
    private double Fraction
    {
        get
        {
            double ofEpochs = _options.PlannedEpochs is { } epochs ? EpochsDone / epochs : 0;
            double ofTime = _options.TimeBudget is { } budget ? Seconds / budget.TotalSeconds : 0;
            return Math.Min(1, Math.Max(ofEpochs, ofTime));
        }
    }

    public TrainingResult Train(CancellationToken cancellationToken)
    {
        _logger.LogInformation(
            "Training {Architecture} of order {Order} on {Samples} samples for {Epochs} epochs and {Time}.", _state.Network.Architecture, _order,
            _source.Count, _options.PlannedEpochs?.ToString(CultureInfo.InvariantCulture) ?? "any", _options.TimeBudget?.ToString() ?? "any time");
        _clock.Start();
        _startFraction = Fraction;
        _epochLosses.AddRange(_state.History.Select(LossOf));
        var end = TrainingEnd.Completed;
        try
        {
            while (Fraction < 1)
            {
                if (ShouldStop())
                {
                    end = TrainingEnd.EarlyStopped;
                    break;
                }

                TrainEpoch(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            SaveCheckpoint();
            throw;
        }

        if (end == TrainingEnd.Completed && !(_state.Epoch >= _options.PlannedEpochs))
        {
            end = TrainingEnd.TimeSpent;
        }

        if (_options.EarlyStopping is not null && _state.BestParameters.Length > 0)
        {
            _state.BestParameters.CopyTo(_state.Network.Parameters);
        }

        // The last step could have broken the network too, and no further one would notice. A checkpoint of that is worth nothing.
        if (!TensorPrimitives.IsFiniteAll<T>(_state.Network.Parameters))
        {
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, 0, _source.Layout.NameOf(0), double.NaN);
        }

        SaveCheckpoint();
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
            Elapsed = TimeSpan.FromSeconds(Seconds),
            Training = training,
            Validation = validation,
            History = _state.History,
        };
    }

    private Evaluation Errors(IJetSource<T> source, long[] samples, CancellationToken cancellationToken) =>
        new Evaluator<T>(_state.Network, source, Math.Min(_order, source.Layout.Order), samples, ErrorScale.Of(_state.Loss), _team)
            .Run(new MeasuringTime(_options.TimeBudget, cancellationToken));

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

        while (_state.Step < _steps && (_state.Step == 0 || Fraction < 1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long started = Stopwatch.GetTimestamp();
            int count = TrainStep(cancellationToken);
            TrainingTelemetry.Samples.Add(count);
            TrainingTelemetry.StepDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            if (_state.Step < _steps && _clock.Elapsed - _lastReport >= ReportInterval)
            {
                Report(isEnd: false);
            }

            if (_options.Checkpoint is { } checkpoint && _clock.Elapsed - _lastCheckpoint >= checkpoint.Every)
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
        _adaptive?.BeginStep(_state.Network, _state.TotalSteps, Fraction);
        if (_state.Balance.NeedsMeasurement)
        {
            _state.Balance.Measure(_state.Network, _source, _state.Loss, new MeasuringTime(_options.TimeBudget, cancellationToken));
        }

        _state.Balance.Weights(Fraction, _weights);
        int active = _order;
        while (active > 0 && _weights[active] == 0)
        {
            active--;
        }

        if (_state.Optimizer is ElementwiseOptimizerState<T> optimizer && _options.GradientClipNorm is null)
        {
            _rateFactor = RateFactor();
            optimizer.Begin(_rateFactor, _state.TotalSteps + 1);
            RunPass(active, first, count, optimizer);
        }
        else
        {
            RunPass(active, first, count);
            Clip(active);
            _rateFactor = RateFactor();
            _state.Optimizer.Step(_state.Network, _gradient, _rateFactor, _state.TotalSteps + 1, _team);
        }

        _state.TotalSteps++;
        double loss = 0;
        for (int order = 0; order <= _order; order++)
        {
            _state.LossSums[order] += order <= active ? count * _losses[order] : double.NaN;
            loss += order <= active ? _weights[order] * _losses[order] : 0;
        }

        TrainingTelemetry.Loss.Record(loss);
        _samplesDone += count;
        _state.Step++;
        return count;
    }

    private double RateFactor() => _options.Schedule.At(new SchedulePosition(Fraction, _state.Epoch, _epochLosses));

    private void RunPass(int order, int first, int count, ElementwiseOptimizerState<T>? optimizer = null)
    {
        var pass = _passes[order] ??= new TrainingPass<T>(
            _state.Network, _packed, _gradient, _source, order, _state.Loss, _batch, _team);
        if (!pass.Run(_samples, first, count, _weights, _losses, optimizer))
        {
            var (broken, component, magnitude) = pass.Diagnose();
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, broken, component, magnitude);
        }
    }

    private void Clip(int active)
    {
        if (_options.GradientClipNorm is not { } limit)
        {
            return;
        }

        _team.Run(_rangeSquares.Length, _squareRange);
        double norm = Math.Sqrt(_rangeSquares.Sum());
        if (!double.IsFinite(norm))
        {
            throw new NonFiniteLossException(_state.Epoch + 1, _state.Step + 1, active, "the gradient's norm", norm);
        }

        if (norm > limit)
        {
            _gradientScale = limit / norm;
            _team.Run(_rangeSquares.Length, _scaleRange);
        }
    }

    private Span<T> GradientRange(int range) =>
        _gradient.AsSpan(range * RangeLength, Math.Min(RangeLength, _gradient.Length - (range * RangeLength)));

    private void ScaleRange(int range, int worker)
    {
        var gradient = GradientRange(range);
        TensorPrimitives.Multiply(gradient, T.CreateTruncating(_gradientScale), gradient);
    }

    private void SquareRange(int range, int worker)
    {
        double sum = 0;
        foreach (T element in GradientRange(range))
        {
            double value = double.CreateTruncating(element);
            sum += value * value;
        }

        _rangeSquares[range] = sum;
    }

    private void EndEpoch(CancellationToken cancellationToken)
    {
        double validationError = _validator?.Run(new MeasuringTime(_options.TimeBudget, cancellationToken)).NormalizedRmse ?? double.NaN;
        double[] losses = MeanLosses();
        var record = new EpochRecord(
            _state.Epoch + 1, losses, _weights[..(_order + 1)], Math.Sqrt(losses[0]), validationError, _rateFactor, Seconds);
        _state.History.Add(record);
        _epochLosses.Add(LossOf(record));
        if (_options.EarlyStopping is { } stopping)
        {
            if (validationError < _state.BestError * (1 - stopping.Improvement))
            {
                _state.BestError = validationError;
                _state.BestParameters = _state.Network.Parameters.ToArray();
                _state.Waited = 0;
            }
            else
            {
                _state.Waited++;
            }
        }

        Report(isEnd: true);
        _state.Epoch++;
        _state.Step = 0;
        Array.Clear(_state.LossSums);
    }

    /// <summary>Eₖ averaged over the samples of this epoch that were trained so far.</summary>
    private double[] MeanLosses()
    {
        double done = Math.Min((long)_state.Step * _batch, _source.Count);
        return [.. _state.LossSums.Select(sum => sum / done)];
    }

    private bool ShouldStop() => _options.EarlyStopping is { } stopping && _state.Waited >= stopping.Patience;

    private void SaveCheckpoint()
    {
        if (_options.Checkpoint is { } checkpoint)
        {
            _state.Save(checkpoint.Path, Seconds);
            _lastCheckpoint = _clock.Elapsed;
        }
    }

    private void Report(bool isEnd)
    {
        _lastReport = _clock.Elapsed;
        if (_progress is null)
        {
            return;
        }

        double[] losses = MeanLosses();
        double fraction = Fraction;
        double share = fraction - _startFraction;
        var elapsed = _clock.Elapsed;
        _progress.Report(new TrainingProgress
        {
            Epoch = _state.Epoch + 1,
            Epochs = _options.PlannedEpochs ?? (int)Math.Min(int.MaxValue, Math.Ceiling(EpochsDone / Math.Max(fraction, 1e-9))),
            Step = _state.Step,
            StepsPerEpoch = _steps,
            Fraction = fraction,
            OrderLosses = losses,
            OrderWeights = _weights[..(_order + 1)],
            Loss = losses.Zip(_weights, (loss, weight) => weight == 0 ? 0 : loss * weight).Sum(),
            TrainingError = Math.Sqrt(losses[0]),
            ValidationError = _state.History.Count > 0 ? _state.History[^1].ValidationError : double.NaN,
            LearningRateFactor = _rateFactor,
            Elapsed = elapsed,
            Remaining = share > 0 ? elapsed * ((1 - fraction) / share) : TimeSpan.Zero,
            SamplesPerSecond = _samplesDone / elapsed.TotalSeconds,
            IsEndOfEpoch = isEnd,
        });
    }
}
