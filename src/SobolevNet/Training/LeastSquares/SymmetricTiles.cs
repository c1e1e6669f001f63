namespace SobolevNet;

/// <summary>Cuts the upper triangle of a symmetric matrix into tasks of some rows each, the largest first.</summary>
internal static class SymmetricTiles
{
    /// <summary>Rows of a tile: enough that copying the other operand of a product costs little.</summary>
    private const int Rows = 96;

    /// <summary>How many tiles a matrix has.</summary>
    public static int Count(int size) => (size + Rows - 1) / Rows;

    /// <summary>The first row of a tile and its number of rows.</summary>
    public static (int First, int Count) Tile(int tile, int size) => (tile * Rows, Math.Min(Rows, size - (tile * Rows)));
}
