namespace SobolevNet.Rendering;

/// <summary>An edge of a <see cref="PolygonScene"/>, shared by the faces on its two sides.</summary>
/// <param name="From">The vertex it starts from.</param>
/// <param name="To">The vertex it goes to.</param>
/// <param name="Left">The face that has the edge in this direction, which lies on its left if counter-clockwise.</param>
/// <param name="Right">The face that has the edge in the other direction, or −1 if there is none.</param>
internal readonly record struct PolygonEdge(int From, int To, int Left, int Right);
