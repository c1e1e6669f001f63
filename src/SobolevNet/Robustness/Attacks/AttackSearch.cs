using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// The search for the worst perturbation of one clean input: conditional gradient ascent from several starts at once, with the
/// exact oracle. One thread at a time.
/// </summary>
/// <remarks>
/// A step goes from ε toward the perturbation s that is worst for the linearized objective, ρ∇/‖∇‖ in L2 and ρ·sign ∇ in L∞. The first step goes all
/// the way (for a linear network and oracle this is power iteration for the largest singular value); a step without gain is halved. Only gains
/// are accepted, so the result is never worse than any start.
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
    private readonly AttackEvaluation<T> _evaluation;
    private readonly double[] _direction;
    private readonly double[] _left;
    private readonly double[] _change;
    private AttackOptions _options = new();
    private double _radius;
    private int _count;

    public AttackSearch(CleanInput<T> clean)
    {
        _clean = clean;
        _ball = new AttackBall<T>(clean);
        _evaluation = new AttackEvaluation<T>(clean);
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
        (_radius, _options, _count) = (radius, options, 0);
        _ball.Begin(radius, options);
        _evaluation.Begin(options);
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
            // Where the network is wrong at the clean input, small perturbations mostly change that error.
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

            _evaluation.Evaluate(_active.AsSpan(0, active), cancellationToken);
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

    private AttackResult Result(AttackPath? best, double bound)
    {
        bool universal = _options.Objective == AttackObjective.Universal;
        double cleanError = VectorLength.Of<double>(_clean.Error);
        double[] network = (best?.NetworkOutput ?? _clean.NetworkOutput).AsSpan().ToArray();
        double[] oracle = best?.OracleOutput.AsSpan().ToArray() ?? _clean.Target.ToArray();
        TensorPrimitives.Subtract<double>(network, oracle, _change);
        TensorPrimitives.Subtract(_change, _clean.Error, _change);
        double value = best?.Value ?? (_count > 0 && _evaluation.Failures == _evaluation.Evaluations && _radius > 0 ? double.NaN : universal ? cleanError : 0);
        double growth = universal ? VectorLength.Of<double>(_change) : value;

        double networkChange = VectorLength.Between(network, _clean.NetworkOutput, _left);

        // A random start counts only where it led clearly further than the others: several starts often reach the same maximum.
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
            OracleFailures = _evaluation.Failures,
            Evaluations = _evaluation.Evaluations,
        };
    }
}
