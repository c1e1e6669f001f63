using System.Numerics;

namespace SobolevNet;

/// <content>Labels at places between the samples, by Taylor's expansion: second derivatives at the price of first ones.</content>
public static partial class JetSource
{
    /// <summary>
    /// Jets at random places near the samples, found from the second derivatives of inputs and targets: what second derivatives say is learned from values
    /// and first derivatives there, with 1 or 1 + p components instead of 1 + p + p(p+1)/2.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Every sample is moved along its tangents by a displacement u that is drawn anew in every epoch (the source is endless for that, and
    /// shows every sample of a finite one once in an epoch): x(u) = x + Σᵢ uᵢ∂ᵢx + ½ Σᵢⱼ uᵢuⱼ∂ᵢⱼx, the same for the target, and
    /// ∂ᵢx(u) = ∂ᵢx + Σⱼ uⱼ∂ᵢⱼx. Its elements are normal, with deviations of <paramref name="radius"/> times the reach of the tangent: the length
    /// √(mean |∂ᵢx|² / mean |∂ᵢᵢx|²) at which curvature adds half of what the slope does, measured on at most 1,024 samples, of inputs or of targets, whichever is
    /// less; no more than the tangent's range (<see cref="IJetSource{T}.TangentScale"/>).
    /// </para>
    /// <para>
    /// While a network trains, displacements shrink linearly to nothing, since the expansion is exact only at the samples. So the training
    /// error is high until late. Before training, and when it has ended, samples are where they are.
    /// </para>
    /// <para>
    /// On average over u the loss of values, N(x(u)) against y(u), is for small radii that of all derivatives, the first ones weighed by the square of the
    /// deviations and the second ones by their fourth power; for larger ones it looks at the network where it will be asked, between the samples, rather than at its
    /// curvature in a point, which a small error that varies fast spoils.
    /// </para>
    /// </remarks>
    /// <example>
    /// <code>
    /// // x, y, dydx, d2ydx2: points, prices, Greeks and gammas
    /// var labels = JetData.FromJacobian(x, y, dydx, d2ydx2).Displaced(order: 1);
    /// new SobolevTrainer&lt;double&gt;(network).Fit(labels);
    /// </code>
    /// </example>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">Gives all derivatives up to order 2.</param>
    /// <param name="order">0 or 1: the derivatives trained at the new places.</param>
    /// <param name="radius">In units of the tangents' reach, above 0.</param>
    /// <param name="seed">Names the displacements.</param>
    /// <param name="cancellationToken">Stops the measurement of the reach.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">The source lacks derivatives, changes while training goes on, or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order or the radius is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IJetSource<T> Displaced<T>(
        this IJetSource<T> source, int order, double radius = 0.25, ulong seed = 0, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 1);
        if (!(radius > 0 && double.IsFinite(radius)))
        {
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius is finite and above 0.");
        }

        CheckTangents(source, 2);
        return new DisplacedJetSource<T>(source, order, [.. TangentReach.Measure(source, cancellationToken).Select(reach => radius * reach)], seed);
    }
}
