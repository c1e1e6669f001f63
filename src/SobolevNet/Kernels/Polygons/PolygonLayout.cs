namespace SobolevNet.Kernels;

/// <summary>
/// How the coefficients of a tile lie in memory: components in blocks of seven, the accumulators that one pass keeps in
/// registers (7 divides the 21 second derivatives of six tangents).
/// </summary>
/// <remarks>
/// An edge has two basis functions for first derivatives and five for second ones, a vertex one for second derivatives
/// alone. Coefficients: for each block of first derivatives, then for each block of second ones: (functions, 7).
/// </remarks>
/// <param name="Firsts">First derivatives of the image's layout.</param>
/// <param name="Seconds">Second derivatives of the image's layout.</param>
internal readonly record struct PolygonLayout(int Firsts, int Seconds)
{
    /// <summary>Components of a block.</summary>
    public const int Block = 7;

    /// <summary>Basis functions of an edge that first derivatives need: those of its two ends moving.</summary>
    public const int EdgeFirstFunctions = 2;

    /// <summary>Basis functions of an edge that second derivatives need.</summary>
    public const int EdgeFunctions = 5;

    /// <summary>Blocks of first derivatives.</summary>
    public int FirstBlocks => (Firsts + Block - 1) / Block;

    /// <summary>Blocks of second derivatives.</summary>
    public int SecondBlocks => (Seconds + Block - 1) / Block;

    /// <summary>Coefficients of an edge.</summary>
    public int EdgeCoefficients => (FirstBlocks * EdgeFirstFunctions * Block) + (SecondBlocks * EdgeFunctions * Block);

    /// <summary>Coefficients of a vertex.</summary>
    public int VertexCoefficients => SecondBlocks * Block;

    /// <summary>Basis functions of an edge that are stored: none, two or five.</summary>
    public int StoredEdgeFunctions => Seconds > 0 ? EdgeFunctions : Firsts > 0 ? EdgeFirstFunctions : 0;

    /// <summary>Where an edge's coefficient of the k-th first derivative and a function is.</summary>
    public static int EdgeFirst(int k, int function) =>
        (k / Block * EdgeFirstFunctions * Block) + (function * Block) + (k % Block);

    /// <summary>Where an edge's coefficient of the k-th second derivative and a function is.</summary>
    public int EdgeSecond(int k, int function) =>
        (FirstBlocks * EdgeFirstFunctions * Block) + (k / Block * EdgeFunctions * Block) + (function * Block) + (k % Block);
}
