using System.Numerics;
using SobolevNet.Rendering;

namespace SobolevNet.Robustness;

/// <summary>The manifold of cube images: six degrees of freedom, images of a <see cref="CubeRenderer"/>, positions of chosen vertices.</summary>
/// <remarks>
/// Degrees of freedom tx ty tz rx ry rz in the local chart of <see cref="Pose"/>. A point is seven numbers: the axis, the angle
/// and the translation of the pose; <see cref="PointOf"/> and <see cref="PoseOf"/> convert.
/// </remarks>
public sealed class CubeManifold : IDataManifold
{
    private readonly int[] _vertices;
    private readonly double[] _scales;
    private readonly double _nearest;

    /// <summary>Makes a manifold.</summary>
    /// <param name="renderer">Draws the cubes.</param>
    /// <param name="range">The range that poses are drawn from; the paper's if left out.</param>
    /// <param name="vertices">The vertices whose positions are the target; 3, 5 and 6 if left out.</param>
    /// <exception cref="ArgumentException">No vertex is named, or one does not exist.</exception>
    public CubeManifold(CubeRenderer renderer, PoseRange? range = null, IReadOnlyList<int>? vertices = null)
    {
        ArgumentNullException.ThrowIfNull(renderer);

        // A source of one sample checks the vertices and has the scales of the tangents.
        var source = new CubeSource<double>(renderer, 1, 1, 0, false, range, vertices);
        Renderer = renderer;
        Range = source.Range;
        _vertices = source.TargetVertices.ToArray();
        _scales = [.. Enumerable.Range(0, Pose.DegreesOfFreedom).Select(source.TangentScale)];
        _nearest = renderer.Options.CameraDistance - (Math.Sqrt(3) * renderer.Options.HalfEdge);
    }

    /// <summary>Draws the cubes.</summary>
    public CubeRenderer Renderer { get; }

    /// <summary>The range that poses are drawn from.</summary>
    public PoseRange Range { get; }

    /// <summary>The vertices whose positions are the target.</summary>
    public ReadOnlySpan<int> TargetVertices => _vertices;

    /// <inheritdoc/>
    public int DegreesOfFreedom => Pose.DegreesOfFreedom;

    /// <inheritdoc/>
    public int PointLength => 7;

    /// <inheritdoc/>
    public int InputFeatures => Renderer.Pixels;

    /// <inheritdoc/>
    public int OutputFeatures => 3 * _vertices.Length;

    /// <summary>The point of a pose.</summary>
    /// <param name="pose">The pose.</param>
    /// <returns>Axis, angle, translation.</returns>
    public static double[] PointOf(Pose pose)
    {
        double[] point = new double[7];
        Write(pose, point);
        return point;
    }

    /// <summary>The pose of a point.</summary>
    /// <param name="point">Axis, angle, translation; the axis may be zero where the angle is.</param>
    /// <returns>The pose.</returns>
    /// <exception cref="ArgumentException">There are not seven numbers, or they are no pose.</exception>
    public static Pose PoseOf(ReadOnlySpan<double> point)
    {
        if (point.Length != 7)
        {
            throw new ArgumentException($"The point has {point.Length} numbers; a pose has 7: axis, angle, translation.", nameof(point));
        }

        var axis = new Vector3D(point[0], point[1], point[2]);
        return new Pose(
            point[3] == 0 && axis.Length == 0 ? new Vector3D(0, 0, 1) : axis, point[3], new Vector3D(point[4], point[5], point[6]));
    }

    /// <inheritdoc/>
    public double TangentScale(int tangent)
    {
        DataManifold.CheckTangent(this, tangent);
        return _scales[tangent];
    }

    /// <inheritdoc/>
    public void Draw(ref RandomStream random, Span<double> point)
    {
        DataManifold.CheckLength(point.Length, PointLength, nameof(point));
        Write(Pose.Draw(ref random, Range), point);
    }

    /// <inheritdoc/>
    public void Evaluate<T>(ReadOnlySpan<double> point, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DataManifold.CheckViews(this, input, target);
        Renderer.Render(PoseOf(point), input, _vertices, target);
    }

    /// <inheritdoc/>
    public void Retract(ReadOnlySpan<double> point, ReadOnlySpan<double> delta, Span<double> result)
    {
        DataManifold.CheckLength(result.Length, PointLength, nameof(result));
        Write(PoseOf(point).Retract(delta), result);
    }

    /// <summary>A cube must stay in front of the camera.</summary>
    /// <param name="point">The point.</param>
    /// <returns>Whether the cube, in any rotation, is in front of the camera.</returns>
    public bool Contains(ReadOnlySpan<double> point)
    {
        DataManifold.CheckLength(point.Length, PointLength, nameof(point));
        return point[6] < _nearest;
    }

    private static void Write(Pose pose, Span<double> point)
    {
        (point[0], point[1], point[2], point[3]) = (pose.Axis.X, pose.Axis.Y, pose.Axis.Z, pose.Angle);
        (point[4], point[5], point[6]) = (pose.Translation.X, pose.Translation.Y, pose.Translation.Z);
    }
}
