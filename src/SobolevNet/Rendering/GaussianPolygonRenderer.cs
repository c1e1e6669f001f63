using System.Numerics;
using System.Numerics.Tensors;
using SobolevNet.Kernels;

namespace SobolevNet.Rendering;

/// <summary>
/// Renders moving polygons, smoothed by a Gaussian, with all first and second derivatives along the motion; exact to the
/// rounding of the type rendered in.
/// </summary>
/// <remarks>
/// <para>
/// The image at pixel x is background + Σ over faces of (intensity − background) ∫ G(x − p) dp over the face, G the
/// two-dimensional Gaussian of unit integral. Vertices come as jets in the image plane, with respect to any tangents; the image
/// gets the jet that the chain rule gives. Mathematics: method, section 5; how: PolygonKernel.
/// </para>
/// <para>
/// Errors, measured against independent quadrature and differences: in double some 1e-14 of the largest value, first or
/// second derivative of the image; in float, over 300 cubes, 5e-7, 2e-7 and 2e-7 of them. Vertices may be far off the image:
/// edges are cut to what it sees in twice double precision.
/// </para>
/// <para>Thread-safe. After the first images of a size nothing is allocated. Same input, same bits, on any thread.</para>
/// </remarks>
public sealed class GaussianPolygonRenderer
{
    private const double LargestSigma = 1e160;

    private readonly Canvas<float> _single;
    private readonly Canvas<double> _double;

    /// <summary>Makes a renderer.</summary>
    /// <param name="grid">Where the pixels are.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in the image plane's units; 1/1000 of a pixel to 10¹⁶⁰.</param>
    /// <param name="background">Intensity where there is no face.</param>
    /// <exception cref="ArgumentNullException">The grid is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">σ or the background is out of range or not finite.</exception>
    public GaussianPolygonRenderer(PixelGrid grid, double sigma, double background = 0)
        : this(grid, sigma, background, null)
    {
    }

    internal GaussianPolygonRenderer(PixelGrid grid, double sigma, double background, VectorWidth? width)
    {
        ArgumentNullException.ThrowIfNull(grid);
        double smallest = 1e-3 * Math.Min(grid.ColumnSpacing, grid.RowSpacing);
        if (!(sigma >= smallest && sigma <= LargestSigma))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sigma),
                sigma,
                $"The Gaussian's σ must be finite and positive, at least 1/1000 of a pixel, {smallest}, and at most {LargestSigma}.");
        }

        if (!double.IsFinite(background))
        {
            throw new ArgumentOutOfRangeException(nameof(background), background, "The background must be finite.");
        }

        Grid = grid;
        Sigma = sigma;
        Background = background;
        _single = new Canvas<float>(grid, sigma, width);
        _double = new Canvas<double>(grid, sigma, width);
    }

    /// <summary>Where the pixels are.</summary>
    public PixelGrid Grid { get; }

    /// <summary>Standard deviation of the Gaussian.</summary>
    public double Sigma { get; }

    /// <summary>Intensity where there is no face.</summary>
    public double Background { get; }

    /// <summary>Renders one image with its derivatives.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="scene">The polygons.</param>
    /// <param name="vertices">
    /// The vertices' jets in the image plane, shape (components, 1, 2·vertices): u and v of vertex 0, of vertex 1, ….
    /// Its layout is the image's, or has that as a prefix.
    /// </param>
    /// <param name="visible">For each face whether it is drawn; empty for all.</param>
    /// <param name="image">Shape (components, 1, rows·columns); every element is written.</param>
    /// <exception cref="ArgumentNullException">The scene is null.</exception>
    /// <exception cref="ArgumentException">
    /// A shape does not fit; a position or derivative of a vertex is not finite or above 10¹⁴⁰ σ; or the image's numbers would
    /// exceed the range of <typeparamref name="T"/>.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public void Render<T>(PolygonScene scene, JetSpan<double> vertices, ReadOnlySpan<bool> visible, JetSpan<T> image)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(scene);
        Render(scene, vertices, visible, image, nameof(vertices));
    }

    /// <summary>Renders vertices that come from another argument of the caller's, which errors name.</summary>
    internal void Render<T>(
        PolygonScene scene, JetSpan<double> vertices, ReadOnlySpan<bool> visible, JetSpan<T> image, string argument)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckShapes(scene, vertices, visible, image);
        if (!T.IsFinite(T.CreateTruncating(Background)))
        {
            throw new ArgumentException($"The background {Background} exceeds the range of {typeof(T).Name}.", nameof(image));
        }

        if (typeof(T) == typeof(float))
        {
            Render(scene, vertices, visible, image, (Canvas<T>)(object)_single, argument);
        }
        else if (typeof(T) == typeof(double))
        {
            Render(scene, vertices, visible, image, (Canvas<T>)(object)_double, argument);
        }
        else
        {
            throw new NotSupportedException($"Images are of float or double, not {typeof(T)}.");
        }
    }

    private void Render<T>(
        PolygonScene scene,
        JetSpan<double> vertices,
        ReadOnlySpan<bool> visible,
        JetSpan<T> image,
        Canvas<T> canvas,
        string argument)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (kernel, frame) = (canvas.Kernel, canvas.Frame);
        var workspace = Canvas<T>.Workspaces.TryTake() ?? new PolygonWorkspace<T>();
        var layout = image.Layout;
        var polygons = new PolygonLayout(layout.Firsts.Length, layout.Seconds.Length);
        int length = 2 * layout.Count;
        var motions = workspace.Motions(checked(length * scene.VertexCount));
        PolygonCoefficients.Gather(vertices, layout.Count, frame, motions, argument);
        Begin(workspace, frame.Lattice, motions, length);
        var corners = workspace.Corners(checked(3 * scene.VertexCount));
        corners.Clear();
        var cutting = new EdgeCutting<T>(kernel, workspace, frame, vertices, motions, layout);
        foreach (var edge in scene.Edges)
        {
            double intensity = Contrast<T>(scene, visible, edge);
            if (intensity == 0)
            {
                continue;
            }

            var (from, to) = (length * edge.From, length * edge.To);
            var geometry = EdgeGeometry.Of(motions[to] - motions[from], motions[to + 1] - motions[from + 1]);
            if (polygons.Seconds > 0)
            {
                PolygonCoefficients.AddEnds(edge, geometry, intensity, corners);
            }

            cutting.Add(edge, geometry, intensity);
        }

        for (int vertex = 0; polygons.Seconds > 0 && vertex < scene.VertexCount; vertex++)
        {
            var corner = corners.Slice(3 * vertex, 3);
            var motion = motions.Slice(length * vertex, length);
            if ((corner[0] != 0 || corner[1] != 0) && frame.Contains(motion[0], motion[1]))
            {
                int offset = workspace.TakeCoefficients(polygons.VertexCoefficients);
                PolygonCoefficients.WriteVertex(
                    motion, layout, corner, workspace.Coefficients.Span(offset, polygons.VertexCoefficients));
                kernel.AddVertex(workspace, frame.Lattice, motion[0], motion[1], offset);
            }
        }

        var coefficients = workspace.Coefficients.Span(0, workspace.CoefficientsUsed);
        if (!coefficients.IsEmpty && !TensorPrimitives.IsFiniteAll<T>(coefficients))
        {
            throw new ArgumentException(
                $"The vertices move so fast that derivatives of the image exceed the range of {typeof(T).Name}.", argument);
        }

        kernel.Finish(workspace, frame.Lattice, T.CreateTruncating(Background), image);
        Canvas<T>.Workspaces.Return(workspace);
    }

    /// <summary>Starts an image whose scene stays within reach of its vertices.</summary>
    private static void Begin<T>(PolygonWorkspace<T> workspace, PixelLattice<T> lattice, ReadOnlySpan<double> motions, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double right = double.NegativeInfinity;
        double bottom = double.PositiveInfinity;
        double top = double.NegativeInfinity;
        for (int k = 0; k < motions.Length; k += length)
        {
            right = Math.Max(right, motions[k]);
            bottom = Math.Min(bottom, motions[k + 1]);
            top = Math.Max(top, motions[k + 1]);
        }

        double reach = PolygonAccuracy<T>.Reach;
        var (rowStart, rowEnd) = lattice.RowsWithin(bottom - reach, top + reach);
        workspace.Begin(lattice, rowStart, rowEnd, lattice.ColumnsWithin(right, right + reach).End);
    }

    /// <summary>The intensity on the left of an edge less that on its right, where hidden faces are background.</summary>
    /// <exception cref="ArgumentException">The contrast is out of the range of T, in which it is added up along edges.</exception>
    private double Contrast<T>(PolygonScene scene, ReadOnlySpan<bool> visible, PolygonEdge edge)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double left = visible.IsEmpty || visible[edge.Left] ? scene.Intensities[edge.Left] : Background;
        double right = edge.Right >= 0 && (visible.IsEmpty || visible[edge.Right]) ? scene.Intensities[edge.Right] : Background;
        double contrast = left - right;
        return Math.Abs(contrast) <= LargestContrast<T>()
            ? contrast
            : throw new ArgumentException(
                $"The intensities {left} and {right} on the two sides of an edge differ by more than {LargestContrast<T>()}, " +
                $"the most for images of {typeof(T).Name}.",
                nameof(scene));
    }

    private static double LargestContrast<T>() => typeof(T) == typeof(float) ? 1e30 : 1e150;

    private void CheckShapes<T>(PolygonScene scene, JetSpan<double> vertices, ReadOnlySpan<bool> visible, JetSpan<T> image)
        where T : unmanaged
    {
        if (vertices.Samples != 1 || vertices.Features != 2L * scene.VertexCount)
        {
            throw new ArgumentException(
                $"The vertices' jets have {vertices.Samples} samples of {vertices.Features} features; " +
                $"one sample with u and v of {scene.VertexCount} vertices, {2L * scene.VertexCount} features, is needed.",
                nameof(vertices));
        }

        if (image.Samples != 1 || image.Features != Grid.Pixels)
        {
            throw new ArgumentException(
                $"The image has {image.Samples} samples of {image.Features} features; " +
                $"one sample of {Grid.Rows} · {Grid.Columns} = {Grid.Pixels} pixels is needed.",
                nameof(image));
        }

        if (!vertices.Layout.StartsWith(image.Layout))
        {
            throw new ArgumentException(
                $"The image's components ({image.Layout}) are not a prefix of the vertices' ({vertices.Layout}).", nameof(image));
        }

        if (!visible.IsEmpty && visible.Length != scene.FaceCount)
        {
            throw new ArgumentException(
                $"There are {visible.Length} visibility flags for {scene.FaceCount} faces.", nameof(visible));
        }
    }

    /// <summary>What rendering in one type needs.</summary>
    private sealed class Canvas<T>(PixelGrid grid, double sigma, VectorWidth? width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Memory of all renderers.</summary>
        public static ScratchPool<PolygonWorkspace<T>> Workspaces { get; } = new();

        public PolygonKernel<T> Kernel { get; } = PolygonKernel<T>.Create(width);

        public ImageFrame<T> Frame { get; } = new(grid, sigma);
    }
}
