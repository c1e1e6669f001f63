using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Rendering;

/// <summary>Cuts edges to what an image sees of them, in pieces that one quadrature rule covers.</summary>
/// <remarks>
/// <para>
/// Only the part of an edge within reach of the image's rows counts. Of that, what lies beyond the right rim adds nothing;
/// what lies beyond the left rim adds a constant to each row, as its projection on the rim does. The rest is an edge like any
/// other, whose new ends move with the line. The work is therefore bounded by the image's size in σ, and the numbers are of
/// that size, however long the edge.
/// </para>
/// <para>
/// A new end lies on the border of the frame, where no pixel feels it, so it may slide along the line as is convenient: the
/// terms at the ends of an edge (PolygonCoefficients) are those of its vertices alone.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct EdgeCutting<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PolygonKernel<T> _kernel;
    private readonly PolygonWorkspace<T> _workspace;
    private readonly ImageFrame<T> _frame;
    private readonly JetSpan<double> _vertices;
    private readonly ReadOnlySpan<double> _motions;
    private readonly JetLayout _layout;
    private readonly PolygonLayout _polygons;

    /// <summary>Prepares to cut edges between some vertices.</summary>
    /// <param name="kernel">Takes the pieces.</param>
    /// <param name="workspace">The image being made.</param>
    /// <param name="frame">What the image sees.</param>
    /// <param name="vertices">The vertices' jets as given.</param>
    /// <param name="motions">The same in the frame's coordinates, shape (vertices, components, 2).</param>
    /// <param name="layout">The image's components.</param>
    public EdgeCutting(
        PolygonKernel<T> kernel,
        PolygonWorkspace<T> workspace,
        ImageFrame<T> frame,
        JetSpan<double> vertices,
        ReadOnlySpan<double> motions,
        JetLayout layout)
    {
        (_kernel, _workspace, _frame, _layout) = (kernel, workspace, frame, layout);
        _vertices = vertices;
        _motions = motions;
        _polygons = new PolygonLayout(layout.Firsts.Length, layout.Seconds.Length);
    }

    /// <summary>Adds an edge, piece by piece.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="geometry">Its length and direction.</param>
    /// <param name="intensity">The intensity on its left less that on its right.</param>
    public void Add(PolygonEdge edge, EdgeGeometry geometry, double intensity)
    {
        int length = 2 * _layout.Count;
        var start = _motions.Slice(length * edge.From, length);
        var end = _motions.Slice(length * edge.To, length);
        var (a, b) = (new Place(start[0], start[1]), new Place(end[0], end[1]));
        if (_frame.Contains(a.U, a.V) && _frame.Contains(b.U, b.V))
        {
            var parts = _workspace.Parts(EdgeMotion.Size(_layout));
            EdgeMotion.Read(start, end, _layout, geometry, parts);
            AddInner(a, b, geometry, intensity, parts);
        }
        else if (Math.Max(a.V, b.V) >= _frame.Bottom && Math.Min(a.V, b.V) <= _frame.Top && Math.Min(a.U, b.U) <= _frame.Right)
        {
            AddFar(LineOf(edge), edge, a, b, intensity);
        }
    }

    /// <summary>Adds what the image sees of an edge that leaves the frame.</summary>
    private void AddFar(in FarEdge line, PolygonEdge edge, Place a, Place b, double intensity)
    {
        var (start, end) = (CutToRows(line, a, b), CutToRows(line, b, a));
        bool startsLeft = start.U < _frame.Left;
        bool endsLeft = end.U < _frame.Left;
        if (startsLeft && endsLeft)
        {
            AddLeft(start.V, end.V, intensity);
            return;
        }

        if (startsLeft)
        {
            var cut = AtColumn(line, _frame.Left, start, end);
            AddLeft(start.V, cut.V, intensity);
            start = cut;
        }
        else if (endsLeft)
        {
            var cut = AtColumn(line, _frame.Left, start, end);
            AddLeft(cut.V, end.V, intensity);
            end = cut;
        }

        start = start.U > _frame.Right ? AtColumn(line, _frame.Right, start, end) : start;
        end = end.U > _frame.Right ? AtColumn(line, _frame.Right, start, end) : end;
        double length = Math.Sqrt(((end.U - start.U) * (end.U - start.U)) + ((end.V - start.V) * (end.V - start.V)));
        if (Math.Min(start.U, end.U) >= _frame.Right || length == 0)
        {
            return;
        }

        // The direction is that of the whole edge: of a short rest, rounding would show.
        var geometry = new EdgeGeometry(length, line.DirectionU, line.DirectionV);
        var parts = _workspace.Parts(EdgeMotion.Size(_layout));
        double sigma = _frame.ScaledSigma;
        var atStart = start == a ? (1, 0) : line.Shares(sigma * start.U, sigma * start.V);
        var atEnd = end == b ? (0, 1) : line.Shares(sigma * end.U, sigma * end.V);
        EdgeMotion.Read(_vertices, edge, _layout, _frame, line, length, atStart, atEnd, parts);
        AddInner(start, end, geometry, intensity, parts);
    }

    /// <summary>The line of an edge, from the vertices as given: what rounding to the frame's units would lose, 10⁻¹⁶ of the distance, may be long.</summary>
    private FarEdge LineOf(PolygonEdge edge)
    {
        var row = _vertices.Row(0, 0);
        var (u, v) = (_frame.Scale(_frame.CenterU), _frame.Scale(_frame.CenterV));
        return new FarEdge(
            DoubleDouble.Sum(_frame.Scale(row[2 * edge.From]), -u),
            DoubleDouble.Sum(_frame.Scale(row[(2 * edge.From) + 1]), -v),
            DoubleDouble.Sum(_frame.Scale(row[2 * edge.To]), -u),
            DoubleDouble.Sum(_frame.Scale(row[(2 * edge.To) + 1]), -v));
    }

    /// <summary>One end of an edge, or where the edge enters the rows within reach.</summary>
    private Place CutToRows(in FarEdge line, Place place, Place other)
    {
        if (place.V >= _frame.Bottom && place.V <= _frame.Top)
        {
            return place;
        }

        double v = place.V < _frame.Bottom ? _frame.Bottom : _frame.Top;
        double sigma = _frame.ScaledSigma;
        return new Place(Between(line.UAt(sigma * v) / sigma, place.U, other.U), v);
    }

    /// <summary>Where the line of two places, on either side of a column, meets it.</summary>
    private Place AtColumn(in FarEdge line, double u, Place start, Place end)
    {
        double sigma = _frame.ScaledSigma;
        return new Place(u, Between(line.VAt(sigma * u) / sigma, start.V, end.V));
    }

    /// <summary>A number brought into the interval of two others, against rounding; one of them where it is NaN.</summary>
    private static double Between(double value, double a, double b)
    {
        var (low, high) = (Math.Min(a, b), Math.Max(a, b));
        return value > low ? Math.Min(value, high) : low;
    }

    /// <summary>Adds the projection on the left rim of what lies beyond it: a constant for each row, without derivatives.</summary>
    private void AddLeft(double startV, double endV, double intensity) =>
        AddPieces(
            new EdgePiece(_frame.Left - 1, startV, 0, endV - startV, Math.Sign(endV - startV), 0, 0, 1, 0, intensity, 0),
            Math.Abs(endV - startV),
            default);

    private void AddInner(Place start, Place end, EdgeGeometry geometry, double intensity, ReadOnlySpan<double> parts)
    {
        int offset = _workspace.TakeCoefficients(_polygons.EdgeCoefficients);
        PolygonCoefficients.WriteEdge(
            parts, _layout, geometry.Length, intensity, _workspace.Coefficients.Span(offset, _polygons.EdgeCoefficients));
        var piece = new EdgePiece(
            start.U,
            start.V,
            end.U - start.U,
            end.V - start.V,
            geometry.DirectionV,
            -geometry.DirectionU,
            0,
            1,
            0,
            intensity,
            offset);
        AddPieces(piece, geometry.Length, _polygons);
    }

    private void AddPieces(in EdgePiece edge, double length, PolygonLayout layout)
    {
        int pieces = (int)Math.Max(1, Math.Ceiling(length / PolygonAccuracy<T>.LongestPiece));
        int nodes = PolygonAccuracy<T>.Nodes(length / pieces);
        double step = 1.0 / pieces;
        for (int piece = 0; piece < pieces; piece++)
        {
            var cut = edge with
            {
                Start = step * piece,
                End = piece + 1 == pieces ? 1 : step * (piece + 1),
                Nodes = nodes,
            };
            _kernel.AddPiece(_workspace, _frame.Lattice, cut, layout);
        }
    }

    /// <summary>A point in the frame's coordinates.</summary>
    private readonly record struct Place(double U, double V);
}
