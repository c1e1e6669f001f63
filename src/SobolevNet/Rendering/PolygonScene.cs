namespace SobolevNet.Rendering;

/// <summary>Flat polygons of uniform intensity in the image plane, by their topology: which vertices each one joins.</summary>
/// <remarks>
/// <para>
/// Where the vertices are is said when rendering. Faces are cycles of vertices, counter-clockwise with u to the right and v
/// upward; a clockwise face counts with the opposite sign. Faces are added up: nothing hides anything. A face may have any
/// shape, holes as further cycles of their own (clockwise, with the same intensity).
/// </para>
/// <para>An edge that one face runs through one way and another the other way is shared, and rendered once.</para>
/// </remarks>
public sealed class PolygonScene
{
    private readonly PolygonEdge[] _edges;
    private readonly double[] _intensities;

    /// <summary>Makes a scene.</summary>
    /// <param name="vertexCount">Number of vertices, at least 3.</param>
    /// <param name="faces">For each face the indices of its vertices in order, at least 3, no neighbors equal.</param>
    /// <param name="intensities">For each face its intensity, finite.</param>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 3 vertices.</exception>
    /// <exception cref="ArgumentException">
    /// A face is null, has too few vertices or an unknown one or the same twice in a row, the counts differ, or an intensity is not finite.
    /// </exception>
    public PolygonScene(int vertexCount, IReadOnlyList<int[]> faces, ReadOnlySpan<double> intensities)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vertexCount, 3);
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Count == 0 || faces.Count != intensities.Length)
        {
            throw new ArgumentException(
                $"There are {faces.Count} faces and {intensities.Length} intensities; one is needed for each, and at least one.",
                nameof(intensities));
        }

        var edges = new List<PolygonEdge>();
        var unshared = new Dictionary<(int From, int To), int>();
        for (int face = 0; face < faces.Count; face++)
        {
            int[] cycle = faces[face] ?? throw new ArgumentException($"Face {face} is null.", nameof(faces));
            if (cycle.Length < 3)
            {
                throw new ArgumentException($"Face {face} has {cycle.Length} vertices; a polygon has at least 3.", nameof(faces));
            }

            if (!double.IsFinite(intensities[face]))
            {
                throw new ArgumentException($"The intensity {intensities[face]} of face {face} is not finite.", nameof(intensities));
            }

            for (int k = 0; k < cycle.Length; k++)
            {
                int from = cycle[k];
                int to = cycle[(k + 1) % cycle.Length];
                if ((uint)from >= (uint)vertexCount)
                {
                    throw new ArgumentException(
                        $"Face {face} names vertex {from}; the scene has vertices 0 to {vertexCount - 1}.", nameof(faces));
                }

                if (from == to)
                {
                    throw new ArgumentException($"Face {face} has vertex {from} twice in a row.", nameof(faces));
                }

                if (unshared.Remove((to, from), out int index))
                {
                    edges[index] = edges[index] with { Right = face };
                }
                else
                {
                    unshared[(from, to)] = edges.Count;
                    edges.Add(new PolygonEdge(from, to, face, -1));
                }
            }
        }

        VertexCount = vertexCount;
        _edges = [.. edges];
        _intensities = intensities.ToArray();
    }

    /// <summary>Number of vertices.</summary>
    public int VertexCount { get; }

    /// <summary>Number of faces.</summary>
    public int FaceCount => _intensities.Length;

    /// <summary>The intensity of each face.</summary>
    public ReadOnlySpan<double> Intensities => _intensities;

    /// <summary>All edges, shared ones once.</summary>
    internal ReadOnlySpan<PolygonEdge> Edges => _edges;
}
