namespace SobolevNet.Kernels;

/// <summary>
/// The number of rows of a tile as a type, so that the JIT compiles the micro-kernel once for each height, with the rows
/// that are not there left out.
/// </summary>
internal interface ITileRows
{
    /// <summary>Rows of the tile, 1 to 14.</summary>
    static abstract int Count { get; }
}

internal readonly struct Rows1 : ITileRows
{
    public static int Count => 1;
}

internal readonly struct Rows2 : ITileRows
{
    public static int Count => 2;
}

internal readonly struct Rows3 : ITileRows
{
    public static int Count => 3;
}

internal readonly struct Rows4 : ITileRows
{
    public static int Count => 4;
}

internal readonly struct Rows5 : ITileRows
{
    public static int Count => 5;
}

internal readonly struct Rows6 : ITileRows
{
    public static int Count => 6;
}

internal readonly struct Rows7 : ITileRows
{
    public static int Count => 7;
}

internal readonly struct Rows8 : ITileRows
{
    public static int Count => 8;
}

internal readonly struct Rows9 : ITileRows
{
    public static int Count => 9;
}

internal readonly struct Rows10 : ITileRows
{
    public static int Count => 10;
}

internal readonly struct Rows11 : ITileRows
{
    public static int Count => 11;
}

internal readonly struct Rows12 : ITileRows
{
    public static int Count => 12;
}

internal readonly struct Rows13 : ITileRows
{
    public static int Count => 13;
}

internal readonly struct Rows14 : ITileRows
{
    public static int Count => 14;
}

/// <summary>Where the rows of a tile's operands lie, as a type for the same reason.</summary>
internal interface ITileIndexing
{
    /// <summary>Row k of b lies at index[k] rather than at k·bStep.</summary>
    static abstract bool OfDepth { get; }

    /// <summary>Row r of C lies at index[r] rather than at r·strideC.</summary>
    static abstract bool OfRows { get; }

    /// <summary>a[k, r] lies at r·aStep + k rather than at k·aStep + r.</summary>
    static abstract bool OfFactors { get; }
}

/// <summary>Rows at equal distances.</summary>
internal readonly struct Contiguous : ITileIndexing
{
    public static bool OfDepth => false;

    public static bool OfRows => false;

    public static bool OfFactors => false;
}

/// <summary>Rows of b chosen by an index.</summary>
internal readonly struct IndexedDepth : ITileIndexing
{
    public static bool OfDepth => true;

    public static bool OfRows => false;

    public static bool OfFactors => false;
}

/// <summary>Rows of C chosen by an index.</summary>
internal readonly struct IndexedRows : ITileIndexing
{
    public static bool OfDepth => false;

    public static bool OfRows => true;

    public static bool OfFactors => false;
}

/// <summary>Factors that lie along their row, as in a matrix of weights.</summary>
internal readonly struct FactorsByRow : ITileIndexing
{
    public static bool OfDepth => false;

    public static bool OfRows => false;

    public static bool OfFactors => true;
}
