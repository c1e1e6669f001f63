using System.Numerics;

namespace SobolevNet;

/// <content>Labels at places between the samples, by Taylor's expansion: second derivatives at the price of first ones.</content>
public static partial class JetSource
{
    /// <summary>
    /// Jets at random places near the samples, expanded from the second derivatives of inputs and targets. The network learns the second derivatives
    /// from values and slopes at these places, with 1 or 1 + p components instead of 1 + p + p(p+1)/2.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Every sample is moved along its tangents by a displacement u that is drawn anew in every epoch (the source is endless for that, and
    /// shows every sample of a finite one once in an epoch): x(u) = x + Σᵢ uᵢ∂ᵢx + ½ Σᵢⱼ uᵢuⱼ∂ᵢⱼx, the same for the target, and
    /// ∂ᵢx(u) = ∂ᵢx + Σⱼ uⱼ∂ᵢⱼx. Its elements are normal, with deviations of <paramref name="radius"/> times the tangent's curvature length:
    /// √(mean |∂ᵢx|² / mean |∂ᵢᵢx|²), where the second-order term is half of the first-order term. It is measured on at most 1,024 samples, the smaller of
    /// those of inputs and of targets, and is at most the tangent's scale (<see cref="IJetSource{T}.TangentScale"/>).
    /// </para>
    /// <para>
    /// During training, displacements shrink linearly to zero, because the expansion is exact only at the samples. So the training
    /// error is high until late. Before and after training, samples are where they are.
    /// </para>
    /// <para>
    /// For small radii the mean over u of the loss of values, N(x(u)) against y(u), is the loss of all derivatives: the first ones weighted by the square of the
    /// deviations, the second ones by their fourth power. With larger radii the network is fitted between the samples instead of through pointwise second
    /// derivatives, which small high-frequency errors dominate.
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
    /// <param name="radius">The deviation of displacements in curvature lengths, above 0.</param>
    /// <param name="seed">Names the displacements.</param>
    /// <param name="cancellationToken">Stops the measurement of curvature lengths.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">The source lacks derivatives, changes during training, or is not finite.</exception>
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
        return new DisplacedJetSource<T>(source, order, [.. CurvatureLengths.Measure(source, cancellationToken).Select(length => radius * length)], seed);
    }
}
