using System.Numerics;

namespace SobolevNet;

/// <summary>The Sobolev loss of a mini-batch as a sum of squares, at the parameters that its network has when asked.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LeastSquares<T>(
    Mlp<T> network, IJetSource<T> source, int order, SobolevLoss loss, int batch, TrainingPass<T> pass, WorkerTeam team)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GaussNewtonPass<T> _gaussNewton = new(network, source, order, loss, team);
    private readonly PullbackPass<T> _pullback = new(network, source, order, loss, batch, team);
    private readonly double[] _losses = new double[3];
    private readonly double[] _weights = new double[3];
    private long[] _samples = [];
    private int _first;
    private int _count;
    private CancellationToken _cancellation;

    /// <summary>The network.</summary>
    public Mlp<T> Network => network;

    /// <summary>Does the work.</summary>
    public WorkerTeam Team => team;

    /// <summary>Chooses a mini-batch and the weights λₖ of the orders.</summary>
    public void Begin(long[] samples, int first, int count, ReadOnlySpan<double> weights, CancellationToken cancellationToken)
    {
        (_samples, _first, _count, _cancellation) = (samples, first, count, cancellationToken);
        weights.CopyTo(_weights);
    }

    /// <summary>Σₖ λₖ Eₖ.</summary>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public double Loss()
    {
        _cancellation.ThrowIfCancellationRequested();
        pass.Measure(_samples, _first, _count, _losses);
        return Weighted(_losses);
    }

    /// <summary>Σₖ λₖ Eₖ of given Eₖ.</summary>
    public double Weighted(ReadOnlySpan<double> losses)
    {
        double sum = 0;
        for (int k = 0; k <= order; k++)
        {
            sum += _weights[k] == 0 ? 0 : _weights[k] * losses[k];
        }

        return sum;
    }

    /// <summary>Computes the upper triangle of the Gauss–Newton matrix H.</summary>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public void Curvature(double[] matrix) => _gaussNewton.Run(_samples, _first, _count, _weights, matrix, _cancellation);

    /// <summary>Computes Σ w (N(θ + h v) − N(θ)) ∇N(θ), see <see cref="PullbackPass{T}"/>.</summary>
    /// <param name="velocity">v.</param>
    /// <param name="part">h.</param>
    /// <param name="pull">Receives the sum.</param>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public void Pull(ReadOnlySpan<double> velocity, double part, T[] pull) =>
        _pullback.Run(_samples, _first, _count, _weights, velocity, part, pull, _cancellation);

    /// <summary>Decomposes H + diag(damping).</summary>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public bool TryFactor(DampedSolver solver, double[] matrix, ReadOnlySpan<double> damping) => solver.TryFactor(matrix, damping, _cancellation);
}
