namespace SobolevNet.LabelChecking;

/// <summary>Checks labels against nothing but the samples themselves; <see cref="LabelCheck"/> describes how.</summary>
internal sealed class SampleCheck
{
    /// <summary>Samples among which neighbors are looked for, at most.</summary>
    private const int MaxNeighborSamples = 2048;

    /// <summary>Input features up to which a function may be fitted in all of them.</summary>
    private const int MaxFittedFeatures = 32;

    /// <summary>Multiplications that the average test may take in one run.</summary>
    private const double MaxWork = 4e9;

    private readonly LabelSamples _all;
    private readonly LabelSamples _data;
    private readonly int[] _outputs;
    private readonly NeighborFrames _frames;
    private readonly bool[] _isStill;
    private readonly SamplePairs? _near;
    private readonly AverageTest _average;
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
        _all = samples.Take((int)Math.Max(64, Math.Min(int.MaxValue, MaxWork / work)));
        _data = _all.Take(MaxNeighborSamples);
        _outputs = outputs;
        _firsts = firsts;
        _seconds = seconds;
        _cancellationToken = cancellationToken;
        int[] moving = [.. Enumerable.Range(0, _data.Input.Features).Where(f => Enumerable.Range(0, _data.Count).Any(s => _data.Input[0, s, f] != 0))];
        _isStill = [.. Enumerable.Range(0, _data.Tangents).Select(
            k => moving.All(f => Enumerable.Range(0, _data.Count).All(s => _data.Input[1 + k, s, f] == 0)))];
        _frames = new NeighborFrames(_data);
        _near = SamplePairs.Nearest(_data, _frames, cancellationToken);
        _average = new AverageTest(_all, _all == _data ? _frames : new NeighborFrames(_all), MaxFittedFeatures, cancellationToken);
    }

    /// <summary>Runs the check.</summary>
    public void Run()
    {
        CheckFirsts();
        if (_data.Layout.Order == 2)
        {
            CheckSeconds();
        }

        CheckStill();
    }

    private void CheckFirsts()
    {
        int[] components = [.. Enumerable.Range(1, _data.Tangents)];
        if (_near is null)
        {
            foreach (int output in _outputs)
            {
                CheckEstimates(_firsts, components, output, 1);
            }

            return;
        }

        double[][][] slopes = [.. _outputs.Select(output => _average.Slopes(Column(0, output)))];
        NearTest[] tests = [.. _outputs.Select((output, index) => new NearTest(_near, _data, Differences(0, output, 1), components, output, slopes[index], _frames.HasFewValues))];
        bool isTransposed = AxisOrder.CheckNear(tests, _data, _firsts);
        for (int index = 0; index < tests.Length; index++)
        {
            if (isTransposed)
            {
                _firsts.Add(components, _outputs[index], [], Figures(tests[index], components, slopes[index]));
            }
            else
            {
                Add(_firsts, tests[index], components, components, Column(0, _outputs[index]), slopes[index]);
            }
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
            if (_near is null || !isComplete)
            {
                CheckEstimates(_seconds, all, output, 2);
                continue;
            }

            // Row by row of the Hessian: differences of one first derivative are explained by second ones.
            for (int k = 0; k < _data.Tangents; k++)
            {
                int[] components = [.. Enumerable.Range(0, _data.Tangents).Select(l => _data.Second(k, l))];
                if (_frames.IsFlat)
                {
                    double[] values = [.. Column(1 + k, output).Select(value => value * Correction(k))];
                    double[][] slopes = _average.Slopes(values);
                    var test = new NearTest(_near, _data, Differences(1 + k, output, Correction(k)), components, output, slopes, _frames.HasFewValues);
                    Add(_seconds, test, components, all, values, slopes);
                }
                else if (_firsts.IsOpen(output))
                {
                    // Between samples so far apart that the first derivatives do not fit, tangents cannot be carried either.
                    _seconds.Add(components, output, [LabelVerdict.Open(output)], null);
                }
                else
                {
                    var (pairs, differences) = CarriedPairs.Of(_data, _frames, _near, k, output, Correction);
                    var test = new NearTest(pairs, _data, differences, components, output, slopes: null, _frames.HasFewValues);
                    _seconds.Add(components, output, test.Diagnose(all), Figures(test, components, null));
                }
            }
        }
    }

    /// <summary>Joins both tests: neighbors where they show a mistake; else all samples; a column passes only if either confirms it.</summary>
    private void Add(LabelVerdicts verdicts, NearTest near, int[] components, int[] candidates, double[] values, double[][] slopes)
    {
        var found = near.Diagnose(candidates);
        bool isOpen = found.Any(verdict => verdict.Problem == LabelProblem.Inconclusive);
        var figures = Figures(near, components, slopes);
        double[][] labels = [.. components.Select(c => Column(c, near.Output))];

        // Neighbors that hardly differ along a tangent tell nothing of its column.
        bool[] isUnseen = [.. components.Select((_, k) => double.IsNaN(near.Scale[k]) && !_isStill[k] && labels[k].Any(label => label != 0))];
        if (_average.IsPossible && (isOpen || found.Count == 0))
        {
            var (wrong, outcomes) = _average.Diagnose(values, labels, slopes, components, near.Output);
            bool isConfirmed = outcomes.All(outcome => outcome.Decision == AverageTest.Decision.Right);
            isUnseen = [.. isUnseen.Zip(outcomes, (unseen, outcome) => unseen && outcome.Decision != AverageTest.Decision.Right)];
            found = wrong.Count > 0 ? wrong : isConfirmed ? [] : found;
            figures = isOpen ? [.. figures.Zip(outcomes, (figure, outcome) => figure with { Scale = outcome.Scale, Uncertainty = 2 * outcome.Error })] : figures;
        }

        found = found.Count == 0 && isUnseen.Contains(true) ? [LabelVerdict.Open(near.Output)] : found;
        verdicts.Add(components, near.Output, found, figures);
    }

    /// <summary>Compares labels with local fits, where samples do not lie along the tangents of others.</summary>
    private void CheckEstimates(LabelVerdicts verdicts, int[] components, int output, int order)
    {
        bool canFit = _data.Input.Features <= MaxFittedFeatures && (order == 1 || components.All(c => !_data.Input.Component(c).ContainsAnyExcept(0.0)));
        var fit = canFit ? LocalFit.Of(_data, _frames, output, order, k => _firsts.Correction(1 + k, output), _cancellationToken) : null;
        if (fit is null)
        {
            verdicts.Add(components, output, [LabelVerdict.Open(output)], null);
            return;
        }

        var evidence = new EstimateTest
        {
            Components = components,
            Output = output,
            Estimated = fit.Estimated,
            EstimateError = fit.Error,
            Supplied = [.. components.Select(c => fit.Centers.Select(s => _data.Target[c, s, output]).ToArray())],
            Predictability = fit.Predictability,
            Reach = [.. components.Select(_ => 1.0)],
        };
        verdicts.Add(components, output, evidence.Diagnose(), evidence.Figures());
    }

    /// <summary>Looks for derivatives by inputs that never change: a problem where labels are not zero, a note where they are.</summary>
    private void CheckStill()
    {
        if (!_data.Input.Component(0).ContainsAnyExcept(0.0))
        {
            _firsts.AddWhole(LabelProblem.Inconclusive, "All samples have the same input, so no derivative could be checked.");
            return;
        }

        for (int k = 0; k < _isStill.Length; k++)
        {
            Add(_firsts, _isStill[k], 1 + k);
        }

        for (int q = 0; q < _data.Layout.Seconds.Length; q++)
        {
            // A mixed derivative can be checked by the first derivative along the tangent that is still.
            var second = _data.Layout.Seconds[q];
            Add(_seconds, _isStill[second.FirstI - 1] && _isStill[second.FirstJ - 1], 1 + _data.Tangents + q);
        }

        void Add(LabelVerdicts verdicts, bool isUnknown, int component)
        {
            int[] wrong = [.. _outputs.Where(o => isUnknown && Enumerable.Range(0, _data.Count).Any(s => _data.Target[component, s, o] != 0))];
            if (wrong.Length > 0)
            {
                verdicts.AddConstant(component, wrong);
            }
            else if (isUnknown)
            {
                verdicts.AddWhole(
                    LabelProblem.Inconclusive,
                    $"{_data.Layout.NameOf(component)} was supplied as zero; the input never changes along it, so it could not be checked.");
            }
        }
    }

    private LabelVerdicts.Figure[] Figures(NearTest test, int[] components, double[][]? slopes) => [.. components.Select((component, k) => new LabelVerdicts.Figure(
        test.Scale[k],
        test.Uncertainty[k],
        slopes is null ? double.NaN : EstimateTest.Cosine(slopes[k], Column(component, test.Output))))];

    private double[] Differences(int component, int output, double factor) => [.. _near!.From.Zip(
        _near.To, (s, t) => factor * (_data.Target[component, t, output] - _data.Target[component, s, output]))];

    private double[] Column(int component, int output) => [.. Enumerable.Range(0, _all.Count).Select(s => _all.Target[component, s, output])];
}
