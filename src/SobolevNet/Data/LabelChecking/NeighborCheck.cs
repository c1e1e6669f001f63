namespace SobolevNet;

/// <summary>Gathers evidence about derivatives from neighboring samples, and from all of them by a <see cref="SlopeTest"/>.</summary>
internal sealed class NeighborCheck
{
    /// <summary>Samples among which neighbors are looked for, at most.</summary>
    private const int MaxNeighborSamples = 2048;

    /// <summary>Multiplications that the slope test may take in one run.</summary>
    private const double MaxWork = 4e9;

    private readonly LabelSamples _data;
    private readonly int[] _outputs;
    private readonly NeighborFrames _frames;
    private readonly PairEquations? _equations;
    private readonly LocalFit? _localFit;
    private readonly double[] _reach;
    private readonly LabelSamples _all;
    private readonly SlopeTest _slopeTest;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Prepares a check.</summary>
    /// <param name="all">Normalized samples.</param>
    /// <param name="outputs">The outputs to look at.</param>
    /// <param name="maxAmbientFeatures">Input features up to which a function may be fitted in all of them.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public NeighborCheck(LabelSamples all, int[] outputs, int maxAmbientFeatures, CancellationToken cancellationToken)
    {
        var data = all.Take(MaxNeighborSamples);
        _data = data;
        _outputs = outputs;
        _cancellationToken = cancellationToken;
        _frames = new NeighborFrames(data);
        _equations = PairEquations.OfValues(data, _frames, cancellationToken);

        // Where neighbors do not lie along the tangents, only a fit in all input features can say something.
        bool ambient = _equations is null;
        _localFit = ambient && data.Input.Features > maxAmbientFeatures
            ? null
            : LocalFit.Build(data, _frames, ambient, cancellationToken);
        _reach = Reach();

        // Up to 9 lists of pairs, three regressions each, and a model of each column.
        double p = data.Tangents;
        double work = outputs.Length * 9 * p * ((6 * p) + 100);
        _all = all.Take((int)Math.Max(64, Math.Min(int.MaxValue, MaxWork / work)));
        _slopeTest = new SlopeTest(_all, _all == data ? _frames : new NeighborFrames(_all), maxAmbientFeatures, cancellationToken);
    }

    public void CheckFirsts(LabelVerdicts verdicts)
    {
        int[] components = [.. Enumerable.Range(1, _data.Tangents)];
        PairFit[]? fits = _equations is null ? null : [.. _outputs.Select(output => new PairFit(_equations, components, output))];
        bool transposed = fits is not null && AxisOrder.CheckFits(fits, _data, verdicts);
        for (int index = 0; index < _outputs.Length; index++)
        {
            var (estimated, error, predictability) = _localFit?.Estimate(0, _outputs[index]) ?? (null!, null!, 0);
            var evidence = new LabelEvidence
            {
                Components = components,
                Candidates = components,
                Output = _outputs[index],
                Fit = fits?[index],
                Estimated = estimated,
                EstimateError = error,
                Supplied = Supplied(components, _outputs[index]),
                Predictability = predictability,
                Reach = _reach,
            };
            if (transposed)
            {
                verdicts.AddFigures(evidence);
            }
            else
            {
                verdicts.Add(evidence, Slopes(0, 1, components, _outputs[index]));
            }
        }
    }

    public void CheckSeconds(LabelVerdicts firsts, LabelVerdicts verdicts)
    {
        if (firsts.HasDisorder)
        {
            verdicts.AddWhole(
                LabelProblem.Inconclusive, "The second derivatives were not checked, because the first ones do not fit; mend those first.");
            return;
        }

        bool complete = Enumerable.Range(0, _data.Tangents).All(k => Enumerable.Range(0, _data.Tangents).All(l => _data.Second(k, l) >= 0));
        if (_equations is not null && complete)
        {
            CheckByFirsts(firsts, verdicts);
        }
        else
        {
            CheckByDirections(firsts, verdicts);
        }
    }

    /// <summary>Compares second derivatives with differences of first ones, row by row of the Hessian.</summary>
    private void CheckByFirsts(LabelVerdicts firsts, LabelVerdicts verdicts)
    {
        int[] candidates = [.. Enumerable.Range(1 + _data.Tangents, _data.Layout.Seconds.Length)];
        for (int k = 0; k < _data.Tangents; k++)
        {
            int[] components = [.. Enumerable.Range(0, _data.Tangents).Select(l => _data.Second(k, l))];
            var equations = _equations!.OfFirsts(_frames, k, (tangent, output) => firsts.Correction(1 + tangent, output));
            foreach (int output in _outputs)
            {
                if (!_frames.IsFlat && firsts.IsOpen(output))
                {
                    // Between samples so far apart that the first derivatives do not fit, tangents cannot be carried either.
                    verdicts.AddOpen(components, output);
                    continue;
                }

                double[][]? estimated = null;
                double[]? error = null;
                double predictability = 0;
                if (_localFit is not null && _frames.IsFlat)
                {
                    (estimated, error, predictability) = _localFit.Estimate(1 + k, output);
                    double correction = firsts.Correction(1 + k, output);
                    foreach (double[] row in estimated.Append(error))
                    {
                        System.Numerics.Tensors.TensorPrimitives.Multiply(row, row == error ? Math.Abs(correction) : correction, row);
                    }
                }

                var evidence = new LabelEvidence
                {
                    Components = components,
                    Candidates = candidates,
                    Output = output,
                    Fit = new PairFit(equations, components, output),
                    Estimated = estimated,
                    EstimateError = error,
                    Supplied = Supplied(candidates, output),
                    Predictability = predictability,
                    Reach = _reach,
                };
                verdicts.Add(evidence, _frames.IsFlat ? Slopes(1 + k, firsts.Correction(1 + k, output), components, output) : null);
            }
        }
    }

    /// <summary>Runs the slope test on a quantity and its derivatives; null if it is not possible.</summary>
    private (List<LabelDiagnosis.Verdict> Verdicts, SlopeTest.Outcome[] Outcomes)? Slopes(
        int quantity, double factor, int[] components, int output)
    {
        if (!_slopeTest.IsPossible)
        {
            return null;
        }

        double[] column(int c, double scale) => [.. Enumerable.Range(0, _all.Count).Select(s => scale * _all.Target[c, s, output])];
        return SlopeDiagnosis.Diagnose(_slopeTest, column(quantity, factor), [.. components.Select(c => column(c, 1))], components, output);
    }

    /// <summary>Compares second derivatives with a quadratic function fitted to the first ones; straight tangents only.</summary>
    private void CheckByDirections(LabelVerdicts firsts, LabelVerdicts verdicts)
    {
        int[] components = [.. Enumerable.Range(1 + _data.Tangents, _data.Layout.Seconds.Length)];
        bool straight = components.All(c => !_data.Input.Component(c).ContainsAnyExcept(0.0));
        double[] reach = [.. components.Select((_, q) =>
            _reach[_data.Layout.Seconds[q].FirstI - 1] * _reach[_data.Layout.Seconds[q].FirstJ - 1])];
        foreach (int output in _outputs)
        {
            var estimate = straight
                ? DirectionalFit.Estimate(_data, _frames, output, k => firsts.Correction(1 + k, output), _cancellationToken)
                : null;
            verdicts.Add(new LabelEvidence
            {
                Components = components,
                Candidates = components,
                Output = output,
                Estimated = estimate?.Estimated,
                EstimateError = estimate?.Error,
                Supplied = estimate?.Supplied ?? Supplied(components, output),
                Predictability = estimate?.Predictability ?? 0,
                Reach = reach,
            });
        }
    }

    private double[][] Supplied(int[] components, int output)
    {
        int[] samples = _localFit is null ? [.. Enumerable.Range(0, Math.Min(_data.Count, 64))] : [.. _localFit.Centers];
        return [.. components.Select(c => samples.Select(s => _data.Target[c, s, output]).ToArray())];
    }

    /// <summary>Typical difference of neighbors along each tangent.</summary>
    private double[] Reach()
    {
        if (_equations is null)
        {
            return _data.TangentScale;
        }

        double[] squares = new double[_data.Tangents];
        for (int k = 0; k < _equations.FromFactor.Length; k++)
        {
            squares[k % squares.Length] += Math.Pow(_equations.FromFactor[k], 2);
        }

        return [.. squares.Select(Math.Sqrt)];
    }
}
