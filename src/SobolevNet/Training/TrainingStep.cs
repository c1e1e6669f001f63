using System.Numerics;

namespace SobolevNet;

/// <summary>One step of a training: the gradient of a mini-batch, its clipping and the optimizer's update.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that a pass of its own must save at least: packing the weights once more costs about as much.</summary>
    private const int MinSavedRows = 64;

    private readonly TrainingState<T> _state;
    private readonly IJetSource<T> _source;
    private readonly int _order;
    private readonly int _batch;
    private readonly WorkerTeam _team;
    private readonly DerivativePropagation _propagation;
    private readonly T[] _gradient;
    private readonly PackedNetwork<T> _packed;
    private readonly TrainingPass<T>?[] _passes = new TrainingPass<T>?[3];
    private readonly GradientClipping<T>? _clipping;
    private readonly double[] _losses = new double[3];
    private readonly double[] _passLosses = new double[3];
    private readonly long[] _sorted;
    private readonly bool _hasLabels;
    private readonly TermTraining<T>[] _terms;
    private readonly LeastSquares<T>?[] _squares = new LeastSquares<T>?[3];

    /// <summary>Reserves memory.</summary>
    /// <param name="state">What is trained: the network, the loss and the optimizer.</param>
    /// <param name="source">The training data.</param>
    /// <param name="order">The highest order trained.</param>
    /// <param name="batch">The most samples of a mini-batch.</param>
    /// <param name="clipNorm">The longest gradient; null for any.</param>
    /// <param name="team">Does the work.</param>
    /// <param name="propagation">How derivatives are propagated.</param>
    public TrainingStep(
        TrainingState<T> state, IJetSource<T> source, int order, int batch, double? clipNorm, WorkerTeam team,
        DerivativePropagation propagation = DerivativePropagation.Auto)
    {
        (_state, _source, _order, _batch, _team, _propagation) = (state, source, order, batch, team, propagation);
        _gradient = new T[state.Network.Parameters.Length];
        _packed = new PackedNetwork<T>(state.Network);
        (_hasLabels, _terms) = (true, []);
        _sorted = new long[state.KnownOrders is null ? 0 : batch];
        for (int known = 0; known <= order; known++)
        {
            // Reserved now, because a mini-batch with such samples may come late.
            if (state.KnownOrders?.Contains((byte)known) == true)
            {
                Pass(known);
            }
        }

        _clipping = clipNorm is { } norm ? new GradientClipping<T>(_gradient, norm, team) : null;
    }

    /// <summary>Reserves memory for labels, if there are any, and losses of the user's own.</summary>
    /// <param name="state">What is trained: the network, the loss and the optimizer.</param>
    /// <param name="terms">The terms of the loss.</param>
    /// <param name="source">The first term's source as this run of training sees it.</param>
    /// <param name="order">The highest order of labels trained.</param>
    /// <param name="options">The options.</param>
    /// <param name="team">Does the work.</param>
    public TrainingStep(
        TrainingState<T> state, TrainingTerms<T> terms, IJetSource<T> source, int order, SobolevTrainingOptions options, WorkerTeam team)
        : this(state, source, order, Math.Min(options.BatchSize, source.Count), options.GradientClipNorm, team, options.Propagation)
    {
        _hasLabels = terms.Labels is not null;
        _terms = [.. terms.Own.Select(term => new TermTraining<T>(
            term, state.Network, _packed, _gradient, state.Coefficients?.Values ?? [], options, team))];
    }

    /// <summary>Rows that the labels of the last step had in products.</summary>
    public int Rows { get; private set; }

    /// <summary>The terms of the user's own.</summary>
    public IReadOnlyList<TermTraining<T>> Terms => _terms;

    /// <summary>Begins a step of the sources of the user's own terms that change during training.</summary>
    /// <param name="progress">The part of the training that is done.</param>
    public void BeginTerms(double progress)
    {
        for (int term = 0; term < _terms.Length; term++)
        {
            _terms[term].BeginStep(_state.TotalSteps, progress);
            _state.Terms.Weights[term] = _terms[term].WeightAt(progress);
        }
    }

    /// <summary>
    /// Trains on a mini-batch with the order weights and the learning-rate factor of the state, and adds its losses and the step to the state.
    /// Orders above the highest one with a weight are not computed.
    /// </summary>
    /// <param name="samples">Sample numbers.</param>
    /// <param name="first">The first one of the mini-batch.</param>
    /// <param name="count">How many it has.</param>
    /// <param name="cancellationToken">Stops a step of least squares; no parameter has changed then.</param>
    /// <exception cref="NonFiniteLossException">The loss or the gradient is not finite; no parameter has changed.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Run(long[] samples, int first, int count, CancellationToken cancellationToken = default)
    {
        int active = _order;
        while (active > 0 && _state.Weights[active] == 0)
        {
            active--;
        }

        bool isOnePass = _terms.Length == (_hasLabels ? 0 : 1) && _clipping is null && _state.Coefficients is null && _state.KnownOrders is null;
        var optimizer = isOnePass ? _state.Optimizer as ElementwiseOptimizerState<T> : null;
        optimizer?.Begin(_state.RateFactor, _state.TotalSteps + 1);
        if (_hasLabels)
        {
            RunPasses(active, samples, first, count, optimizer);
        }

        bool hasGradient = RunTerms(hasGradient: _hasLabels, optimizer, out double loss);
        if (_state.Optimizer is LevenbergMarquardtState<T> levenbergMarquardt)
        {
            var squares = _squares[active] ??= new LeastSquares<T>(_state.Network, _source, active, _state.Loss, _batch, Pass(active), _team);
            squares.Begin(samples, first, count, _state.Weights, cancellationToken);
            double before = _state.KnownOrders is null ? squares.Weighted(_losses) : squares.Loss();
            levenbergMarquardt.Step(squares, before, _gradient, isLast: count == _source.Count && !_source.IsEndless && HasLastWeights());
        }
        else if (optimizer is null && hasGradient)
        {
            if (_clipping?.Clip() is { } norm && !double.IsFinite(norm))
            {
                throw Broken(active, "the gradient's norm", norm);
            }

            _state.Optimizer.Step(_state.Network, _gradient, _state.RateFactor, _state.TotalSteps + 1, _team);
            _state.Coefficients?.Step(_state.RateFactor, _state.TotalSteps + 1);
        }

        for (int order = 0; order <= _order; order++)
        {
            bool isTrained = _hasLabels && order <= active;
            _state.LossSums[order] += isTrained ? count * _losses[order] : double.NaN;
            loss += isTrained ? _state.Weights[order] * _losses[order] : 0;
        }

        for (int term = 0; term < _terms.Length; term++)
        {
            _state.Terms.Add(term, _state.Terms.Weights[term] > 0 ? _terms[term].Loss : double.NaN, _terms[term].Samples);
        }

        TrainingTelemetry.Loss.Record(loss);
        _state.TotalSteps++;
        _state.SamplesOfEpoch += count;
        _state.Step++;
    }

    /// <summary>Whether the weights of the orders are those of the training's end.</summary>
    private bool HasLastWeights()
    {
        Span<double> last = stackalloc double[_state.Weights.Length];
        _state.Weights.CopyTo(last);
        _state.Balance.Weights(1, last);
        return last.SequenceEqual(_state.Weights);
    }

    /// <summary>The gradient of labels: samples go through passes of the orders that they know.</summary>
    private void RunPasses(int active, long[] samples, int first, int count, ElementwiseOptimizerState<T>? optimizer)
    {
        Array.Clear(_losses);
        Rows = 0;
        if (_state.KnownOrders is null)
        {
            RunPass(active, samples, first, count, count, accumulates: false, optimizer);
            return;
        }

        Span<int> passOf = stackalloc int[active + 1];
        ChoosePasses(samples.AsSpan(first, count), passOf);
        int sorted = 0;
        for (int order = active; order >= 0; order--)
        {
            int start = sorted;
            for (int s = first; s < first + count; s++)
            {
                if (passOf[Known(samples[s], active)] == order)
                {
                    _sorted[sorted++] = samples[s];
                }
            }

            if (sorted > start)
            {
                RunPass(order, _sorted, start, sorted - start, count, accumulates: start > 0, optimizer);
            }
        }
    }

    /// <summary>The order of the pass that takes the samples of each known order: that one, or the next higher pass where that costs hardly more.</summary>
    private void ChoosePasses(ReadOnlySpan<long> samples, Span<int> passOf)
    {
        int active = passOf.Length - 1;
        Span<int> counts = stackalloc int[passOf.Length];
        counts.Clear();
        foreach (long sample in samples)
        {
            counts[Known(sample, active)]++;
        }

        int higher = passOf[active] = active;
        for (int order = active - 1; order >= 0; order--)
        {
            passOf[order] = higher;
            if (counts[order] > 0 && counts[order] * (Pass(higher).RowsOfSample - Pass(order).RowsOfSample) >= MinSavedRows)
            {
                higher = passOf[order] = order;
            }
        }
    }

    private int Known(long sample, int active) => Math.Min(_state.KnownOrders![sample], active);

    private TrainingPass<T> Pass(int order) =>
        _passes[order] ??= new TrainingPass<T>(_state.Network, _packed, _gradient, _source, order, _state.Loss, _batch, _team, _propagation);

    private void RunPass(int order, long[] samples, int first, int count, int batch, bool accumulates, ElementwiseOptimizerState<T>? optimizer)
    {
        var pass = Pass(order);
        if (!pass.Run(samples, first, count, _state.Weights, _passLosses, optimizer, accumulates, batch))
        {
            var (_, broken, component, magnitude) = pass.Diagnose();
            throw Broken(broken, component, magnitude);
        }

        Rows += count * pass.RowsOfSample;
        for (int k = 0; k <= order; k++)
        {
            _losses[k] += _passLosses[k];
        }
    }

    /// <summary>Adds the gradients of the user's own terms that have a weight.</summary>
    /// <param name="hasGradient">Whether labels have written a gradient.</param>
    /// <param name="optimizer">Takes its step for each parameter as soon as its gradient is known, if it has one gradient alone.</param>
    /// <param name="loss">Σ wᵢ Lᵢ.</param>
    /// <returns>Whether there is a gradient.</returns>
    private bool RunTerms(bool hasGradient, ElementwiseOptimizerState<T>? optimizer, out double loss)
    {
        loss = 0;
        double[] ofCoefficients = _state.Coefficients?.Gradient ?? [];
        Array.Clear(ofCoefficients);
        for (int k = 0; k < _terms.Length; k++)
        {
            var term = _terms[k];
            double weight = _state.Terms.Weights[k];
            if (weight > 0)
            {
                if (!term.Run(_state.TotalSteps, weight, accumulates: hasGradient, optimizer))
                {
                    throw term.Broken(_state.Epoch + 1, _state.Step + 1);
                }

                loss += weight * term.Loss;
                term.AddCoefficientGradient(ofCoefficients);
                hasGradient = true;
            }
        }

        return hasGradient;
    }

    private NonFiniteLossException Broken(int order, string component, double magnitude) =>
        new(_state.Epoch + 1, _state.Step + 1, order, component, magnitude);
}
