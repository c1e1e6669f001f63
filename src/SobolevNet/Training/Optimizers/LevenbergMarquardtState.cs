using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>The damping of <see cref="LevenbergMarquardt"/> and its step.</summary>
/// <remarks>
/// <para>
/// With the gradient g and the Gauss–Newton matrix H of the loss, the velocity v solves (H + λD) v = −g, where D is the diagonal of H. It is the first of several parts of the step d.
/// The outputs N are not linear in the parameters; each further part, a correction c, removes the error that this leaves: (H + λD) c = −g − λD d − Σ w (N(θ + d) − N(θ)) ∇N(θ).
/// The first correction is half the geodesic acceleration of M. K. Transtrum and J. P. Sethna, arXiv 1201.5885, and terms of higher order. A correction costs a few passes over the
/// samples, much less than H. With corrections a step follows the curved valley of a loss whose minimum lies far away, where v alone has to be short.
/// </para>
/// <para>
/// A step that does not lower the loss is taken back, and λ grows. After a step that lowers it as expected λ falls, the more, the fewer corrections the step needed.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LevenbergMarquardtState<T> : OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double InitialDamping = 0.1;

    /// <summary>λ below which the damping is lost in the rounding errors of a triangular factor in double.</summary>
    private const double MinDamping = 1e-30;

    /// <summary>λ at which a step is a small part of one down the gradient: where none lowers the loss, rounding is all that is left of it.</summary>
    private const double MaxDamping = 1e8;

    /// <summary>The part of the mean diagonal of H that every element of D has at least, for parameters that the loss hardly depends on.</summary>
    private const double LeastDiagonal = 1e-3;

    private const int MaxCorrections = 10;

    /// <summary>The error of the loss, as a part of its expected fall, at which a step needs no further correction.</summary>
    private const double Tolerance = 0.01;

    /// <summary>The least part by which a correction reduces the error of the loss where corrections converge.</summary>
    private const double Contraction = 0.25;

    private readonly T[] _damping = [T.CreateTruncating(InitialDamping)];
    private readonly T[] _before;
    private readonly T[] _pull;
    private readonly double[] _gradient;
    private readonly double[] _step;
    private readonly double[] _right;
    private readonly double[] _correction;
    private readonly double[] _diagonal;
    private readonly double[] _damped;
    private TriangularFactor? _factor;
    private TriangularFactor? _dampedFactor;

    public LevenbergMarquardtState(int parameters)
    {
        (_before, _pull) = (new T[parameters], new T[parameters]);
        (_gradient, _step, _right, _correction) = (new double[parameters], new double[parameters], new double[parameters], new double[parameters]);
        (_diagonal, _damped) = (new double[parameters], new double[parameters]);
    }

    public override IReadOnlyList<(string Name, T[] Values)> Tensors => [("damping", _damping)];

    public override bool HasConverged => double.CreateTruncating(_damping[0]) > MaxDamping;

    /// <summary>Not possible: a gradient alone does not say what the loss is the sum of.</summary>
    public override void Step(Mlp<T> network, T[] gradient, double factor, long step, WorkerTeam team) =>
        throw new NotSupportedException("Levenberg–Marquardt takes steps of least squares only.");

    /// <summary>Changes the network's parameters so that the loss falls, or not at all where no step lowers it.</summary>
    /// <param name="squares">The loss.</param>
    /// <param name="loss">Its value.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="isLast">Whether the same loss comes again, so that a step that cannot lower it ends the training; else the damping starts anew.</param>
    /// <exception cref="OperationCanceledException">The training was canceled; no parameter has changed.</exception>
    public void Step(LeastSquares<T> squares, double loss, T[] gradient, bool isLast)
    {
        _factor ??= squares.CreateFactor();
        _dampedFactor ??= squares.CreateFactor();
        squares.Factor(_factor);
        _factor.SquaredColumns(_diagonal);
        TensorPrimitives.Max(_diagonal, LeastDiagonal * TensorPrimitives.Average<double>(_diagonal), _diagonal);
        TensorPrimitives.ConvertTruncating<T, double>(gradient, _gradient);
        squares.Network.Parameters.CopyTo(_before);
        double damping = Math.Max(MinDamping, double.CreateTruncating(_damping[0]));
        try
        {
            for (double growth = 2; damping <= MaxDamping; growth *= 2)
            {
                if (TryStep(squares, damping, out double expected, out int corrections))
                {
                    double gain = (loss - squares.Loss()) / expected;
                    if (gain > 0)
                    {
                        _damping[0] = T.CreateTruncating(Math.Max(MinDamping, damping * Change(gain, corrections)));
                        return;
                    }
                }

                _before.CopyTo(squares.Network.Parameters);
                damping *= growth;
            }
        }
        catch
        {
            _before.CopyTo(squares.Network.Parameters);
            throw;
        }

        _damping[0] = T.CreateTruncating(isLast ? damping : InitialDamping);
    }

    /// <summary>The factor of λ after a step.</summary>
    /// <param name="gain">By how much the loss fell, as a part of what was expected.</param>
    /// <param name="corrections">How often the step was corrected.</param>
    private static double Change(double gain, int corrections) => gain switch
    {
        > 0.75 => Math.Min(1, 0.1 * Math.Pow(2, corrections - 1)),
        > 0.25 => 1.0 / 3,
        > 0.1 => 1,
        _ => 2,
    };

    /// <summary>Gives the network, which has the parameters before the step, those after it.</summary>
    /// <param name="squares">The loss.</param>
    /// <param name="damping">λ.</param>
    /// <param name="expected">By how much the loss falls if outputs are linear in the parameters.</param>
    /// <param name="corrections">How often the step was corrected.</param>
    /// <returns>Whether there is a step.</returns>
    private bool TryStep(LeastSquares<T> squares, double damping, out double expected, out int corrections)
    {
        (expected, corrections) = (0, 0);
        TensorPrimitives.Multiply(_diagonal, damping, _damped);
        squares.Damp(_factor!, _damped, _dampedFactor!);
        TensorPrimitives.Negate(_gradient, _step);
        if (!_dampedFactor!.TrySolve(_step))
        {
            return false;
        }

        for (int k = 0; k < _step.Length; k++)
        {
            expected += 0.5 * _step[k] * ((_damped[k] * _step[k]) - _gradient[k]);
        }

        corrections = Correct(squares, Tolerance * expected);
        for (int k = 0; k < _step.Length; k++)
        {
            squares.Network.Parameters[k] = T.CreateTruncating(double.CreateTruncating(_before[k]) + _step[k]);
        }

        return expected > 0;
    }

    /// <summary>Corrects the step as long as that converges.</summary>
    /// <param name="squares">The loss.</param>
    /// <param name="tolerance">The error of the loss that may be left.</param>
    /// <returns>The number of corrections.</returns>
    private int Correct(LeastSquares<T> squares, double tolerance)
    {
        double last = double.PositiveInfinity;
        for (int corrections = 0; corrections < MaxCorrections; corrections++)
        {
            squares.Pull(_step, _pull);
            for (int k = 0; k < _right.Length; k++)
            {
                _right[k] = -_gradient[k] - (_damped[k] * _step[k]) - double.CreateTruncating(_pull[k]);
            }

            _right.CopyTo(_correction, 0);
            _dampedFactor!.TrySolve(_correction);
            double error = 0.5 * TensorPrimitives.Dot<double>(_right, _correction);
            if (!(error < Contraction * last))
            {
                return corrections;
            }

            TensorPrimitives.Add(_step, _correction, _step);
            if (error < tolerance)
            {
                return corrections + 1;
            }

            last = error;
        }

        return MaxCorrections;
    }
}
