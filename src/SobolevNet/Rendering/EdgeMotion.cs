using System.Numerics;

namespace SobolevNet.Rendering;

/// <summary>How the two ends of an edge move, across it and along it: what the coefficients of its basis functions are made of.</summary>
/// <remarks>
/// Layout of the numbers, in units of σ: for each first derivative aⁿ, aᵗ, bⁿ, bᵗ and bⁿ − aⁿ, then for each second one aⁿ and
/// bⁿ. The difference has its own place since it may be far smaller than the two.
/// </remarks>
internal static class EdgeMotion
{
    /// <summary>Numbers of a first derivative.</summary>
    public const int FirstSize = 5;

    /// <summary>Numbers of a second derivative.</summary>
    public const int SecondSize = 2;

    /// <summary>Numbers of a layout.</summary>
    public static int Size(JetLayout layout) => (FirstSize * layout.Firsts.Length) + (SecondSize * layout.Seconds.Length);

    /// <summary>The motion of an edge from vertex to vertex.</summary>
    /// <param name="start">Jets of A in units of σ, shape (components, 2).</param>
    /// <param name="end">Jets of B.</param>
    /// <param name="layout">The components.</param>
    /// <param name="geometry">The edge's unit vectors.</param>
    /// <param name="parts">Written.</param>
    public static void Read(
        ReadOnlySpan<double> start, ReadOnlySpan<double> end, JetLayout layout, EdgeGeometry geometry, Span<double> parts)
    {
        var (du, dv) = (geometry.DirectionU, geometry.DirectionV);
        int firsts = layout.Firsts.Length;
        int at = 0;
        for (int component = 1; component < layout.Count; component++)
        {
            int c = 2 * component;
            double across = (dv * start[c]) - (du * start[c + 1]);
            double acrossAtEnd = (dv * end[c]) - (du * end[c + 1]);
            if (component <= firsts)
            {
                parts[at] = across;
                parts[at + 1] = (du * start[c]) + (dv * start[c + 1]);
                parts[at + 2] = acrossAtEnd;
                parts[at + 3] = (du * end[c]) + (dv * end[c + 1]);
                parts[at + 4] = acrossAtEnd - across;
                at += FirstSize;
            }
            else
            {
                parts[at] = across;
                parts[at + 1] = acrossAtEnd;
                at += SecondSize;
            }
        }
    }

    /// <summary>The motion of the part of an edge that an image sees: its ends move as the points (1 − t) A + t B of the edge do.</summary>
    /// <typeparam name="T">The type of the image.</typeparam>
    /// <param name="vertices">The vertices' jets as given.</param>
    /// <param name="edge">The edge.</param>
    /// <param name="layout">The components.</param>
    /// <param name="frame">What the image sees.</param>
    /// <param name="line">The edge's line.</param>
    /// <param name="length">Length of the part in units of σ.</param>
    /// <param name="atStart">1 − t and t where the part starts.</param>
    /// <param name="atEnd">1 − t and t where the part ends.</param>
    /// <param name="parts">Written.</param>
    public static void Read<T>(
        JetSpan<double> vertices,
        PolygonEdge edge,
        JetLayout layout,
        ImageFrame<T> frame,
        in FarEdge line,
        double length,
        (DoubleDouble OfStart, DoubleDouble OfEnd) atStart,
        (DoubleDouble OfStart, DoubleDouble OfEnd) atEnd,
        Span<double> parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double scale = 1 / frame.ScaledSigma;
        double share = length * frame.ScaledSigma / line.Length;
        int firsts = layout.Firsts.Length;
        int at = 0;
        for (int component = 1; component < layout.Count; component++)
        {
            var row = vertices.Row(component, 0);
            var (au, av) = (frame.Scale(row[2 * edge.From]), frame.Scale(row[(2 * edge.From) + 1]));
            var (bu, bv) = (frame.Scale(row[2 * edge.To]), frame.Scale(row[(2 * edge.To) + 1]));
            var (pu, pv) = ((atStart.OfStart * au) + (atStart.OfEnd * bu), (atStart.OfStart * av) + (atStart.OfEnd * bv));
            var (qu, qv) = ((atEnd.OfStart * au) + (atEnd.OfEnd * bu), (atEnd.OfStart * av) + (atEnd.OfEnd * bv));
            double across = scale * line.Across(pu, pv);
            double acrossAtEnd = scale * line.Across(qu, qv);
            if (component <= firsts)
            {
                parts[at] = across;
                parts[at + 1] = scale * line.Along(pu, pv);
                parts[at + 2] = acrossAtEnd;
                parts[at + 3] = scale * line.Along(qu, qv);
                parts[at + 4] = scale * share * line.Across(DoubleDouble.Sum(bu, -au), DoubleDouble.Sum(bv, -av));
                at += FirstSize;
            }
            else
            {
                parts[at] = across;
                parts[at + 1] = acrossAtEnd;
                at += SecondSize;
            }
        }
    }
}
