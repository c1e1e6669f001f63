namespace SobolevNet.Robustness;

/// <summary>Writes a direction of any length but 0; see <see cref="DirectionSampler.Create"/>.</summary>
/// <param name="random">Where the random numbers come from; advanced.</param>
/// <param name="direction">Receives n elements.</param>
public delegate void DirectionDraw(ref RandomStream random, Span<double> direction);

/// <summary>Draws random directions of unit length in input space.</summary>
/// <remarks>
/// A direction is named by a seed, a sample and an index: the same three give the same direction, on any thread. Within its
/// subspace a direction of the kinds made here is uniformly distributed. Thread-safe.
/// </remarks>
public abstract class DirectionSampler
{
    /// <summary>Attempts to draw a direction that is neither zero nor in the wrong subspace.</summary>
    private protected const int Attempts = 16;

    /// <summary>The most rows and columns of an image.</summary>
    private const int MaxSide = 4096;

    private protected DirectionSampler(int features, int dimensions, bool needsTangents = false, bool needsNetwork = false)
    {
        Features = features;
        Dimensions = dimensions;
        NeedsTangents = needsTangents;
        NeedsNetwork = needsNetwork;
    }

    /// <summary>n, elements of a direction.</summary>
    public int Features { get; }

    /// <summary>The dimension of the subspace that directions are drawn from.</summary>
    public int Dimensions { get; }

    /// <summary>Whether the subspace depends on the clean input, so that its tangents are needed.</summary>
    internal bool NeedsTangents { get; }

    /// <summary>Whether directions depend on the network in training.</summary>
    internal bool NeedsNetwork { get; }

    /// <summary>Directions uniform on the unit sphere of input space.</summary>
    /// <param name="features">n, at least 1.</param>
    /// <returns>The sampler.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The features are below 1.</exception>
    public static DirectionSampler White(int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        return new DrawnSampler(features, features, NormalNoise.Fill);
    }

    /// <summary>Images whose energy lies in a band of spatial frequencies.</summary>
    /// <param name="rows">Rows of the images, 1 to 4,096.</param>
    /// <param name="columns">Columns, 1 to 4,096.</param>
    /// <param name="band">The frequencies.</param>
    /// <returns>The sampler, of rows · columns features.</returns>
    /// <exception cref="ArgumentException">No cosine mode of such images is in the band.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rows or columns are out of range.</exception>
    public static DirectionSampler Band(int rows, int columns, FrequencyBand band) => Band(rows, columns, band, nameof(band));

    /// <summary>A band, with the name of the argument that it comes from for errors.</summary>
    internal static DirectionSampler Band(int rows, int columns, FrequencyBand band, string name)
    {
        ArgumentNullException.ThrowIfNull(band, name);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaxSide);
        return new BandSampler(rows, columns, band, name);
    }

    /// <summary>Directions in the tangent space of the manifold at the clean input, uniform on its unit sphere.</summary>
    /// <param name="features">n, at least p.</param>
    /// <param name="degreesOfFreedom">p, at least 1.</param>
    /// <returns>The sampler, which needs tangents.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static DirectionSampler AlongManifold(int features, int degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degreesOfFreedom, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, degreesOfFreedom);
        return new TangentSampler(features, degreesOfFreedom);
    }

    /// <summary>Directions of another sampler without their part along the manifold, rescaled to unit length.</summary>
    /// <param name="inner">The other sampler: white, or a band (whose results are slightly outside of it).</param>
    /// <param name="degreesOfFreedom">p, at least 1 and below the inner sampler's dimension.</param>
    /// <returns>The sampler, which needs tangents.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are out of range.</exception>
    /// <exception cref="ArgumentException">The inner sampler depends on the network.</exception>
    public static DirectionSampler OrthogonalToManifold(DirectionSampler inner, int degreesOfFreedom)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner.NeedsNetwork)
        {
            throw new ArgumentException("Directions that depend on the network cannot be drawn for another sampler.", nameof(inner));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(degreesOfFreedom, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(degreesOfFreedom, inner.Dimensions);
        return new OrthogonalSampler(inner, degreesOfFreedom);
    }

    /// <summary>
    /// Directions along which the network in training is very wrong: (∂N − ∂O)ᵀu, or ∂Nᵀu for <see cref="DirectionTarget.Zero"/>, with u a
    /// random vector of outputs, or the worst combination of several.
    /// </summary>
    /// <remarks>
    /// Only the m-dimensional row space of ∂N − ∂O matters, and a random direction of n features has only m/n of its energy there. These directions lie in it,
    /// closer to the largest singular vector than random ones. So training learns from one of them as much as from about n/m random ones. Each costs a pass of
    /// one row forward through the network and of <paramref name="sketch"/> rows back. Method, section 9: first-order vulnerability is the largest
    /// singular value of ∂N − ∂O.
    /// </remarks>
    /// <param name="inputFeatures">n, at least 1.</param>
    /// <param name="outputFeatures">m, at least 1.</param>
    /// <param name="sketch">How many random vectors u is the worst combination of, 1 to m; with m it is the singular vector itself.</param>
    /// <returns>The sampler, which needs the network: only a source of <see cref="RobustTraining.Robust"/> in training draws from it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static DirectionSampler Steepest(int inputFeatures, int outputFeatures, int sketch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sketch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sketch, outputFeatures);
        return new SteepestSampler(inputFeatures, outputFeatures, sketch);
    }

    /// <summary>Directions of your own.</summary>
    /// <param name="features">n, at least 1.</param>
    /// <param name="dimensions">The dimension of the subspace they are drawn from, 1 to n; the default weight depends on it.</param>
    /// <param name="draw">Writes a direction, which is then scaled to unit length. Called from several threads at once.</param>
    /// <returns>The sampler.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static DirectionSampler Create(int features, int dimensions, DirectionDraw draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, features);
        return new DrawnSampler(features, dimensions, draw);
    }

    /// <summary>Draws a direction at a clean input.</summary>
    /// <param name="seed">Names the family.</param>
    /// <param name="sample">Names the sample.</param>
    /// <param name="index">Names the direction of that sample.</param>
    /// <param name="direction">Receives a vector of unit length, n elements.</param>
    /// <param name="frame">The tangents there, for samplers that need them.</param>
    /// <exception cref="ArgumentException">The length does not fit, or tangents are needed and missing or of another number.</exception>
    /// <exception cref="InvalidOperationException">The sampler needs a network, or what it draws has no part in its subspace.</exception>
    internal void Draw(ulong seed, long sample, int index, Span<double> direction, TangentFrame? frame = null)
    {
        if (direction.Length != Features)
        {
            throw new ArgumentException($"The direction has {direction.Length} elements; the sampler draws {Features}.", nameof(direction));
        }

        var random = StreamOf(seed, sample, index);
        DrawUnit(ref random, frame, direction);
    }

    /// <summary>The random numbers of one direction.</summary>
    internal static RandomStream StreamOf(ulong seed, long sample, int index) =>
        RandomStream.For(StreamPurpose.InputDirections, seed, (ulong)sample, (ulong)index);

    /// <summary>Draws from a stream; the result has unit length.</summary>
    internal abstract void DrawUnit(ref RandomStream random, TangentFrame? frame, Span<double> direction);
}
