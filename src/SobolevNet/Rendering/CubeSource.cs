using System.Numerics;

namespace SobolevNet.Rendering;

/// <summary>Images of randomly posed cubes and the positions of some of their vertices, in single precision.</summary>
/// <remarks>See <see cref="CubeSource{T}"/>.</remarks>
/// <param name="renderer">Draws the cubes.</param>
/// <param name="order">Highest order of derivatives: 0, 1 or 2.</param>
/// <param name="count">Samples of an epoch, at least 1.</param>
/// <param name="seed">Names the set of poses.</param>
/// <param name="isEndless">Whether every epoch has fresh poses.</param>
/// <param name="range">The range of poses; the paper's if left out.</param>
/// <param name="vertices">The vertices whose positions are the target; 3, 5 and 6 if left out.</param>
/// <exception cref="ArgumentOutOfRangeException">The order or the count is out of range.</exception>
/// <exception cref="ArgumentException">A vertex does not exist, or cubes in the range reach the camera.</exception>
public sealed class CubeSource(
    CubeRenderer renderer,
    int order,
    int count,
    ulong seed,
    bool isEndless = false,
    PoseRange? range = null,
    IReadOnlyList<int>? vertices = null)
    : CubeSource<float>(renderer, order, count, seed, isEndless, range, vertices);

/// <summary>Images of randomly posed cubes and the positions of some of their vertices, with derivatives.</summary>
/// <remarks>
/// <para>
/// Input: the image, rows·columns features. Target: x, y and z of each chosen vertex. Tangents: tx ty tz rx ry rz.
/// The pose of sample k depends on the seed and k alone, so that the first samples of a larger source are those of a
/// smaller one.
/// </para>
/// <para>
/// Images are rendered when they are asked for, on the caller's thread: a source needs no memory, and an endless one gives
/// fresh images for ever.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public class CubeSource<T> : IJetSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _vertices;

    /// <summary>Makes a source.</summary>
    /// <param name="renderer">Draws the cubes.</param>
    /// <param name="order">Highest order of derivatives: 0, 1 or 2.</param>
    /// <param name="count">Samples of an epoch, at least 1.</param>
    /// <param name="seed">Names the set of poses.</param>
    /// <param name="isEndless">Whether every epoch has fresh poses.</param>
    /// <param name="range">The range of poses; the paper's if left out.</param>
    /// <param name="vertices">The vertices whose positions are the target; 3, 5 and 6 if left out.</param>
    /// <exception cref="ArgumentNullException">The renderer is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order or the count is out of range.</exception>
    /// <exception cref="ArgumentException">A vertex does not exist, or cubes in the range reach the camera.</exception>
    public CubeSource(
        CubeRenderer renderer,
        int order,
        int count,
        ulong seed,
        bool isEndless = false,
        PoseRange? range = null,
        IReadOnlyList<int>? vertices = null)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        Layout = JetLayout.Full(Pose.DegreesOfFreedom, order);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Range = range ?? PoseRange.Default;
        double reach = Range.MaximalTranslation + (Math.Sqrt(3) * renderer.Options.HalfEdge);
        if (!(reach < renderer.Options.CameraDistance))
        {
            throw new ArgumentException(
                $"Cubes moved by {Range.MaximalTranslation} reach z = {reach}, at or behind the camera at " +
                $"z = {renderer.Options.CameraDistance}.",
                nameof(range));
        }

        _vertices = vertices is null ? [3, 5, 6] : [.. vertices];
        if (_vertices.Length == 0)
        {
            throw new ArgumentException("At least one vertex is needed as a target.", nameof(vertices));
        }

        CubeRenderer.CheckVertices(_vertices, nameof(vertices));
        Renderer = renderer;
        Count = count;
        Seed = seed;
        IsEndless = isEndless;
    }

    /// <summary>Draws the cubes.</summary>
    public CubeRenderer Renderer { get; }

    /// <summary>The range of poses.</summary>
    public PoseRange Range { get; }

    /// <summary>Names the set of poses.</summary>
    public ulong Seed { get; }

    /// <summary>The vertices whose positions are the target.</summary>
    public ReadOnlySpan<int> TargetVertices => _vertices;

    /// <inheritdoc/>
    public JetLayout Layout { get; }

    /// <inheritdoc/>
    public int InputFeatures => Renderer.Pixels;

    /// <inheritdoc/>
    public int OutputFeatures => 3 * _vertices.Length;

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public bool IsEndless { get; }

    /// <summary>2: an image is not linear in the pose.</summary>
    public int InputOrder => 2;

    /// <summary>True: inputs are pixels.</summary>
    public bool InputsShareUnit => true;

    /// <summary>The standard deviation of a coordinate of the pose over the range (1 where the range is a point).</summary>
    /// <param name="tangent">0 to 2 for translations, 3 to 5 for rotations.</param>
    /// <returns>Units of space, or radians.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such tangent.</exception>
    public double TangentScale(int tangent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tangent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tangent, Pose.DegreesOfFreedom);

        // A coordinate uniform in ±b has the standard deviation b/√3; a component of a unit vector, 1/√3.
        double scale = (tangent < 3 ? Range.MaximalTranslation : Range.AngleDeviation) / Math.Sqrt(3);
        return scale > 0 ? scale : 1;
    }

    /// <summary>Other samples of the same kind, for validation: a finite source with another seed.</summary>
    /// <param name="count">Number of samples, at least 1.</param>
    /// <param name="seed">Another seed than this source's.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The seed is this source's own, so the samples would be the same.</exception>
    public CubeSource<T> Fresh(int count, ulong seed)
    {
        if (seed == Seed)
        {
            throw new ArgumentException($"The seed {seed} is this source's own; fresh samples need another.", nameof(seed));
        }

        return new CubeSource<T>(Renderer, Layout.Order, count, seed, isEndless: false, Range, _vertices);
    }

    /// <summary>The pose of a sample.</summary>
    /// <param name="sample">The sample's number, at least 0.</param>
    /// <returns>The pose; it depends on the seed and the number alone.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, or the source is finite and has fewer samples.</exception>
    public Pose PoseOf(long sample)
    {
        if (sample < 0 || (!IsEndless && sample >= Count))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sample), sample, IsEndless ? "Samples are numbered from 0." : $"The source has samples 0 to {Count - 1}.");
        }

        var stream = RandomStream.For(StreamPurpose.Points, Seed, (ulong)sample);
        return Pose.Draw(ref stream, Range);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A shape, layout or sample number does not fit.</exception>
    public void Fill(ReadOnlySpan<long> samples, JetSpan<T> input, JetSpan<T> target)
    {
        FillArguments.Check(this, samples, input, target);
        for (int k = 0; k < samples.Length; k++)
        {
            Renderer.Render(PoseOf(samples[k]), input.Slice(k, 1), _vertices, target.Slice(k, 1));
        }
    }
}
