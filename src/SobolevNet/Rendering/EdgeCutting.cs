using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Rendering;

/// <summary>Cuts an edge to what an image sees of it, in pieces that one quadrature rule covers.</summary>
/// <remarks>
/// Only the part within reach of the image's rows counts. Of that, what lies beyond the right rim adds nothing; what lies
/// beyond the left rim adds a constant to each row, an integral over v alone, so its length counts only along v. The work is
/// therefore bounded by the image's size in σ, however long the edge.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct EdgeCutting<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PolygonKernel<T> _kernel;
    private readonly PolygonWorkspace<T> _workspace;
    private readonly PixelLattice<T> _lattice;
    private readonly PolygonLayout _layout;

    public EdgeCutting(
        PolygonKernel<T> kernel, PolygonWorkspace<T> workspace, PixelLattice<T> lattice, PolygonLayout layout)
    {
        (_kernel, _workspace, _lattice, _layout) = (kernel, workspace, lattice, layout);
    }

    /// <summary>Adds an edge, piece by piece.</summary>
    /// <param name="edge">The edge; its start, end and nodes are set here.</param>
    public void Add(in EdgePiece edge)
    {
        double reach = PolygonAccuracy<T>.Reach;
        double bottom = _lattice.Row(_lattice.Rows - 1) - reach;
        double left = _lattice.Left - reach;
        double right = _lattice.Left + (_lattice.ColumnSpacing * (_lattice.Columns - 1)) + reach;
        var (start, end) = Within(edge.V, edge.DeltaV, bottom, _lattice.Top + reach, 0, 1);
        var (leftStart, leftEnd) = Within(edge.U, edge.DeltaU, double.NegativeInfinity, left, start, end);
        AddPieces(edge, leftStart, leftEnd, Math.Abs(edge.DeltaV));
        var (innerStart, innerEnd) = Within(edge.U, edge.DeltaU, left, right, start, end);
        AddPieces(edge, innerStart, innerEnd, Math.Sqrt((edge.DeltaU * edge.DeltaU) + (edge.DeltaV * edge.DeltaV)));
    }

    /// <summary>The part of [start, end] in which position + t·slope is within [low, high); empty if end ≤ start.</summary>
    private static (double Start, double End) Within(
        double position, double slope, double low, double high, double start, double end)
    {
        double a = (low - position) / slope;
        double b = (high - position) / slope;
        return slope == 0
            ? (position >= low && position < high ? (start, end) : (0, 0))
            : (Math.Max(start, Math.Min(a, b)), Math.Min(end, Math.Max(a, b)));
    }

    private void AddPieces(in EdgePiece edge, double start, double end, double length)
    {
        if (!(end > start))
        {
            return;
        }

        int pieces = (int)Math.Max(1, Math.Ceiling((end - start) * length / PolygonAccuracy<T>.LongestPiece));
        int nodes = PolygonAccuracy<T>.Nodes((end - start) * length / pieces);
        double step = (end - start) / pieces;
        for (int piece = 0; piece < pieces; piece++)
        {
            var cut = edge with
            {
                Start = start + (step * piece),
                End = piece + 1 == pieces ? end : start + (step * (piece + 1)),
                Nodes = nodes,
            };
            _kernel.AddPiece(_workspace, _lattice, cut, _layout);
        }
    }
}
