using System.Numerics;
using Microsoft.Extensions.Logging;

namespace SobolevNet;

/// <summary>What comes before the first step of a training: the data are measured, and a fresh network is standardized.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingSetup<T>(
    Mlp<T> network, SobolevTrainingOptions options, TrainingTerms<T> terms, T[] coefficients, OrderBalance balance, int order, WorkerTeam team,
    ILogger logger, CancellationToken cancellation)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IJetSource<T> _source = terms.Source;

    /// <summary>The beginning of a training. The network is changed once everything is measured.</summary>
    /// <exception cref="ArgumentException">The data are not finite, or too large or small.</exception>
    /// <exception cref="OperationCanceledException">The setup was canceled.</exception>
    public TrainingState<T> Begin()
    {
        foreach (var term in terms.Own)
        {
            SourceCheck.Whole(term.Source, term.Source.Layout.Order, team, Time(), term.Argument);
            SourceCheck.Moves(term, Time());
        }

        if (terms.Labels is null)
        {
            return BeginWithoutLabels();
        }

        var statistics = SourceStatistics.Measure(_source, team, Time(), terms.Argument);
        var weights = terms.Weights!;
        statistics.CheckKnown(_source.Layout, weights, balance.IsTrained);
        double[] sizes = OutputSizes.Measure(statistics, _source, weights, balance.IsTrained, team, Time());
        var loss = SobolevLoss.Of(statistics, _source, weights, sizes, options.BalanceOutputs);
        var optimizer = options.Optimizer.CreateState<T>(network.Architecture);
        bool isPlain = network.InputScaling is null && network.OutputScaling is null;
        bool isFresh = isPlain && network.IsAsInitialized();
        if (options.Standardize && isPlain && !isFresh)
        {
            logger.LogInformation("The network is not as it was initialized; it is trained on from where it stands and is not standardized.");
        }

        FeatureScaling<T>? inputScaling = network.InputScaling;
        FeatureScaling<T>? outputScaling = network.OutputScaling;
        if (isFresh && options.Standardize)
        {
            inputScaling = Standardization.OfInputs(_source, statistics, options.InputScaling);
            outputScaling = Standardization.OfOutputs<T>(statistics, sizes);
        }

        MetricState<T>? scaled = null;
        if (isFresh && options.ScaleDirections && !options.Optimizer.IsLeastSquares && order > 0
            && InputMetric.HasGradients(_source, loss.ComponentWeights))
        {
            if (_source.InputFeatures > InputMetric.MaxInputs)
            {
                logger.LogInformation(
                    "ScaleDirections is not applied: the source has {Inputs} inputs; directions are scaled for up to {MaxInputs}.", _source.InputFeatures,
                    InputMetric.MaxInputs);
            }

            double[]? metric = InputMetric.Measure(_source, inputScaling, loss.OutputWeights, team, Time());
            scaled = metric is null ? null : new MetricState<T>(optimizer, network, metric);
        }

        network.InputScaling = inputScaling;
        network.OutputScaling = outputScaling;
        scaled?.Begin(network);
        var state = State(loss, scaled ?? optimizer);
        state.KnownOrders = KnownOrders.Of(_source, loss, team, Time());
        return state;
    }

    /// <summary>Without labels the inputs are standardized and the outputs are not, whose sizes are unknown.</summary>
    private TrainingState<T> BeginWithoutLabels()
    {
        var inputScaling = network.InputScaling;
        if (options.Standardize && inputScaling is null && network.IsAsInitialized())
        {
            inputScaling = Standardization.OfInputs(_source, SourceStatistics.Measure(_source, team, Time(), terms.Argument), options.InputScaling);
        }

        var state = State(SobolevLoss.Empty(_source.Layout, _source.OutputFeatures), options.Optimizer.CreateState<T>(network.Architecture));
        network.InputScaling = inputScaling;
        return state;
    }

    private TrainingState<T> State(SobolevLoss loss, OptimizerState<T> optimizer) => new(network, loss, optimizer, balance, order)
    {
        Terms = new TermLosses(terms.Own.Length),
        Coefficients = coefficients.Length > 0 ? new CoefficientState<T>(coefficients, options.Optimizer) : null,
    };

    /// <summary>The state of a checkpoint, which has all that <see cref="Begin"/> measures.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public TrainingState<T> Resume(CheckpointReader<T> checkpoint)
    {
        var optimizer = options.Optimizer.CreateState<T>(network.Architecture);
        int inputs = network.Architecture.Inputs;
        if (checkpoint.HasMetric)
        {
            optimizer = new MetricState<T>(optimizer, network, new double[inputs * inputs]);
        }

        var state = State(SobolevLoss.Empty(_source.Layout, _source.OutputFeatures), optimizer);
        int steps = options.StepsOfEpoch(_source.Count);
        checkpoint.Restore(state, options, steps);
        if (terms.Labels is not null && state.Balance.NeedsMeasurement && _source.HasMissingLabels)
        {
            // Canceled before its first step.
            state.Loss.KnownShares = SourceStatistics.Measure(_source, team, Time(), terms.Argument).KnownShares;
        }

        state.KnownOrders = terms.Labels is null ? null : KnownOrders.Of(_source, state.Loss, team, Time());
        var course = new TrainingCourse<T>(state, options, steps);
        if (checkpoint.WithLimits(options) is var before && course.IsLongerThan(before))
        {
            double progress = course.Stretch(before);
            logger.LogInformation(
                "The training is longer than before: its schedules had a progress of {Before:P1} and go on from {Now:P1} to the new end.", progress,
                course.Progress);
        }

        state.SamplesOfEpoch = Math.Min((long)state.Step * options.BatchSize, _source.Count);
        return state;
    }

    private MeasuringTime Time() => new(options.TimeBudget, cancellation);
}
