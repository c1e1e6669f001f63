namespace SobolevNet.LabelChecking;

/// <summary>Checks labels against nothing but the samples themselves; <see cref="LabelCheck"/> describes how.</summary>
internal sealed class SampleCheck
{
    /// <summary>Input features up to which a function may be fitted in all of them.</summary>
    private const int MaxFittedFeatures = 32;

    /// <summary>Multiplications that the test of pairs may take in one run.</summary>
    private const double MaxWork = 4e9;

    private readonly LabelSamples _data;
    private readonly int[] _outputs;
    private readonly NeighborFrames _frames;
    private readonly bool[] _isStill;
    private readonly SmoothModel _model;
    private readonly List<SamplePairs> _levels;
    private readonly PairTest _test;
    private readonly LabelVerdicts _firsts;
    private readonly LabelVerdicts _seconds;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Prepares a check.</summary>
    /// <param name="samples">Normalized samples.</param>
    /// <param name="outputs">The outputs to look at.</param>
    /// <param name="firsts">Receives what is found of first derivatives.</param>
    /// <param name="seconds">Receives what is found of second derivatives.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public SampleCheck(LabelSamples samples, int[] outputs, LabelVerdicts firsts, LabelVerdicts seconds, CancellationToken cancellationToken)
    {
        // Nine pairs a sample in all, and in each of them the products of three directions of every column, twice.
        double p = samples.Tangents;
        double work = outputs.Length * 9 * p * ((18 * p) + 100);
        _data = samples.Take((int)Math.Max(64, Math.Min(int.MaxValue, MaxWork / work)));
        _outputs = outputs;
        _firsts = firsts;
        _seconds = seconds;
        _cancellationToken = cancellationToken;
        int[] moving = [.. Enumerable.Range(0, _data.Input.Features).Where(f => Enumerable.Range(0, _data.Count).Any(s => _data.Input[0, s, f] != 0))];
        _isStill = [.. Enumerable.Range(0, _data.Tangents).Select(
            k => moving.All(f => Enumerable.Range(0, _data.Count).All(s => _data.Input[1 + k, s, f] == 0)))];
        _frames = new NeighborFrames(_data);
        _model = SmoothModel.Best(_data, MaxFittedFeatures);
        _levels = SamplePairs.Levels(_data, _frames, cancellationToken);
        _test = new PairTest(_data, _frames, _model, _levels, cancellationToken);
    }

    /// <summary>Checks all columns.</summary>
    /// <param name="withSeconds">Whether second derivatives are known.</param>
    public void Run(bool withSeconds)
    {
        CheckFirsts();
        if (withSeconds)
        {
            CheckSeconds();
        }

        CheckStill(1, withSeconds ? _data.Layout.Count : 1 + _data.Tangents);
    }

    /// <summary>Checks a column of first derivatives without the labels of others.</summary>
    public void RunColumn(int component)
    {
        foreach (int output in _outputs)
        {
            CheckEstimates(_firsts, [component], output, 1);
        }

        CheckStill(component, component + 1);
    }

    private void CheckFirsts()
    {
        int[] components = [.. Enumerable.Range(1, _data.Tangents)];
        if (!_test.IsPossible)
        {
            foreach (int output in _outputs)
            {
                CheckEstimates(_firsts, components, output, 1);
            }

            return;
        }

        PairTest.Question[] questions = [.. _outputs.Select(output => new PairTest.Question(
            pairs => Differences(pairs, 0, output, 1), _test.Slopes(Column(0, output)), components, output))];
        var found = questions.Select(question => PairDiagnosis.Of(_test, question, components, c => Column(c, question.Output))).ToArray();
        bool isExchanged = _outputs.Length == _data.Outputs && AxisOrder.IsExchanged(_test, questions, [.. found.Select(item => item.Outcomes)], Column);
        if (isExchanged)
        {
            _firsts.AddWhole(LabelProblem.SwappedAxes, AxisOrder.Message);
        }

        foreach (var (question, (verdicts, outcomes)) in questions.Zip(found))
        {
            Add(_firsts, question, isExchanged ? [] : verdicts, outcomes);
        }
    }

    private void CheckSeconds()
    {
        if (_firsts.HasDisorder)
        {
            _seconds.AddWhole(
                LabelProblem.Inconclusive, "The second derivatives were not checked, because the first ones do not fit; mend those first.");
            return;
        }

        int[] all = [.. Enumerable.Range(1 + _data.Tangents, _data.Layout.Seconds.Length)];
        bool isComplete = Enumerable.Range(0, _data.Tangents).All(k => Enumerable.Range(0, _data.Tangents).All(l => _data.Second(k, l) >= 0));
        foreach (int output in _outputs)
        {
            double Correction(int tangent) => _firsts.Correction(1 + tangent, output);
            if (!_test.IsPossible || !isComplete)
            {
                CheckEstimates(_seconds, all, output, 2);
                continue;
            }

            if (!_frames.IsFlat && _firsts.IsOpen(output))
            {
                // Between samples so far apart that the first derivatives do not fit, tangents cannot be carried either.
                _seconds.Add(all, output, all.Select(c => LabelVerdict.Open(c, output, LabelMessages.FirstsOpen)), null);
                continue;
            }

            // Row by row of the Hessian: differences of one first derivative are explained by second ones.
            for (int k = 0; k < _data.Tangents; k++)
            {
                int tangent = k;
                int[] components = [.. Enumerable.Range(0, _data.Tangents).Select(l => _data.Second(k, l))];
                double[][] slopes = _test.Slopes([.. Column(1 + k, output).Select(value => value * Correction(tangent))]);
                var test = _test;
                Func<SamplePairs, double[]> differences = pairs => Differences(pairs, 1 + tangent, output, Correction(tangent));
                if (!_frames.IsFlat)
                {
                    var carried = _levels.Select(near => CarriedPairs.Of(_data, _frames, near, k, output, Correction)).ToList();
                    test = new PairTest(_data, _frames, _model, [.. carried.Select(level => level.Pairs)], _cancellationToken);
                    differences = pairs => carried.First(level => level.Pairs == pairs).Differences;
                }

                var question = new PairTest.Question(differences, slopes, components, output);
                var (verdicts, outcomes) = PairDiagnosis.Of(test, question, all, c => Column(c, output));
                Add(_seconds, question, verdicts, outcomes);
            }
        }
    }

    private void Add(LabelVerdicts verdicts, PairTest.Question question, List<LabelVerdict> found, PairTest.Outcome[] outcomes)
    {
        var components = question.Components;
        var figures = components.Select((component, k) => new LabelVerdicts.Figure(
            outcomes[k].Scale, 2 * outcomes[k].Error, EstimateTest.Cosine(question.Slopes[k], Column(component, question.Output))));
        verdicts.Add(components, question.Output, found.Where(verdict => !IsStill(verdict.Component)), [.. figures]);
    }

    /// <summary>Compares labels with local fits, where samples do not lie along the tangents of others.</summary>
    private void CheckEstimates(LabelVerdicts verdicts, int[] components, int output, int order)
    {
        bool canFit = _data.Input.Features <= MaxFittedFeatures && (order == 1 || components.All(c => !_data.Input.Component(c).ContainsAnyExcept(0.0)));
        var fit = canFit ? LocalFit.Of(_data, _frames, output, order, k => _firsts.Correction(1 + k, output), _cancellationToken) : null;
        if (fit is null)
        {
            verdicts.Add(components, output, components.Where(c => !IsStill(c)).Select(c => LabelVerdict.Open(c, output, LabelMessages.TooFew)), null);
            return;
        }

        var evidence = new EstimateTest
        {
            Components = components,
            Output = output,
            Estimated = order == 1 ? [.. components.Select(c => fit.Estimated[c - 1])] : fit.Estimated,
            EstimateError = order == 1 ? [.. components.Select(c => fit.Error[c - 1])] : fit.Error,
            Supplied = [.. components.Select(c => fit.Centers.Select(s => _data.Target[c, s, output]).ToArray())],
            Predictability = fit.Predictability,
            Reach = [.. components.Select(_ => 1.0)],
        };
        verdicts.Add(components, output, evidence.Diagnose(), evidence.Figures());
    }

    /// <summary>Looks for derivatives by inputs that never change: a problem where labels are not zero, a note where they are.</summary>
    private void CheckStill(int first, int end)
    {
        if (!_data.Input.Component(0).ContainsAnyExcept(0.0))
        {
            _firsts.AddWhole(LabelProblem.Inconclusive, "All samples have the same input, so no derivative could be checked.");
            return;
        }

        foreach (int component in Enumerable.Range(first, end - first).Where(IsStill))
        {
            var verdicts = component <= _data.Tangents ? _firsts : _seconds;
            int[] wrong = [.. _outputs.Where(o => Enumerable.Range(0, _data.Count).Any(s => _data.Target[component, s, o] != 0))];
            if (wrong.Length > 0)
            {
                verdicts.AddConstant(component, wrong);
            }
            else
            {
                verdicts.AddWhole(
                    LabelProblem.Inconclusive,
                    $"{_data.Layout.NameOf(component)} was supplied as zero; the input never changes along it, so it could not be checked.");
            }
        }
    }

    /// <summary>Whether the input never changes along a component's tangents. A mixed derivative can be checked by the first derivative along the tangent that is still.</summary>
    private bool IsStill(int component)
    {
        if (component <= _data.Tangents)
        {
            return _isStill[component - 1];
        }

        var second = _data.Layout.Seconds[component - 1 - _data.Tangents];
        return _isStill[second.FirstI - 1] && _isStill[second.FirstJ - 1];
    }

    private double[] Differences(SamplePairs pairs, int component, int output, double factor) => [.. pairs.From.Zip(
        pairs.To, (s, t) => factor * (_data.Target[component, t, output] - _data.Target[component, s, output]))];

    private double[] Column(int component, int output) => [.. Enumerable.Range(0, _data.Count).Select(s => _data.Target[component, s, output])];
}
