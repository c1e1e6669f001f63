using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Rendering;

/// <summary>
/// The chain rule from the motion of vertices to the image: what each basis function of an edge or vertex counts in each
/// derivative.
/// </summary>
/// <remarks>
/// <para>
/// Lengths in units of σ. Edge A→B, e = B − A, ℓ = |e|, unit tangent ê and outward normal n̂ = (ê_v, −ê_u), intensity
/// difference c, moments N₀, N₁, N₂ of g with weights (1−t)², t(1−t), t² (see PolygonKernel), E_A = N₀ + N₁,
/// E_B = N₁ + N₂. Write aᵢ, aᵢⱼ for the derivatives of A along tangents i and j, and superscripts n, t for components along
/// n̂ and ê; b likewise for B. Then
/// <code>
/// I_i  = c ℓ (aᵢⁿ E_A + bᵢⁿ E_B)
/// I_ij = c [ (ℓ aᵢⱼⁿ + aᵢⁿaⱼᵗ + aᵢᵗaⱼⁿ − aᵢᵗbⱼⁿ − bᵢⁿaⱼᵗ) E_A
///          + (ℓ bᵢⱼⁿ − bᵢⁿbⱼᵗ − bᵢᵗbⱼⁿ + aᵢⁿbⱼᵗ + bᵢᵗaⱼⁿ) E_B
///          + ℓ h (aᵢⁿaⱼⁿ N₀ + (aᵢⁿbⱼⁿ + bᵢⁿaⱼⁿ) N₁ + bᵢⁿbⱼⁿ N₂) ]
///        − c aᵢⁿaⱼᵗ g(x − A) + c bᵢⁿbⱼᵗ g(x − B)
/// </code>
/// This is the Hessian of method, section 5, with the tangential moments s₀M_k − LM_{k+1} integrated by parts
/// (∂g/∂t is a total derivative), which leaves Gaussians at the ends. The end terms of all edges at a vertex add up to
/// aᵢᵀ K aⱼ; their antisymmetric parts cancel, since intensity differences around a vertex add up to zero, so K is summed
/// symmetrized.
/// </para>
/// </remarks>
internal static class PolygonCoefficients
{
    /// <summary>Numbers a tangent needs in the scratch memory: aⁿ, aᵗ, bⁿ, bᵗ.</summary>
    public const int Parts = 4;

    /// <summary>Writes the coefficients of an edge.</summary>
    /// <param name="vertices">Jets of the vertices in the image plane, shape (components, 1, 2·vertices).</param>
    /// <param name="layout">The image's components, a prefix of the vertices'.</param>
    /// <param name="edge">The edge.</param>
    /// <param name="geometry">Its unit vectors and length.</param>
    /// <param name="intensity">c.</param>
    /// <param name="inverseSigma">1/σ, which brings the jets to units of σ.</param>
    /// <param name="parts">Scratch, <see cref="Parts"/> numbers a first derivative.</param>
    /// <param name="destination">Written.</param>
    public static void WriteEdge<T>(
        JetSpan<double> vertices,
        JetLayout layout,
        PolygonEdge edge,
        EdgeGeometry geometry,
        double intensity,
        double inverseSigma,
        Span<double> parts,
        Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (du, dv) = (geometry.DirectionU, geometry.DirectionV);
        var firsts = layout.Firsts;
        var seconds = layout.Seconds;
        var polygons = new PolygonLayout(firsts.Length, seconds.Length);
        double reach = intensity * geometry.Length;
        for (int k = 0; k < firsts.Length; k++)
        {
            var row = vertices.Row(1 + k, 0);
            var part = parts.Slice(Parts * k, Parts);
            double au = row[2 * edge.From] * inverseSigma;
            double av = row[(2 * edge.From) + 1] * inverseSigma;
            double bu = row[2 * edge.To] * inverseSigma;
            double bv = row[(2 * edge.To) + 1] * inverseSigma;
            part[0] = (dv * au) - (du * av);
            part[1] = (du * au) + (dv * av);
            part[2] = (dv * bu) - (du * bv);
            part[3] = (du * bu) + (dv * bv);
            destination[PolygonLayout.EdgeFirst(k, 0)] = T.CreateTruncating(reach * part[0]);
            destination[PolygonLayout.EdgeFirst(k, 1)] = T.CreateTruncating(reach * part[2]);
        }

        for (int k = 0; k < seconds.Length; k++)
        {
            var row = vertices.Row(1 + firsts.Length + k, 0);
            double a = inverseSigma * ((dv * row[2 * edge.From]) - (du * row[(2 * edge.From) + 1]));
            double b = inverseSigma * ((dv * row[2 * edge.To]) - (du * row[(2 * edge.To) + 1]));
            var i = parts.Slice(Parts * (seconds[k].FirstI - 1), Parts);
            var j = parts.Slice(Parts * (seconds[k].FirstJ - 1), Parts);
            double atStart = (geometry.Length * a) + (i[0] * j[1]) + (i[1] * j[0]) - (i[1] * j[2]) - (i[2] * j[1]);
            double atEnd = (geometry.Length * b) - (i[2] * j[3]) - (i[3] * j[2]) + (i[0] * j[3]) + (i[3] * j[0]);
            destination[polygons.EdgeSecond(k, 0)] = T.CreateTruncating(intensity * atStart);
            destination[polygons.EdgeSecond(k, 1)] = T.CreateTruncating(intensity * atEnd);
            destination[polygons.EdgeSecond(k, 2)] = T.CreateTruncating(reach * (i[0] * j[0]));
            destination[polygons.EdgeSecond(k, 3)] = T.CreateTruncating(reach * ((i[0] * j[2]) + (i[2] * j[0])));
            destination[polygons.EdgeSecond(k, 4)] = T.CreateTruncating(reach * (i[2] * j[2]));
        }
    }

    /// <summary>Adds an edge's end terms to K of its two vertices; K is kept as (K_uu, K_uv, K_vv).</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="geometry">Its unit vectors.</param>
    /// <param name="intensity">c.</param>
    /// <param name="corners">Three numbers a vertex.</param>
    public static void AddEnds(PolygonEdge edge, EdgeGeometry geometry, double intensity, Span<double> corners)
    {
        // The symmetric part of n̂ ⊗ ê.
        var (du, dv) = (geometry.DirectionU, geometry.DirectionV);
        double uu = intensity * dv * du;
        double uv = 0.5 * intensity * ((dv * dv) - (du * du));
        var from = corners.Slice(3 * edge.From, 3);
        var to = corners.Slice(3 * edge.To, 3);
        (from[0], from[1], from[2]) = (from[0] - uu, from[1] - uv, from[2] + uu);
        (to[0], to[1], to[2]) = (to[0] + uu, to[1] + uv, to[2] - uu);
    }

    /// <summary>Writes the coefficients aᵢᵀ K aⱼ of a vertex.</summary>
    /// <param name="vertices">Jets of the vertices in the image plane.</param>
    /// <param name="layout">The image's components.</param>
    /// <param name="vertex">The vertex.</param>
    /// <param name="corner">K of the vertex.</param>
    /// <param name="inverseSigma">1/σ.</param>
    /// <param name="destination">Written.</param>
    public static void WriteVertex<T>(
        JetSpan<double> vertices, JetLayout layout, int vertex, ReadOnlySpan<double> corner, double inverseSigma, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double scale = inverseSigma * inverseSigma;
        var seconds = layout.Seconds;
        for (int k = 0; k < seconds.Length; k++)
        {
            var i = vertices.Row(seconds[k].FirstI, 0).Slice(2 * vertex, 2);
            var j = vertices.Row(seconds[k].FirstJ, 0).Slice(2 * vertex, 2);
            destination[k] = T.CreateTruncating(
                scale * ((corner[0] * i[0] * j[0]) + (corner[1] * ((i[0] * j[1]) + (i[1] * j[0]))) + (corner[2] * i[1] * j[1])));
        }
    }
}
