namespace SobolevNet;

/// <summary>
/// Where pairs of tangents lie in the upper triangle, row by row: (0, 0), (0, 1) … (0, p − 1), (1, 1) … So the second derivatives of a full
/// layout are found without a table of p² entries.
/// </summary>
internal static class UpperTriangle
{
    /// <summary>The place of a pair; the order of the two does not matter.</summary>
    /// <param name="i">A tangent.</param>
    /// <param name="j">A tangent.</param>
    /// <param name="tangents">p.</param>
    public static int Index(int i, int j, int tangents)
    {
        (i, j) = i <= j ? (i, j) : (j, i);
        return (int)(((long)i * tangents) - ((long)i * (i - 1) / 2) + j - i);
    }

    /// <summary>How many pairs there are, p(p + 1)/2.</summary>
    /// <param name="tangents">p.</param>
    public static long Count(int tangents) => tangents * (tangents + 1L) / 2;

    /// <summary>Whether a layout has all derivatives up to an order, and for order 2 nothing else; no layout is made to compare with.</summary>
    /// <param name="layout">A layout of any order.</param>
    /// <param name="order">0, 1 or 2.</param>
    public static bool IsFull(JetLayout layout, int order) =>
        layout.Order >= order
        && (order < 1 || layout.CountOf(1) == layout.Tangents)
        && (order < 2 || layout.CountOf(2) == Count(layout.Tangents));
}
