using System.Numerics;

namespace SobolevNet;

/// <content>Random directions instead of all tangents: fewer components, the same loss on average.</content>
public static partial class JetSource
{
    /// <summary>
    /// Directional jets: the value, first derivatives along k random directions of tangent space and, for order 2, the second derivative
    /// along each of them. 1 + k or 1 + 2k components instead of 1 + p + p(p+1)/2.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Directions are drawn anew for every sample in every epoch; the source is endless for that, and shows every sample of a finite one
    /// once in an epoch. In units of the tangents' scales (<see cref="IJetSource{T}.TangentScale"/>) they are uniform on the sphere of radius √p, so that
    /// E[vvᵀ] = 1, and orthogonal to each other. Compared with independent normal directions this removes the variance of their lengths and their overlap: with
    /// k = p the first-order error is exact.
    /// </para>
    /// <para>
    /// On average over directions the first-order loss is that of all first derivatives. The second-order loss is that of the
    /// norm (2‖H‖² + (tr H)²)·p/(p + 2), for each output, with H the errors of all second derivatives in units of the
    /// scales and ‖H‖ their Frobenius norm. It vanishes only for H = 0, but its weights differ from those of the full loss; for an unweighted norm see
    /// <see cref="WithHessianVectorProducts"/>. Source: method, section 3.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">Gives all derivatives up to <paramref name="order"/>.</param>
    /// <param name="directions">k, from 1 to the number of tangents p.</param>
    /// <param name="order">1 or 2.</param>
    /// <param name="seed">Names the directions.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">The source lacks derivatives, or changes during training.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The directions or the order are out of range.</exception>
    public static IJetSource<T> AlongRandomDirections<T>(this IJetSource<T> source, int directions, int order, ulong seed = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        int p = CheckTangents(source, order);
        if (directions < 1 || directions > p)
        {
            throw new ArgumentOutOfRangeException(nameof(directions), directions, $"A source of {p} tangents allows 1 to {p} directions.");
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
    /// The tangents are replaced by a basis v₁ … v_p that is orthonormal in units of the tangents' scales
    /// (<see cref="IJetSource{T}.TangentScale"/>). Its first k vectors are uniformly random, drawn anew for every sample in every
    /// epoch (the source is endless for that, and shows every sample of a finite one once in an epoch). Components: the value,
    /// ∂ along every vᵢ, and ∂∂ along (v_d, vⱼ) for d ≤ k, j ≥ d: 1 + p + kp − k(k−1)/2.
    /// </para>
    /// <para>
    /// For k = 1 the first-order loss is exactly that of all first derivatives, for any direction. The second-order loss is on average over
    /// directions that of the Frobenius norm of all second derivatives, which counts both ∂ᵢⱼ and ∂ⱼᵢ (<see cref="SobolevLoss"/>
    /// counts them once where a source has all). For k &gt; 1 a pair of random directions occurs once instead of
    /// twice; the tangents' weights compensate, so that both losses are right on average. Source: method, section 3.
    /// </para>
    /// </remarks>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="source">Gives all derivatives up to order 2.</param>
    /// <param name="directions">k, from 1 to p − 1 (1 for a single tangent).</param>
    /// <param name="seed">Names the directions.</param>
    /// <returns>The source; nothing is copied.</returns>
    /// <exception cref="ArgumentException">The source lacks derivatives, or changes during training.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more directions than that.</exception>
    public static IJetSource<T> WithHessianVectorProducts<T>(this IJetSource<T> source, int directions = 1, ulong seed = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int p = CheckTangents(source, 2);
        int most = Math.Max(1, p - 1);
        if (directions < 1 || directions > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(directions), directions, $"A source of {p} tangents allows 1 to {most} directions; with more, all derivatives cost no more.");
        }

        var seconds = new List<(int, int)>();
        for (int d = 0; d < directions; d++)
        {
            for (int j = d; j < p; j++)
            {
                seconds.Add((d, j));
            }
        }

        // With weight α for random tangents and β for the others, the loss is α²(diagonal + pairs of random ones) + αβ(pairs with
        // others). By symmetry all diagonal elements have one mean, and all others have one: β/α makes their shares 1 : p − 1, as in
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
        AdaptiveSources.Refuse(source, "Take directions or displacements of the clean source.");
        int p = source.Layout.Tangents;
        if (p == 0 || !UpperTriangle.IsFull(source.Layout, order))
        {
            throw new ArgumentException(
                $"The source has {source.Layout}; directions and displacements of order {order} need all derivatives up to that order.", nameof(source));
        }

        TangentScales.Of(source);
        return p;
    }
}
