using System.Numerics;
using System.Numerics.Tensors;

namespace SobolevNet;

/// <summary>The damping of <see cref="LevenbergMarquardt"/> and its step.</summary>
/// <remarks>
/// <para>
/// With the gradient g and the Gauss–Newton matrix H of the loss, the velocity v solves (H + λD) v = −g, where D is the diagonal of H. The step is v + a/2: the
/// acceleration a solves (H + λD) a = −Σ w N_vv ∇N, where N_vv is the second derivative of the network's outputs along v. It follows the curved valley of a loss whose
/// minimum lies far away, where v alone has to be short. An acceleration longer than <see cref="MaxAcceleration"/> is left out, since the second order does not describe
/// such a step. Source: M. K. Transtrum and J. P. Sethna, arXiv 1201.5885.
/// </para>
/// <para>A step that does not lower the loss is taken back, and λ grows; after a step that lowers it as expected λ falls.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LevenbergMarquardtState<T> : OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double InitialDamping = 0.1;
    private const double MinDamping = 1e-16;

    /// <summary>λ at which a step is a small part of one down the gradient: where none lowers the loss, rounding is all that is left of it.</summary>
    private const double MaxDamping = 1e8;

    /// <summary>The part of the mean diagonal of H that every element of D has at least, for parameters that the loss hardly depends on.</summary>
    private const double LeastDiagonal = 1e-3;

    /// <summary>The part of v at which N_vv is measured by a difference.</summary>
    private const double PartOfVelocity = 0.1;

    /// <summary>The largest 2|a|/|v|.</summary>
    private const double MaxAcceleration = 0.75;

    private readonly T[] _damping = [T.CreateTruncating(InitialDamping)];
    private readonly T[] _before;
    private readonly T[] _pull;
    private readonly double[] _gradient;
    private readonly double[] _velocity;
    private readonly double[] _acceleration;
    private readonly double[] _diagonal;
    private readonly double[] _damped;
    private double[] _matrix = [];
    private DampedSolver? _solver;

    public LevenbergMarquardtState(int parameters)
    {
        (_before, _pull) = (new T[parameters], new T[parameters]);
        (_gradient, _velocity, _acceleration) = (new double[parameters], new double[parameters], new double[parameters]);
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
        int size = gradient.Length;
        if (_solver is null)
        {
            (_solver, _matrix) = (new DampedSolver(size, squares.Team), new double[size * size]);
        }

        squares.Curvature(_matrix);
        TakeDiagonal();
        TensorPrimitives.ConvertTruncating<T, double>(gradient, _gradient);
        squares.Network.Parameters.CopyTo(_before);
        double damping = Math.Max(MinDamping, double.CreateTruncating(_damping[0]));
        try
        {
            for (double growth = 2; damping <= MaxDamping; growth *= 2)
            {
                if (TryStep(squares, damping, out double expected))
                {
                    double gain = (loss - squares.Loss()) / expected;
                    if (gain > 0)
                    {
                        _damping[0] = T.CreateTruncating(Math.Max(MinDamping, damping * (gain > 0.25 ? 1.0 / 3 : gain > 0.1 ? 1 : 2)));
                        return;
                    }
                }

                damping *= growth;
            }
        }
        catch
        {
            _before.CopyTo(squares.Network.Parameters);
            throw;
        }

        _before.CopyTo(squares.Network.Parameters);
        _damping[0] = T.CreateTruncating(isLast ? damping : InitialDamping);
    }

    private void TakeDiagonal()
    {
        int size = _diagonal.Length;
        for (int k = 0; k < size; k++)
        {
            _diagonal[k] = _matrix[(k * size) + k];
        }

        double least = LeastDiagonal * TensorPrimitives.Sum<double>(_diagonal) / size;
        TensorPrimitives.Max(_diagonal, least, _diagonal);
    }

    /// <summary>Gives the network the parameters of a step.</summary>
    /// <param name="squares">The loss.</param>
    /// <param name="damping">λ.</param>
    /// <param name="expected">By how much the loss falls if outputs are linear in the parameters.</param>
    /// <returns>Whether there is a step: not where rounding makes H + λD indefinite.</returns>
    private bool TryStep(LeastSquares<T> squares, double damping, out double expected)
    {
        expected = 0;
        TensorPrimitives.Multiply(_diagonal, damping, _damped);
        if (!squares.TryFactor(_solver!, _matrix, _damped))
        {
            return false;
        }

        TensorPrimitives.Negate(_gradient, _velocity);
        _solver!.Solve(_velocity);
        double length = 0;
        for (int k = 0; k < _velocity.Length; k++)
        {
            length += _diagonal[k] * _velocity[k] * _velocity[k];
            expected -= 0.5 * _gradient[k] * _velocity[k];
        }

        expected += 0.5 * damping * length;
        _before.CopyTo(squares.Network.Parameters);
        double longest = Accelerate(squares);
        bool isAccelerated = 2 * Math.Sqrt(longest / length) <= MaxAcceleration;
        for (int k = 0; k < _velocity.Length; k++)
        {
            double change = isAccelerated ? _velocity[k] + (0.5 * _acceleration[k]) : _velocity[k];
            squares.Network.Parameters[k] = T.CreateTruncating(double.CreateTruncating(_before[k]) + change);
        }

        return expected > 0;
    }

    /// <summary>Computes a; the network has the parameters before the step.</summary>
    /// <returns>aᵀD a.</returns>
    private double Accelerate(LeastSquares<T> squares)
    {
        // Σ w N_vv ∇N = 2/h (Σ w (N(θ + h v) − N(θ)) ∇N / h − H v), and H v = −g − λ D v.
        squares.Pull(_velocity, PartOfVelocity, _pull);
        for (int k = 0; k < _acceleration.Length; k++)
        {
            double linear = -_gradient[k] - (_damped[k] * _velocity[k]);
            _acceleration[k] = 2 / PartOfVelocity * (linear - (double.CreateTruncating(_pull[k]) / PartOfVelocity));
        }

        _solver!.Solve(_acceleration);
        double length = 0;
        for (int k = 0; k < _acceleration.Length; k++)
        {
            length += _diagonal[k] * _acceleration[k] * _acceleration[k];
        }

        return length;
    }
}
