using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// The search for the worst perturbation of one clean input: conditional gradient ascent from several starts at once, with the
/// exact oracle in the loop. One thread at a time.
/// </summary>
/// <remarks>
/// <para>
/// A step goes from ε toward the perturbation s that is worst for the linearized objective, ρ∇/‖∇‖ in L2 and ρ·sign ∇ in L∞: all
/// the way first (which for a linear network and oracle is power iteration for the largest singular value), half as far where that
/// gains nothing. Only gains are accepted, so the result is never worse than any start.
/// </para>
/// <para>
/// The gradient of the oracle at the perturbed input is exact: ∂O = Y M⁻¹Jᵀ at the nearest clean point, M = A + Σₖ(C − I)ₖ∂²Cₖ.
/// </para>
/// </remarks>
internal sealed class AttackSearch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Most starts at a time: those of the first order and of a smaller size, and the random ones.</summary>
    public const int MaxPaths = 56;

    private const double SmallestStep = 1.0 / 64;

    private readonly CleanInput<T> _clean;
    private readonly List<AttackPath> _paths = [];
    private readonly AttackPath[] _active = new AttackPath[MaxPaths];
    private readonly AttackBall<T> _ball;
    private readonly double[] _input;
    private readonly double[] _direction;
    private readonly double[] _left;
    private readonly double[] _change;
    private AttackOptions _options = new();
    private double _radius;
    private int _count;
    private int _failures;
    private int _evaluations;

    public AttackSearch(CleanInput<T> clean)
    {
        _clean = clean;
        _ball = new AttackBall<T>(clean);
        _input = new double[clean.Inputs];
        _direction = new double[clean.Inputs];
        _left = new double[clean.Outputs];
        _change = new double[clean.Outputs];
    }

    /// <summary>Searches at the clean input that has been begun.</summary>
    /// <param name="radius">ρ, at least 0.</param>
    /// <param name="options">How.</param>
    /// <param name="sample">Names the random starts.</param>
    /// <param name="smaller">What a smaller size gave; may be null.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public AttackResult Run(double radius, AttackOptions options, long sample, AttackResult? smaller, CancellationToken cancellationToken)
    {
        (_radius, _options, _count, _failures, _evaluations) = (radius, options, 0, 0, 0);
        _ball.Begin(radius, options);
        _clean.Linearize(options.Objective);
        _clean.FirstOrder.LargestSingular(_left, _direction);
        double bound = radius * _clean.FirstOrder.Gain(options.Norm);
        if (radius == 0)
        {
            return Result(null, 0);
        }

        AddStart(AttackStart.FirstOrder, _direction, 1);
        AddStart(AttackStart.FirstOrder, _direction, -1);
        if (options.Objective == AttackObjective.Universal)
        {
            // Small perturbations of a network that is wrong at the clean input make most of the error that is there.
            _direction.AsSpan().Clear();
            for (int o = 0; o < _clean.Outputs; o++)
            {
                TensorPrimitives.MultiplyAdd(_clean.FirstOrder.Row(o), _clean.Error[o], _direction, _direction);
            }

            AddStart(AttackStart.CleanError, _direction, 1);
        }

        if (smaller is { Value: > 0, Radius: > 0 })
        {
            AddStart(AttackStart.SmallerSize, smaller.Perturbation, 1);
        }

        for (int k = 0; k < options.RandomStarts; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var random = RandomStream.For(StreamPurpose.AttackStarts, options.Seed, (ulong)sample, (ulong)k);
            NormalNoise.Fill(ref random, _direction);
            AddStart(AttackStart.RandomDirection, _direction, 1);
        }

        Ascend(cancellationToken);
        return Result(Best(guidedOnly: false), bound);
    }

    /// <summary>The ascent that led furthest; null if none led anywhere.</summary>
    private AttackPath? Best(bool guidedOnly)
    {
        AttackPath? best = null;
        for (int k = 0; k < _count; k++)
        {
            var path = _paths[k];
            if (path.Value > 0 && !(guidedOnly && path.Start == AttackStart.RandomDirection) && (best is null || path.Value > best.Value))
            {
                best = path;
            }
        }

        return best;
    }

    /// <summary>Adds an ascent that begins in a direction, if that is one.</summary>
    private void AddStart(AttackStart start, ReadOnlySpan<double> direction, double sign)
    {
        if (_count == _paths.Count)
        {
            _paths.Add(new AttackPath(_clean.Inputs, _clean.Outputs));
        }

        var path = _paths[_count];
        TensorPrimitives.Multiply(direction, sign, path.Trial);
        if (_options.Norm == PerturbationNorm.LInfinity && start != AttackStart.SmallerSize)
        {
            _ball.WriteWorst(path.Trial, path.Trial);
        }

        if (_ball.TryShape(path.Trial, toBorder: true))
        {
            path.Begin(start);
            _count++;
        }
    }

    private void Ascend(CancellationToken cancellationToken)
    {
        for (int step = 0; step <= _options.Steps; step++)
        {
            int active = 0;
            for (int k = 0; k < _count; k++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!_paths[k].IsDone && (step == 0 || TryPropose(_paths[k])))
                {
                    _active[active++] = _paths[k];
                }
            }

            if (active == 0)
            {
                return;
            }

            Evaluate(_active.AsSpan(0, active), cancellationToken);
            for (int k = 0; k < active; k++)
            {
                Judge(_active[k]);
            }
        }
    }

    /// <summary>Takes a trial that gains, or shortens the step.</summary>
    private void Judge(AttackPath path)
    {
        bool isFirst = double.IsNaN(path.Value);
        if (isFirst)
        {
            path.IsDone = double.IsNaN(path.TrialValue);
        }
        else if (path.TrialValue > path.Value)
        {
            path.IsDone = path.TrialValue - path.Value < _options.Tolerance * path.TrialValue;
            path.Step = Math.Min(1, 2 * path.Step);
        }
        else
        {
            path.Step /= 2;
            path.IsDone = path.Step < SmallestStep;
            return;
        }

        if (!double.IsNaN(path.TrialValue))
        {
            path.Accept();
        }
    }

    /// <summary>Writes the next trial of a path; false if its gradient shows no way up.</summary>
    private bool TryPropose(AttackPath path)
    {
        path.Gradient.CopyTo(_direction, 0);
        _ball.Constrain(_direction);
        double length = VectorLength.Of<double>(_direction);
        if (!(length > 0) || !double.IsFinite(length))
        {
            path.IsDone = true;
            return false;
        }

        _ball.WriteWorst(_direction, path.Trial);
        for (int f = 0; f < path.Trial.Length; f++)
        {
            path.Trial[f] = path.Perturbation[f] + (path.Step * (path.Trial[f] - path.Perturbation[f]));
        }

        bool shaped = _ball.TryShape(path.Trial, toBorder: _options.Norm == PerturbationNorm.L2);
        path.IsDone |= !shaped;
        return shaped;
    }

    /// <summary>The objective and its gradient at the trials of some paths.</summary>
    private void Evaluate(ReadOnlySpan<AttackPath> paths, CancellationToken cancellationToken)
    {
        int outputs = _clean.Outputs;
        var rows = _clean.Forward(paths);
        _evaluations += paths.Length;
        for (int k = 0; k < paths.Length; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = paths[k];
            var row = rows.Slice(k * outputs, outputs);
            TensorPrimitives.ConvertTruncating<T, double>(row, path.TrialNetworkOutput);
            row.Clear();
            path.TrialGradient.AsSpan().Clear();
            path.TrialValue = double.NaN;
            TensorPrimitives.Add<double>(_clean.Input, path.Trial, _input);
            if (_clean.Search.Run(_input, cancellationToken) != OracleStatus.Converged)
            {
                _failures++;
                continue;
            }

            _clean.Search.Output.CopyTo(path.TrialOracleOutput);
            double value = Objective(path, _change);
            path.TrialValue = double.IsFinite(value) ? value : double.NaN;
            if (!(path.TrialValue > 0))
            {
                continue;
            }

            VectorLength.TryNormalize<double>(_change);
            if (_options.Objective != AttackObjective.Invariance)
            {
                TensorPrimitives.ConvertTruncating<double, T>(_change, row);
            }

            if (_options.Objective != AttackObjective.Sensitivity)
            {
                double sign = _options.Objective == AttackObjective.Invariance ? 1 : -1;
                _clean.Search.AddPullBack(_change, sign, path.TrialGradient);
            }
        }

        if (_options.Objective != AttackObjective.Invariance)
        {
            _clean.PullBack(paths);
        }
    }

    /// <summary>The objective at a path's trial, NaN if the trial is not allowed; the vector whose length it is.</summary>
    private double Objective(AttackPath path, Span<double> vector)
    {
        switch (_options.Objective)
        {
            case AttackObjective.Sensitivity:
                TensorPrimitives.Subtract<double>(path.TrialNetworkOutput, _clean.NetworkOutput, vector);
                break;
            case AttackObjective.Invariance:
                TensorPrimitives.Subtract(path.TrialOracleOutput, _clean.Target, vector);
                double moved = VectorLength.Of<double>(vector);
                double stayed = VectorLength.Between(path.TrialNetworkOutput, _clean.NetworkOutput, _left);
                return stayed <= _options.StayTolerance * moved ? moved : double.NaN;
            default:
                TensorPrimitives.Subtract<double>(path.TrialNetworkOutput, path.TrialOracleOutput, vector);
                if (_options.Objective == AttackObjective.UniversalGrowth)
                {
                    TensorPrimitives.Subtract(vector, _clean.Error, vector);
                }

                break;
        }

        return VectorLength.Of<double>(vector);
    }

    private AttackResult Result(AttackPath? best, double bound)
    {
        bool universal = _options.Objective == AttackObjective.Universal;
        double cleanError = VectorLength.Of<double>(_clean.Error);
        double[] network = (best?.NetworkOutput ?? _clean.NetworkOutput).AsSpan().ToArray();
        double[] oracle = best?.OracleOutput.AsSpan().ToArray() ?? _clean.Target.ToArray();
        TensorPrimitives.Subtract<double>(network, oracle, _change);
        TensorPrimitives.Subtract(_change, _clean.Error, _change);
        double value = best?.Value ?? (_count > 0 && _failures == _evaluations && _radius > 0 ? double.NaN : universal ? cleanError : 0);
        double growth = universal ? VectorLength.Of<double>(_change) : value;

        double networkChange = VectorLength.Between(network, _clean.NetworkOutput, _left);

        // A random start wins only where it led clearly further: the same maximum reached twice is not news.
        var start = best?.Start ?? AttackStart.None;
        if (start == AttackStart.RandomDirection && Best(guidedOnly: true) is { } guided && guided.Value >= 0.99 * value)
        {
            start = guided.Start;
        }
        return new AttackResult
        {
            Objective = _options.Objective,
            Radius = _radius,
            Value = value,
            Perturbation = best?.Perturbation.AsSpan().ToArray() ?? new double[_clean.Inputs],
            NetworkOutput = network,
            OracleOutput = oracle,
            CleanError = cleanError,
            NetworkChange = networkChange,
            OracleChange = VectorLength.Between(oracle, _clean.Target, _left),
            Growth = growth,
            FirstOrderBound = bound,
            GradientLooksMasked = _options.Objective != AttackObjective.Invariance && growth > _options.MaskingFactor * bound
                && networkChange > _options.MaskingFactor * _radius * _clean.NetworkJacobian.Gain(_options.Norm)
                && networkChange > 1e-6 * VectorLength.Of(_clean.Target),
            Start = start,
            OracleFailures = _failures,
            Evaluations = _evaluations,
        };
    }
}
