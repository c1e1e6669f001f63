using System.Numerics;

namespace SobolevNet;

/// <content>Random directions in the place of all tangents: fewer components, the same loss on average.</content>
public static partial class JetSource
{
    /// <summary>
    /// Directional jets: the value, first derivatives along k random directions of tangent space and, for order 2, the second derivative
    /// along each of them. 1 + k or 1 + 2k components instead of 1 + p + p(p+1)/2.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Directions are drawn anew for every sample in every epoch; the source is endless for that, and shows every sample of a finite one
    /// once in an epoch. They are uniform on the sphere of radius √p, the ranges of the tangents
    /// (<see cref="IJetSource{T}.TangentScale"/>) being the units, so that E[vvᵀ] = 1 there, and orthogonal to each other. Against normal
    /// directions that takes away the variance of their length, and the repetition of what another direction has shown already: with
    /// k = p the first-order error is exact.
    /// </para>
    /// <para>
    /// On average over directions the first-order loss is that of all first derivatives. The second-order loss is that of the
    /// norm (2‖H‖² + (tr H)²)·p/(p + 2), for each output, with H the errors of all second derivatives in the units of the
    /// ranges and ‖H‖ their Frobenius norm. It vanishes for H = 0 alone, but weighs errors otherwise than the full loss; for an unweighted norm see
    /// <see cref="WithHessianVectorProducts"/>. Source: method, section 3.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">Gives all derivatives up to <paramref name="order"/>.</param>
    /// <param name="directions">k, from 1 to the number of tangents p.</param>
    /// <param name="order">1 or 2.</param>
    /// <param name="seed">Names the directions.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">The source lacks derivatives, or changes while training goes on.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The directions or the order are out of range.</exception>
    public static IJetSource<T> AlongRandomDirections<T>(this IJetSource<T> source, int directions, int order, ulong seed = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        int p = CheckTangents(source, order);
        if (directions < 1 || directions > p)
        {
            throw new ArgumentOutOfRangeException(nameof(directions), directions, $"Of {p} tangents 1 to {p} directions can be made.");
        }

        // The mean over directions, not their sum: the weight of each is 1/k.
        double[] scales = new double[directions];
        Array.Fill(scales, 1 / Math.Sqrt(directions));
        return new DirectionalJetSource<T>(source, JetLayout.Directional(directions).Truncate(order), directions, Math.Sqrt(p), scales, seed);
    }

    /// <summary>
    /// Jets with all first derivatives and k rows of the second ones: products of the Hessian with random directions. 1 + 2p components for
    /// k = 1 instead of 1 + p + p(p+1)/2: 13 instead of 28 for p = 6.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The tangents are turned to an orthonormal basis v₁ … v_p, the ranges of the source's tangents
    /// (<see cref="IJetSource{T}.TangentScale"/>) being the units, of which the first k are uniformly random, drawn anew for every sample in every
    /// epoch (the source is endless for that, and shows every sample of a finite one once in an epoch). Components: the value,
    /// ∂ along every vᵢ, and ∂∂ along (v_d, vⱼ) for d ≤ k, j ≥ d: 1 + p + kp − k(k−1)/2.
    /// </para>
    /// <para>
    /// For k = 1 the first-order loss is exactly that of all first derivatives, whatever the direction. The second-order loss is on average over
    /// directions that of the Frobenius norm of all second derivatives, ∂ᵢⱼ and ∂ⱼᵢ both counted (<see cref="SobolevLoss"/>
    /// counts them once where a source has all). For k &gt; 1 pairs of random directions are held once instead of
    /// twice; the tangents' weights make up for that, so that both losses are right on average. Source: method, section 3.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">Gives all derivatives up to order 2.</param>
    /// <param name="directions">k, from 1 to p − 1 (1 for a single tangent).</param>
    /// <param name="seed">Names the directions.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">The source lacks derivatives, or changes while training goes on.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more directions than that.</exception>
    public static IJetSource<T> WithHessianVectorProducts<T>(this IJetSource<T> source, int directions = 1, ulong seed = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int p = CheckTangents(source, 2);
        int most = Math.Max(1, p - 1);
        if (directions < 1 || directions > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(directions), directions, $"Of {p} tangents 1 to {most} directions can be multiplied with; more are all derivatives.");
        }

        var seconds = new List<(int, int)>();
        for (int d = 0; d < directions; d++)
        {
            for (int j = d; j < p; j++)
            {
                seconds.Add((d, j));
            }
        }

        // With weight α for random tangents and β for the others, the loss sees α²(diagonal + pairs of random ones) + αβ(pairs with
        // others). By symmetry all diagonal elements are alike on average, and all others: β/α makes their shares 1 : p − 1, as in
        // the Frobenius norm, and α keeps the sum of first-order weights at p. For k = 1 both are 1.
        double random = p / (p + ((directions - 1) / 2.0));
        double other = directions == p ? random : random * (p - 1 - ((directions - 1) / 2.0)) / (p - directions);
        double[] scales = new double[p];
        for (int i = 0; i < p; i++)
        {
            scales[i] = Math.Sqrt(i < directions ? random : other);
        }

        var layout = JetLayout.Create(p, Enumerable.Range(0, p), seconds);
        return new DirectionalJetSource<T>(source, layout, directions, 1, scales, seed);
    }

    /// <summary>Refuses sources that do not have every derivative of an order.</summary>
    /// <returns>The number of tangents.</returns>
    private static int CheckTangents<T>(IJetSource<T> source, int order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SourceArgument.Check(source);
        AdaptiveSources.Refuse(source, "Make it of the clean source.");
        int p = source.Layout.Tangents;
        if (p == 0 || !UpperTriangle.IsFull(source.Layout, order))
        {
            throw new ArgumentException(
                $"The source has {source.Layout}; directions and displacements of order {order} need all derivatives up to that order.", nameof(source));
        }

        foreach (double range in TangentScales.Of(source))
        {
            if (!double.IsFinite(range) || range <= 0)
            {
                throw new ArgumentException($"The source's range of a tangent is {range}; it must be finite and above 0.", nameof(source));
            }
        }

        return p;
    }
}
