using System.Numerics.Tensors;

namespace SobolevNet.Robustness;

/// <summary>
/// Levenberg–Marquardt's search for the nearest point of a manifold, with reused memory: f(r) = ½‖C(r) − I‖² is reduced
/// by steps −(M + μD²)⁻¹∇f, D² = diag A, M = A = JᵀJ or with second derivatives M = A + Σₖ(C − I)ₖ∂²Cₖ.
/// </summary>
/// <remarks>
/// <para>
/// The start is the point that the input was perturbed from, so the result is the minimum in whose basin that point lies, and
/// depends on nothing but the point and the input. The first step is the first-order Taylor form.
/// </para>
/// <para>One thread at a time.</para>
/// </remarks>
internal sealed class NearestPointSearch
{
    private const double MachineEpsilon = 1.0 / (1L << 52);

    private readonly IDataManifold _manifold;
    private readonly NearestPointOptions _options;
    private readonly int _p;
    private readonly double[] _point;
    private readonly double[] _trialPoint;
    private readonly double[] _residual;
    private readonly double[] _trialResidual;
    private readonly double[] _gradient;
    private readonly double[] _step;
    private readonly double[] _normal;
    private readonly double[] _factor;
    private readonly TangentFrame _start;
    private readonly double[] _startPoint;
    private TangentFrame _current;
    private TangentFrame _trial;
    private TangentFrame _frame;

    public NearestPointSearch(IDataManifold manifold, NearestPointOptions options)
    {
        (_manifold, _options, _p) = (manifold, options, manifold.DegreesOfFreedom);
        int order = options.UseSecondDerivatives ? 2 : 1;
        _start = new TangentFrame(_p, manifold.InputFeatures, manifold.OutputFeatures, order);
        _current = new TangentFrame(_p, manifold.InputFeatures, manifold.OutputFeatures, order);
        _trial = new TangentFrame(_p, manifold.InputFeatures, manifold.OutputFeatures, order);
        _frame = _start;
        _startPoint = new double[manifold.PointLength];
        _point = new double[manifold.PointLength];
        _trialPoint = new double[manifold.PointLength];
        _residual = new double[manifold.InputFeatures];
        _trialResidual = new double[manifold.InputFeatures];
        _gradient = new double[_p];
        _step = new double[_p];
        _normal = new double[_p * _p];
        _factor = new double[_p * _p];
    }

    /// <summary>The tangents at the start.</summary>
    public TangentFrame Start => _start;

    /// <summary>y at the point reached, m numbers.</summary>
    public ReadOnlySpan<double> Output => _frame.Target.Row(0, 0);

    /// <summary>‖C − I‖ at the point reached.</summary>
    public double Residual { get; private set; }

    /// <summary>Steps tried.</summary>
    public int Iterations { get; private set; }

    /// <summary>See <see cref="TangentFrame.ConditionNumber"/>, at the point reached.</summary>
    public double ConditionNumber => _frame.ConditionNumber;

    /// <summary>Sets the point that searches start from; its jets are computed once for all of them.</summary>
    /// <exception cref="InvalidOperationException">The manifold gives a number that is not finite there.</exception>
    public void Begin(ReadOnlySpan<double> point)
    {
        point.CopyTo(_startPoint);
        Evaluate(_startPoint, _start);
        if (!TensorPrimitives.IsFiniteAll<double>(_start.Input.Data) || !TensorPrimitives.IsFiniteAll<double>(_start.Target.Data))
        {
            throw new InvalidOperationException("The manifold's jets at the start are not all finite.");
        }
    }

    /// <summary>Searches from the start.</summary>
    /// <param name="input">I, n elements.</param>
    /// <param name="cancellationToken">Stops before the next evaluation of the manifold.</param>
    public OracleStatus Run(ReadOnlySpan<double> input, CancellationToken cancellationToken = default)
    {
        _startPoint.CopyTo(_point, 0);
        _frame = _start;
        TensorPrimitives.Subtract(_frame.Input.Row(0, 0), input, _residual);
        Residual = VectorLength.Of<double>(_residual);
        double size = Math.Max(VectorLength.Of(input), VectorLength.Of<double>(_frame.Input.Row(0, 0)));
        double damping = 0;
        for (Iterations = 0; Iterations < _options.MaxIterations;)
        {
            _frame.PullBack(_residual, _gradient);
            if (!FormNormal())
            {
                return OracleStatus.RankDeficient;
            }

            bool accepted = false;
            while (!accepted && Iterations < _options.MaxIterations)
            {
                if (!TryStep(damping, out bool shortened))
                {
                    damping = Raise(damping);
                    Iterations++;
                    continue;
                }

                double move = Math.Sqrt(Quadratic(_frame.Gram));
                if (!shortened && move <= _options.Tolerance * size
                    && (damping <= 1e-3 || !ScaledCholesky.TryFactor(_normal, _frame.Lengths, 0, _factor)))
                {
                    return Final();
                }

                Iterations++;
                double expected = -Dot(_gradient, _step) - (0.5 * Quadratic(_normal));
                cancellationToken.ThrowIfCancellationRequested();
                if (!TryTrial(input, out double distance))
                {
                    damping = Raise(damping);
                }
                else
                {
                    // Near the minimum the distance decreases by less than its rounding; such steps are accepted.
                    double fall = 0.5 * (Residual - distance) * (Residual + distance);
                    // C − I is rounded by the size of C, which may be far larger than the distance.
                    double rounded = 16 * MachineEpsilon * size;
                    double rounding = (1e-14 * Residual * Residual) + (rounded * (Residual + rounded));
                    double ratio = expected > 0 ? fall / expected : 1;
                    accepted = fall > -rounding;
                    damping = !accepted || ratio < 0.25 && fall > rounding ? Raise(damping) : ratio > 0.75 ? Lower(damping) : damping;
                    if (accepted)
                    {
                        Accept(distance);
                    }
                }

                if (damping > 1e8)
                {
                    return !_frame.IsIndependent(_options.MaxConditionNumber) ? OracleStatus.RankDeficient : OracleStatus.Stalled;
                }
            }
        }

        return !_frame.IsIndependent(_options.MaxConditionNumber) ? OracleStatus.RankDeficient : OracleStatus.IterationLimit;
    }

    /// <summary>
    /// After a run that converged: the factored Hessian of the distance, through which the derivative of the oracle at the input
    /// itself is dO = Y M⁻¹ Jᵀ dI, takes an adjoint of the output back to the input.
    /// </summary>
    /// <param name="adjoint">w, m elements.</param>
    /// <param name="factor">Multiplies what is added.</param>
    /// <param name="inputAdjoint">J M⁻¹ Yᵀ w is added to it, n elements.</param>
    public void AddPullBack(ReadOnlySpan<double> adjoint, double factor, Span<double> inputAdjoint)
    {
        Span<double> right = _p <= 64 ? stackalloc double[_p] : new double[_p];
        _frame.PullBackTarget(adjoint, right);
        ScaledCholesky.Solve(_factor, _frame.Lengths, right);
        _frame.AddPush(right, factor, inputAdjoint);
    }

    /// <summary>The result of a run, copied.</summary>
    public OracleResult Result(OracleStatus status) => new()
    {
        Status = status,
        Point = _point.AsSpan().ToArray(),
        Output = Output.ToArray(),
        Residual = Residual,
        Iterations = Iterations,
        ConditionNumber = ConditionNumber,
    };

    private static double Raise(double damping) => Math.Max(1e-3, 8 * damping);

    private static double Lower(double damping) => damping < 1e-5 ? 0 : damping / 8;

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => TensorPrimitives.Dot(a, b);

    private void Evaluate(ReadOnlySpan<double> point, TangentFrame frame)
    {
        _manifold.Evaluate<double>(point, frame.Input, frame.Target);
        frame.Prepare();
    }

    /// <summary>M at the current point; false where no tangent is left to step along.</summary>
    private bool FormNormal()
    {
        if (_options.UseSecondDerivatives)
        {
            _frame.NormalWithCurvature(_residual, _normal);
        }
        else
        {
            _frame.Gram.CopyTo(_normal);
        }

        return _frame.Gram.ContainsAnyExcept(0.0);
    }

    /// <summary>The step for a damping, cut to the longest allowed; false if M + μD² is not positive definite.</summary>
    private bool TryStep(double damping, out bool shortened)
    {
        shortened = false;
        if (!ScaledCholesky.TryFactor(_normal, _frame.Lengths, damping, _factor))
        {
            return false;
        }

        double longest = 0;
        TensorPrimitives.Negate(_gradient, _step);
        ScaledCholesky.Solve(_factor, _frame.Lengths, _step);
        for (int i = 0; i < _p; i++)
        {
            longest = Math.Max(longest, Math.Abs(_step[i]) / _manifold.TangentScale(i));
        }

        if (!double.IsFinite(longest))
        {
            return false;
        }

        if (longest > _options.MaxStep)
        {
            shortened = true;
            TensorPrimitives.Multiply(_step, _options.MaxStep / longest, _step);
        }

        return true;
    }

    private bool TryTrial(ReadOnlySpan<double> input, out double distance)
    {
        distance = double.NaN;
        _manifold.Retract(_point, _step, _trialPoint);
        if (!_manifold.Contains(_trialPoint))
        {
            return false;
        }

        Evaluate(_trialPoint, _trial);
        TensorPrimitives.Subtract(_trial.Input.Row(0, 0), input, _trialResidual);
        distance = VectorLength.Of<double>(_trialResidual);
        return double.IsFinite(distance) && TensorPrimitives.IsFiniteAll(_trial.Tangents);
    }

    private void Accept(double distance)
    {
        (_current, _trial) = (_trial, _current);
        _frame = _current;
        _trialPoint.CopyTo(_point, 0);
        _trialResidual.CopyTo(_residual, 0);
        Residual = distance;
    }

    /// <summary>Classifies the stationary point reached, and factors M without damping.</summary>
    private OracleStatus Final() =>
        !_frame.IsIndependent(_options.MaxConditionNumber) ? OracleStatus.RankDeficient
        : ScaledCholesky.TryFactor(_normal, _frame.Lengths, 0, _factor) ? OracleStatus.Converged
        : OracleStatus.NotAMinimum;

    /// <summary>δᵀ M δ of the step.</summary>
    private double Quadratic(ReadOnlySpan<double> matrix)
    {
        double sum = 0;
        for (int i = 0; i < _p; i++)
        {
            sum += _step[i] * Dot(matrix.Slice(i * _p, _p), _step);
        }

        return Math.Max(sum, 0);
    }
}
