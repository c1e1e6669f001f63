namespace SobolevNet.Rendering;

/// <summary>Length and direction of an edge in the image plane.</summary>
/// <param name="Length">ℓ, in units of σ.</param>
/// <param name="DirectionU">The unit tangent ê.</param>
/// <param name="DirectionV">The unit tangent ê.</param>
internal readonly record struct EdgeGeometry(double Length, double DirectionU, double DirectionV)
{
    /// <summary>The geometry of the edge e = (u, v) in units of σ.</summary>
    /// <remarks>An edge of no length gets an arbitrary direction: all that depends on it cancels.</remarks>
    public static EdgeGeometry Of(double u, double v)
    {
        double length = Math.Sqrt((u * u) + (v * v));
        return length > 1e-150 ? new EdgeGeometry(length, u / length, v / length) : new EdgeGeometry(0, 1, 0);
    }
}
