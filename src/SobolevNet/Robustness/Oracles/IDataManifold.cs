using System.Numerics;

namespace SobolevNet.Robustness;

/// <summary>
/// A task whose clean inputs form a smooth manifold: p degrees of freedom r, clean inputs C(r) and targets y(r) with their
/// derivatives. This is what an oracle needs to give the right answer to a perturbed input.
/// </summary>
/// <remarks>
/// <para>
/// A point of the manifold is <see cref="PointLength"/> numbers whose meaning is the manifold's own: flat coordinates, or
/// for instance a rotation that no flat coordinates cover smoothly. Derivatives are taken in a local chart at the point,
/// r ∈ Rᵖ with r = 0 at the point itself, and <see cref="Retract"/> is that chart: C(Retract(point, r)) as a function of r has
/// the first and second derivatives at r = 0 that <see cref="Evaluate"/> gives.
/// </para>
/// <para>Implementations are thread-safe, give the same bits for the same point, and should not allocate.</para>
/// <para>
/// <see cref="CubeManifold"/> is one, <see cref="DataManifold.Create"/> makes others from a delegate, and
/// <see cref="DataManifold.DrawJets"/> makes training data of any.
/// </para>
/// </remarks>
public interface IDataManifold
{
    /// <summary>p, the number of degrees of freedom, at least 1.</summary>
    int DegreesOfFreedom { get; }

    /// <summary>How many numbers a point is.</summary>
    int PointLength { get; }

    /// <summary>n, features of an input; at least p.</summary>
    int InputFeatures { get; }

    /// <summary>m, features of a target.</summary>
    int OutputFeatures { get; }

    /// <summary>
    /// Whether all inputs are measured in one unit, as pixels are; see <see cref="IJetSource{T}.InputsShareUnit"/>. True by default, because
    /// oracles and attacks measure distances between inputs.
    /// </summary>
    bool InputsShareUnit => true;

    /// <summary>The typical size ℓᵢ of a degree of freedom, in the units that derivatives are taken by; see <see cref="IJetSource{T}.TangentScale"/>.</summary>
    /// <param name="tangent">0 to p − 1.</param>
    /// <returns>A positive number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tangent does not exist.</exception>
    double TangentScale(int tangent) => 1;

    /// <summary>Draws a point at random.</summary>
    /// <param name="random">Where the random numbers come from; advanced.</param>
    /// <param name="point">Receives <see cref="PointLength"/> numbers.</param>
    /// <exception cref="ArgumentException">The point has another length.</exception>
    void Draw(ref RandomStream random, Span<double> point);

    /// <summary>The clean input and the target at a point, with their derivatives.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="point">The point.</param>
    /// <param name="input">Receives shape (components, 1, n); the layout is full, of p tangents and order 0, 1 or 2.</param>
    /// <param name="target">Receives shape (components, 1, m), same layout.</param>
    /// <exception cref="ArgumentException">The point is not one of the manifold, or a view does not fit.</exception>
    void Evaluate<T>(ReadOnlySpan<double> point, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The point at coordinates r of the local chart at another point.</summary>
    /// <param name="point">The point that the chart belongs to.</param>
    /// <param name="delta">r, p numbers.</param>
    /// <param name="result">Receives <see cref="PointLength"/> numbers; may be the same memory as <paramref name="point"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    void Retract(ReadOnlySpan<double> point, ReadOnlySpan<double> delta, Span<double> result);

    /// <summary>Whether the manifold is defined at a point; a search for the nearest point does not leave this domain.</summary>
    /// <param name="point">A point that <see cref="Retract"/> gave.</param>
    /// <returns>True by default.</returns>
    /// <exception cref="ArgumentException">The point has another length.</exception>
    bool Contains(ReadOnlySpan<double> point) => true;
}
