using System.Numerics;

namespace SobolevNet;

/// <summary>A term with a loss of the user's own in a run of training: its mini-batches and their gradients.</summary>
/// <remarks>
/// A step takes as many samples as the options say, or all of a term that has fewer. A term goes through its samples in an order of its own, again and again: which ones a
/// step takes follows from the number of the step alone.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TermTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>From the seed of a term's order to that of the next one.</summary>
    private const ulong SeedOfTerm = 0x9E3779B97F4A7C15;

    private readonly OwnTerm<T> _term;
    private readonly Mlp<T> _network;
    private readonly T[] _coefficients;
    private readonly SobolevTrainingOptions _options;
    private readonly WorkerTeam _team;
    private readonly IJetSource<T> _source;
    private readonly IJetSourceRun<T>[] _adaptive;
    private readonly EpochOrder _order;
    private readonly int _batch;
    private readonly long _steps;
    private readonly TrainingPass<T> _pass;
    private readonly double[] _weight = new double[1];
    private readonly double[] _loss = new double[1];
    private long _epoch = -1;

    /// <summary>Reserves memory.</summary>
    /// <param name="term">The term.</param>
    /// <param name="network">The network.</param>
    /// <param name="packed">Its packed weights, shared with other passes.</param>
    /// <param name="gradient">Receives the gradient, which may be shared with other passes.</param>
    /// <param name="coefficients">The numbers that are trained beside the network.</param>
    /// <param name="options">The options.</param>
    /// <param name="team">Does the work.</param>
    public TermTraining(
        OwnTerm<T> term, Mlp<T> network, PackedNetwork<T> packed, T[] gradient, T[] coefficients, SobolevTrainingOptions options, WorkerTeam team)
    {
        (_term, _network, _coefficients, _options, _team) = (term, network, coefficients, options, team);
        (_source, _adaptive) = AdaptiveSources.BeginRun(term.Source);
        _batch = Math.Min(options.BatchSize, _source.Count);
        _steps = options.StepsOfEpoch(_source.Count);
        _order = new EpochOrder(_source.Count, _source.IsEndless, options.Shuffle, unchecked(options.Seed + ((ulong)term.Index * SeedOfTerm)), _source.SamplesPerBlock);
        _pass = new TrainingPass<T>(network, packed, gradient, _source, term.Term.Loss!, coefficients, _batch, team, options.Propagation);
    }

    /// <summary>The mean loss of the last step.</summary>
    public double Loss => _loss[0];

    /// <summary>Samples of the last step.</summary>
    public int Samples { get; private set; }

    /// <summary>Begins a step of a source that changes during training.</summary>
    public void BeginStep(long step, double progress) => AdaptiveSources.BeginStep(_adaptive, _network, step, progress);

    /// <summary>The weight at a point of the training.</summary>
    public double WeightAt(double progress) => _term.Term.Weight.At(progress);

    /// <summary>The weighted gradient of a step.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    /// <param name="weight">The term's weight, above 0.</param>
    /// <param name="accumulates">Whether it is added to the gradient that is there.</param>
    /// <param name="optimizer">If given, takes its step for each parameter as soon as its gradient is known.</param>
    /// <returns>Whether the loss and its derivatives are finite.</returns>
    public bool Run(long step, double weight, bool accumulates, ElementwiseOptimizerState<T>? optimizer)
    {
        long epoch = step / _steps;
        if (epoch != _epoch)
        {
            _order.Begin((int)epoch);
            _epoch = epoch;
        }

        int first = (int)(step % _steps) * _batch;
        Samples = Math.Min(_batch, _source.Count - first);
        var (samples, at) = _order.Batch(first, Samples);
        _weight[0] = weight;
        return _pass.Run(samples, at, Samples, _weight, _loss, optimizer, accumulates);
    }

    /// <summary>Adds the last step's weighted gradient by the coefficients.</summary>
    public void AddCoefficientGradient(Span<double> gradient) => _pass.AddCoefficientGradient(gradient);

    /// <summary>The mean loss of at most 4,096 samples, as they are now.</summary>
    public double Measure(MeasuringTime time) => new TermMeasurement<T>(
        _source, _term.Term.Loss!, _network, _coefficients, SampleSubset.Of(_source.Count, SourceSurvey.MaxSamples), _team, _options.Propagation).Run(time);

    /// <summary>What broke in the last step.</summary>
    public NonFiniteLossException Broken(int epoch, int step)
    {
        var (sample, order, component, magnitude) = _pass.Diagnose();
        return new NonFiniteLossException(epoch, step, _term.Name, sample, _loss[0], order, component, magnitude);
    }
}
