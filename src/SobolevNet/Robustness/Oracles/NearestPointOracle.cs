namespace SobolevNet.Robustness;

/// <summary>
/// The oracle of a manifold: the right answer to an input that may lie off the manifold is the target at the nearest clean
/// input, O(I) = y(r*), r* = argmin ‖C(r) − I‖.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Project"/> is exact: a damped Newton search in double that starts from the clean point and reports how it ended.
/// <see cref="Expand"/> gives the first- and second-order Taylor forms at a clean point, which training uses. Both agree to
/// O(s²) and O(s³) for perturbations of size s. Source: method, section 6.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class NearestPointOracle
{
    private readonly NearestPointOptions _options;
    private readonly ScratchPool<NearestPointSearch> _searches = new();

    /// <summary>Makes the oracle of a manifold.</summary>
    /// <param name="manifold">The manifold.</param>
    /// <param name="options">How to search; the defaults if null.</param>
    /// <exception cref="ArgumentException">The manifold contradicts itself.</exception>
    public NearestPointOracle(IDataManifold manifold, NearestPointOptions? options = null)
    {
        DataManifold.CheckManifold(manifold, nameof(manifold));
        Manifold = manifold;
        _options = options ?? new NearestPointOptions();
    }

    /// <summary>The manifold.</summary>
    public IDataManifold Manifold { get; }

    /// <summary>The exact oracle for an input.</summary>
    /// <param name="start">The clean point that the input was perturbed from; the search stays in its basin.</param>
    /// <param name="input">I, n elements.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The nearest point, its target and how the search ended; a failure is reported there, not thrown.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or a number is not finite.</exception>
    /// <exception cref="InvalidOperationException">The manifold gives NaN or infinity at the start.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public OracleResult Project(ReadOnlySpan<double> start, ReadOnlySpan<double> input, CancellationToken cancellationToken = default)
    {
        DataManifold.CheckPoint(Manifold, start, nameof(start));
        DataManifold.CheckVector(input, Manifold.InputFeatures, "input", nameof(input));
        var search = _searches.TryTake() ?? new NearestPointSearch(Manifold, _options);
        search.Begin(start);
        var result = search.Result(search.Run(input, cancellationToken));
        _searches.Return(search);
        return result;
    }

    /// <summary>The Taylor forms of the oracle at a clean point.</summary>
    /// <param name="point">The clean point.</param>
    /// <param name="order">1, or 2 for second and mixed derivatives too.</param>
    /// <returns>The expansion.</returns>
    /// <exception cref="ArgumentException">The point has another length, or a number is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order is not 1 or 2.</exception>
    /// <exception cref="DegenerateTangentsException">The tangents are dependent there, to <see cref="NearestPointOptions.MaxConditionNumber"/>.</exception>
    public OracleExpansion Expand(ReadOnlySpan<double> point, int order)
    {
        DataManifold.CheckPoint(Manifold, point, nameof(point));
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        var frame = new TangentFrame(Manifold.DegreesOfFreedom, Manifold.InputFeatures, Manifold.OutputFeatures, order);
        Manifold.Evaluate<double>(point, frame.Input, frame.Target);
        return new OracleExpansion(frame, _options.MaxConditionNumber);
    }
}
