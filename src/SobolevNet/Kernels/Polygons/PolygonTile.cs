namespace SobolevNet.Kernels;

/// <summary>A straight piece of an edge between two regions of different intensity. Lengths are in units of σ.</summary>
/// <param name="U">Where the whole edge starts, A.</param>
/// <param name="V">Where the whole edge starts, A.</param>
/// <param name="DeltaU">From the edge's start to its end, e = B − A.</param>
/// <param name="DeltaV">From the edge's start to its end, e = B − A.</param>
/// <param name="NormalU">The unit vector to the right of e: outward of the region on the left.</param>
/// <param name="NormalV">The unit vector to the right of e: outward of the region on the left.</param>
/// <param name="Start">Where the piece starts, as a fraction t of the edge.</param>
/// <param name="End">Where the piece ends.</param>
/// <param name="Nodes">Quadrature nodes of the piece.</param>
/// <param name="Intensity">The intensity on the left less that on the right.</param>
/// <param name="Coefficients">Where the edge's coefficients start in the workspace.</param>
internal readonly record struct EdgePiece(
    double U,
    double V,
    double DeltaU,
    double DeltaV,
    double NormalU,
    double NormalV,
    double Start,
    double End,
    int Nodes,
    double Intensity,
    int Coefficients);

/// <summary>
/// The pixels that one edge piece or vertex touches, with the values there of the basis functions that all derivatives of
/// its contribution are combined from.
/// </summary>
internal struct PolygonTile
{
    /// <summary>First row touched.</summary>
    public int RowStart;

    /// <summary>One past the last row touched.</summary>
    public int RowEnd;

    /// <summary>First column stored, a multiple of the vector width.</summary>
    public int FirstColumn;

    /// <summary>Columns stored, a multiple of the vector width.</summary>
    public int Stride;

    /// <summary>Basis functions stored a row.</summary>
    public int Functions;

    /// <summary>How many of them first derivatives need.</summary>
    public int FirstFunctions;

    /// <summary>Where the functions start in the workspace, shape (rows, functions, stride).</summary>
    public int Values;

    /// <summary>Where the rows' column ranges start in the workspace, shape (rows, 2).</summary>
    public int Ranges;

    /// <summary>Where the coefficients start in the workspace.</summary>
    public int Coefficients;
}
