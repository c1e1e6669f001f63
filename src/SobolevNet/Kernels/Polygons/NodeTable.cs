using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>The nodes and weights of a Gauss–Legendre rule on [0, 1] as vectors are loaded from them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class NodeTable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Room for the largest rule, a multiple of every vector width.</summary>
    public const int Room = GaussLegendreRule.MaximalNodes;

    private static readonly NodeTable<T>?[] Tables = new NodeTable<T>?[GaussLegendreRule.MaximalNodes + 1];

    private readonly PinnedBuffer<T> _buffer = new();

    private NodeTable(int nodes)
    {
        var rule = GaussLegendreRule.WithNodes(nodes);
        Nodes = nodes;
        T* values = _buffer.Reserve(3 * Room);
        for (int q = 0; q < Room; q++)
        {
            // Lanes past the last node repeat it, with no weight.
            (values[q], values[Room + q]) = PixelLattice<T>.Split(rule.Nodes[Math.Min(q, nodes - 1)]);
            values[(2 * Room) + q] = q < nodes ? T.CreateTruncating(rule.Weights[q]) : T.Zero;
        }
    }

    /// <summary>Number of nodes.</summary>
    public int Nodes { get; }

    /// <summary>The nodes, rounded to T.</summary>
    public T* High => _buffer.Pointer;

    /// <summary>What the rounding took away.</summary>
    public T* Low => _buffer.Pointer + Room;

    /// <summary>The weights.</summary>
    public T* Weights => _buffer.Pointer + (2 * Room);

    /// <summary>The table of the rule with n nodes; made once and shared.</summary>
    public static NodeTable<T> WithNodes(int nodes) => Tables[nodes] ??= new NodeTable<T>(nodes);
}
