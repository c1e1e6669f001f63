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

    /// <summary>A factor for <see cref="Factor"/>.</summary>
    public TriangularFactor CreateFactor() => new(network.Architecture.ParameterCount, team);

    /// <summary>Computes the triangular factor of the Gauss–Newton matrix H.</summary>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public void Factor(TriangularFactor factor) => _gaussNewton.Run(_samples, _first, _count, _weights, factor, _cancellation);

    /// <summary>Computes the triangular factor of H + diag(damping).</summary>
    /// <param name="factor">That of H.</param>
    /// <param name="damping">The diagonal.</param>
    /// <param name="damped">Receives the factor.</param>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public void Damp(TriangularFactor factor, ReadOnlySpan<double> damping, TriangularFactor damped)
    {
        damped.CopyFrom(factor);
        damped.AddDiagonal(damping, _cancellation);
    }

    /// <summary>Computes Σ w (N(θ + d) − N(θ)) ∇N(θ), see <see cref="PullbackPass{T}"/>.</summary>
    /// <param name="move">d.</param>
    /// <param name="pull">Receives the sum.</param>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public void Pull(ReadOnlySpan<double> move, T[] pull) => _pullback.Run(_samples, _first, _count, _weights, move, pull, _cancellation);
}
