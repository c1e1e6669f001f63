namespace SobolevNet.Rendering;

/// <summary>The cube as every convention of the project has it: vertices, faces and base orientation.</summary>
/// <remarks>
/// Vertex k of the canonical cube is (±h, ±h, ±h), k = 4·[x&gt;0] + 2·[y&gt;0] + [z&gt;0]. Face cycles are counter-clockwise seen
/// from outside. The base orientation B = Rot(e_y, −0.6154797)·Rot(e_x, −π/4)·Rot(e_z, −π/2) rotates vertex 7 towards the
/// camera; the tilt is exactly the number written, which rounds atan(1/√2).
/// </remarks>
internal static class CubeGeometry
{
    /// <summary>Number of vertices.</summary>
    public const int Vertices = 8;

    /// <summary>Number of faces.</summary>
    public const int FaceCount = 6;

    private static readonly int[][] Cycles =
    [
        [4, 6, 7, 5],
        [1, 3, 2, 0],
        [0, 2, 6, 4],
        [5, 7, 3, 1],
        [5, 1, 0, 4],
        [3, 7, 6, 2],
    ];

    private static readonly Vector3D[] BaseVertices = [.. Enumerable.Range(0, Vertices).Select(BaseVertex)];

    /// <summary>The vertex cycles of faces 1 to 6: +x, −x, −z, +z, −y, +y.</summary>
    public static IReadOnlyList<int[]> Faces => Cycles;

    /// <summary>A vertex of the cube with half edge 1 in base orientation, B·(±1, ±1, ±1).</summary>
    public static Vector3D Base(int vertex) => BaseVertices[vertex];

    private static Vector3D BaseVertex(int index)
    {
        var canonical = new Vector3D((index & 4) != 0 ? 1 : -1, (index & 2) != 0 ? 1 : -1, (index & 1) != 0 ? 1 : -1);
        var aboutZ = new Pose(new Vector3D(0, 0, 1), -Math.PI / 2, default);
        var aboutX = new Pose(new Vector3D(1, 0, 0), -Math.PI / 4, default);
        var aboutY = new Pose(new Vector3D(0, 1, 0), -0.6154797, default);
        return aboutY.Rotate(aboutX.Rotate(aboutZ.Rotate(canonical)));
    }
}
