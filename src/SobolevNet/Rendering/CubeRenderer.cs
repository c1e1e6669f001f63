using System.Numerics;

namespace SobolevNet.Rendering;

/// <summary>
/// Renders a cube seen by a pinhole camera, smoothed by a Gaussian: the image and the vertices with their first and second
/// derivatives with respect to the six degrees of freedom of the pose, exactly.
/// </summary>
/// <remarks>
/// <para>
/// A vertex w of the cube is at X = Rot(axis, angle)·B·w + translation, B the base orientation in which vertex 7 points at
/// the camera, and is seen at u = f·X/(Z − d), v = f·Y/(Z − d), so both image axes are flipped. A face is drawn when its
/// cycle of vertices is counter-clockwise in the image, with its uniform intensity. Which faces are drawn is held fixed in
/// differentiating.
/// </para>
/// <para>
/// Tangents are tx ty tz rx ry rz, the local chart of <see cref="Pose"/> at the pose given; jets may have any layout with
/// these six tangents. Vertices are numbered 0 to 7 by 4·[x&gt;0] + 2·[y&gt;0] + [z&gt;0] of the canonical cube.
/// </para>
/// <para>Thread-safe. After the first images nothing is allocated. Same pose, same bits, on any thread.</para>
/// </remarks>
public sealed class CubeRenderer
{
    private const int SpaceFeatures = 3 * CubeGeometry.Vertices;
    private const int ImageFeatures = 2 * CubeGeometry.Vertices;
    private static readonly int[] AllVertices = [0, 1, 2, 3, 4, 5, 6, 7];

    private readonly GaussianPolygonRenderer _renderer;
    private readonly PolygonScene _scene;
    private readonly Vector3D[] _base;

    /// <summary>Makes a renderer.</summary>
    /// <param name="options">What to draw and how; the paper's cube if left out.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public CubeRenderer(CubeRendererOptions? options = null)
    {
        Options = options ?? new CubeRendererOptions();
        Check(Options);
        try
        {
            var grid = new PixelGrid(
                Options.Rows, Options.Columns, -Options.HalfWidth, Options.HalfWidth, -Options.HalfHeight, Options.HalfHeight);
            _renderer = new GaussianPolygonRenderer(grid, Options.Sigma, Options.Background);
            _scene = new PolygonScene(CubeGeometry.Vertices, CubeGeometry.Faces, [.. Options.Intensities]);
        }
        catch (ArgumentException refusal)
        {
            throw new ArgumentException($"The options do not make an image: {refusal.Message}", nameof(options), refusal);
        }

        _base = [.. AllVertices.Select(vertex => Options.HalfEdge * CubeGeometry.Base(vertex))];
    }

    /// <summary>What is drawn and how.</summary>
    public CubeRendererOptions Options { get; }

    /// <summary>Where the pixels are.</summary>
    public PixelGrid Grid => _renderer.Grid;

    /// <summary>Features of an image: rows · columns, row-major from the top left.</summary>
    public int Pixels => Grid.Pixels;

    /// <summary>The positions of the eight vertices in space.</summary>
    /// <param name="pose">The pose.</param>
    /// <returns>Eight points.</returns>
    public Vector3D[] Vertices(Pose pose) => [.. _base.Select(pose.Transform)];

    /// <summary>Where a point in space is seen in the image plane.</summary>
    /// <param name="point">A point in front of the camera.</param>
    /// <returns>u to the right and v upward.</returns>
    /// <exception cref="ArgumentException">The point is not finite, or not in front of the camera.</exception>
    public (double U, double V) Project(Vector3D point)
    {
        if (!point.IsFinite || !(point.Z < Options.CameraDistance))
        {
            throw new ArgumentException(
                $"The point {point} is not in front of the camera at z = {Options.CameraDistance}, or not finite.", nameof(point));
        }

        double scale = Options.FocalLength / (point.Z - Options.CameraDistance);
        return (scale * point.X, scale * point.Y);
    }

    /// <summary>The numbers, 1 to 6, of the faces that are seen.</summary>
    /// <param name="pose">The pose.</param>
    /// <returns>Rising face numbers.</returns>
    /// <exception cref="ArgumentException">The cube reaches the camera, or is seen further off than numbers reach.</exception>
    public int[] VisibleFaces(Pose pose)
    {
        var space = SpaceJets(pose, JetLayout.Value, stackalloc double[SpaceFeatures]);
        var projected = Projected(space, pose, stackalloc double[ImageFeatures]);
        Span<bool> visible = stackalloc bool[CubeGeometry.FaceCount];
        FindVisible(projected.Row(0, 0), visible);
        var faces = new List<int>();
        for (int face = 0; face < visible.Length; face++)
        {
            if (visible[face])
            {
                faces.Add(face + 1);
            }
        }

        return [.. faces];
    }

    /// <summary>Renders the image.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="pose">The pose.</param>
    /// <param name="image">Shape (components, 1, rows·columns), any layout of the six tangents; every element is written.</param>
    /// <exception cref="ArgumentException">The shape does not fit, the cube reaches the camera, or numbers exceed their range.</exception>
    public void Render<T>(Pose pose, JetSpan<T> image)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLayout(image.Layout, nameof(image));
        RenderImage(pose, image, SpaceJets(pose, image.Layout, stackalloc double[image.Layout.Count * SpaceFeatures]));
    }

    /// <summary>Renders the image and gives the positions of all vertices in space.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="pose">The pose.</param>
    /// <param name="image">Shape (components, 1, rows·columns), any layout of the six tangents; every element is written.</param>
    /// <param name="vertices">Shape (components, 1, 24), any layout likewise: x y z of vertex 0, of vertex 1, …; written.</param>
    /// <exception cref="ArgumentException">A shape does not fit, the cube reaches the camera, or numbers exceed their range.</exception>
    public void Render<T>(Pose pose, JetSpan<T> image, JetSpan<T> vertices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Render(pose, image, AllVertices, vertices);

    /// <summary>Renders the image and gives the positions of chosen vertices in space.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="pose">The pose.</param>
    /// <param name="image">Shape (components, 1, rows·columns), any layout of the six tangents; every element is written.</param>
    /// <param name="chosen">Vertex numbers, at least one.</param>
    /// <param name="vertices">Shape (components, 1, 3·chosen), any layout likewise: x y z of each in turn; written.</param>
    /// <exception cref="ArgumentException">A shape or vertex does not fit, the cube reaches the camera, or numbers exceed their range.</exception>
    public void Render<T>(Pose pose, JetSpan<T> image, ReadOnlySpan<int> chosen, JetSpan<T> vertices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLayout(image.Layout, nameof(image));
        CheckVertices(chosen, nameof(chosen));
        CheckLayout(vertices.Layout, nameof(vertices));
        if (vertices.Samples != 1 || vertices.Features != 3 * chosen.Length)
        {
            throw new ArgumentException(
                $"The vertices' jets have {vertices.Samples} samples of {vertices.Features} features; one sample of " +
                $"{3 * chosen.Length} features is needed.",
                nameof(vertices));
        }

        Span<double> memory = stackalloc double[Math.Max(image.Layout.Count, vertices.Layout.Count) * SpaceFeatures];
        var space = SpaceJets(pose, image.Layout, memory);
        RenderImage(pose, image, space);
        if (!ReferenceEquals(image.Layout, vertices.Layout))
        {
            space = SpaceJets(pose, vertices.Layout, memory);
        }

        for (int component = 0; component < vertices.Layout.Count; component++)
        {
            var from = space.Row(component, 0);
            var to = vertices.Row(component, 0);
            for (int k = 0; k < chosen.Length; k++)
            {
                for (int axis = 0; axis < 3; axis++)
                {
                    to[(3 * k) + axis] = T.CreateTruncating(from[(3 * chosen[k]) + axis]);
                }
            }
        }
    }

    /// <summary>Refuses a vertex that the cube does not have.</summary>
    internal static void CheckVertices(ReadOnlySpan<int> chosen, string argument)
    {
        foreach (int vertex in chosen)
        {
            if ((uint)vertex >= CubeGeometry.Vertices)
            {
                throw new ArgumentException($"Vertex {vertex} does not exist; a cube has vertices 0 to 7.", argument);
            }
        }
    }

    private static void Check(CubeRendererOptions options)
    {
        Positive(options.HalfWidth, nameof(options.HalfWidth));
        Positive(options.HalfHeight, nameof(options.HalfHeight));
        Positive(options.FocalLength, nameof(options.FocalLength));
        Positive(options.CameraDistance, nameof(options.CameraDistance));
        Positive(options.HalfEdge, nameof(options.HalfEdge));
        double reach = Math.Sqrt(3) * options.HalfEdge;
        if (!(options.CameraDistance > reach))
        {
            throw new ArgumentException(
                $"The camera distance {options.CameraDistance} must be above {reach}, how far a cube of half edge " +
                $"{options.HalfEdge} reaches.",
                nameof(options));
        }

        if (options.Intensities is null || options.Intensities.Count != CubeGeometry.FaceCount)
        {
            throw new ArgumentException(
                $"A cube needs {CubeGeometry.FaceCount} intensities, not {options.Intensities?.Count ?? 0}.", nameof(options));
        }
    }

    private static void Positive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new ArgumentException($"{name} is {value}; it must be positive and finite.", "options");
        }
    }

    private static void CheckLayout(JetLayout? layout, string name)
    {
        if (layout is null)
        {
            throw new ArgumentException("The jets are a default value, without memory or layout.", name);
        }

        if (layout.Order > 0 && layout.Tangents != Pose.DegreesOfFreedom)
        {
            throw new ArgumentException(
                $"The layout ({layout}) has {layout.Tangents} tangents; a pose has {Pose.DegreesOfFreedom}: tx ty tz rx ry rz.", name);
        }
    }

    /// <summary>A face is seen when the signed area of its projected cycle is positive.</summary>
    private static void FindVisible(ReadOnlySpan<double> projected, Span<bool> visible)
    {
        for (int face = 0; face < visible.Length; face++)
        {
            int[] cycle = CubeGeometry.Faces[face];
            double twiceArea = 0;
            for (int k = 0; k < cycle.Length; k++)
            {
                int a = 2 * cycle[k];
                int b = 2 * cycle[(k + 1) % cycle.Length];
                twiceArea += (projected[a] * projected[b + 1]) - (projected[b] * projected[a + 1]);
            }

            visible[face] = twiceArea > 0;
        }
    }

    private void RenderImage<T>(Pose pose, JetSpan<T> image, JetSpan<double> space)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var projected = Projected(space, pose, stackalloc double[space.Layout.Count * ImageFeatures]);
        Span<bool> visible = stackalloc bool[CubeGeometry.FaceCount];
        FindVisible(projected.Row(0, 0), visible);
        _renderer.Render(_scene, projected, visible, image, nameof(pose));
    }

    /// <summary>The vertices' jets in the image plane.</summary>
    private JetSpan<double> Projected(JetSpan<double> space, Pose pose, Span<double> memory)
    {
        var projected = new JetSpan<double>(memory, space.Layout, 1, ImageFeatures);
        PinholeProjection.Project(space, Options.FocalLength, Options.CameraDistance, projected, pose);
        return projected;
    }

    /// <summary>
    /// The vertices' jets in space. With g = Rot·B·w: the first derivatives are e₁ e₂ e₃ and eₖ × g; the second ones of the
    /// exponential map are ½(eᵢ×(eⱼ×g) + eⱼ×(eᵢ×g)) = ½(gᵢeⱼ + gⱼeᵢ) − δᵢⱼ g; all that involve a translation are zero. A layout of six
    /// tangents has at most 28 components, so the callers' memory is on the stack.
    /// </summary>
    private JetSpan<double> SpaceJets(Pose pose, JetLayout layout, Span<double> memory)
    {
        var jets = new JetSpan<double>(memory, layout, 1, SpaceFeatures);
        Span<Vector3D> arms = stackalloc Vector3D[CubeGeometry.Vertices];
        for (int vertex = 0; vertex < CubeGeometry.Vertices; vertex++)
        {
            arms[vertex] = pose.Rotate(_base[vertex]);
            Write(jets.Row(0, 0), vertex, arms[vertex] + pose.Translation);
        }

        int component = 1;
        foreach (int tangent in layout.Firsts)
        {
            var row = jets.Row(component++, 0);
            for (int vertex = 0; vertex < arms.Length; vertex++)
            {
                Write(row, vertex, tangent < 3 ? Unit(tangent) : Unit(tangent - 3).Cross(arms[vertex]));
            }
        }

        foreach (var second in layout.Seconds)
        {
            var row = jets.Row(component++, 0);
            row.Clear();
            var (i, j) = (second.I - 3, second.J - 3);
            for (int vertex = 0; i >= 0 && vertex < arms.Length; vertex++)
            {
                Vector3D arm = arms[vertex];
                Vector3D value = (0.5 * arm[i] * Unit(j)) + (0.5 * arm[j] * Unit(i));
                Write(row, vertex, i == j ? value - arm : value);
            }
        }

        return jets;
    }

    private static Vector3D Unit(int axis) => new(axis == 0 ? 1 : 0, axis == 1 ? 1 : 0, axis == 2 ? 1 : 0);

    private static void Write(Span<double> row, int vertex, Vector3D value)
    {
        row[3 * vertex] = value.X;
        row[(3 * vertex) + 1] = value.Y;
        row[(3 * vertex) + 2] = value.Z;
    }
}
