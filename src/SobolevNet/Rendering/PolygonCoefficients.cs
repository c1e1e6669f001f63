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

    /// <summary>
    /// Copies the vertices' jets to memory that is contiguous for each vertex, in units of σ: shape (vertices, components, 2).
    /// </summary>
    /// <param name="vertices">Shape (components, 1, 2·vertices).</param>
    /// <param name="components">How many components to copy.</param>
    /// <param name="inverseSigma">1/σ.</param>
    /// <param name="motions">Written.</param>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public static void Gather(JetSpan<double> vertices, int components, double inverseSigma, Span<double> motions)
    {
        for (int component = 0; component < components; component++)
        {
            var row = vertices.Row(component, 0);
            var column = motions[(2 * component)..];
            for (int k = 0; k < row.Length; k += 2)
            {
                double u = row[k] * inverseSigma;
                double v = row[k + 1] * inverseSigma;
                column[k * components] = u;
                column[(k * components) + 1] = v;
                if (!double.IsFinite(u) || !double.IsFinite(v))
                {
                    throw new ArgumentException(
                        $"The jets of vertex {k / 2} have ({row[k]}, {row[k + 1]}) in component {component} " +
                        $"({vertices.Layout.NameOf(component)}), or too large for the Gaussian's σ.",
                        nameof(vertices));
                }
            }
        }
    }

    /// <summary>Writes the coefficients of an edge.</summary>
    /// <param name="start">Jets of A in units of σ, shape (components, 2).</param>
    /// <param name="end">Jets of B.</param>
    /// <param name="layout">The components.</param>
    /// <param name="geometry">The edge's unit vectors and length.</param>
    /// <param name="intensity">c.</param>
    /// <param name="parts">Scratch, <see cref="Parts"/> numbers a first derivative.</param>
    /// <param name="destination">Written.</param>
    public static void WriteEdge<T>(
        ReadOnlySpan<double> start,
        ReadOnlySpan<double> end,
        JetLayout layout,
        EdgeGeometry geometry,
        double intensity,
        Span<double> parts,
        Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (du, dv) = (geometry.DirectionU, geometry.DirectionV);
        var seconds = layout.Seconds;
        int firsts = layout.Firsts.Length;
        var polygons = new PolygonLayout(firsts, seconds.Length);
        double strength = intensity * geometry.Length;
        for (int k = 0; k < firsts; k++)
        {
            int c = 2 * (1 + k);
            var part = parts.Slice(Parts * k, Parts);
            part[0] = (dv * start[c]) - (du * start[c + 1]);
            part[1] = (du * start[c]) + (dv * start[c + 1]);
            part[2] = (dv * end[c]) - (du * end[c + 1]);
            part[3] = (du * end[c]) + (dv * end[c + 1]);
            destination[PolygonLayout.EdgeFirst(k, 0)] = T.CreateTruncating(strength * part[0]);
            destination[PolygonLayout.EdgeFirst(k, 1)] = T.CreateTruncating(strength * part[2]);
        }

        for (int k = 0; k < seconds.Length; k++)
        {
            int c = 2 * (1 + firsts + k);
            double a = (dv * start[c]) - (du * start[c + 1]);
            double b = (dv * end[c]) - (du * end[c + 1]);
            var i = parts.Slice(Parts * (seconds[k].FirstI - 1), Parts);
            var j = parts.Slice(Parts * (seconds[k].FirstJ - 1), Parts);
            double atStart = (geometry.Length * a) + (i[0] * j[1]) + (i[1] * j[0]) - (i[1] * j[2]) - (i[2] * j[1]);
            double atEnd = (geometry.Length * b) - (i[2] * j[3]) - (i[3] * j[2]) + (i[0] * j[3]) + (i[3] * j[0]);
            var of = destination[polygons.EdgeSecond(k, 0)..];
            of[0] = T.CreateTruncating(intensity * atStart);
            of[PolygonLayout.Block] = T.CreateTruncating(intensity * atEnd);
            of[2 * PolygonLayout.Block] = T.CreateTruncating(strength * (i[0] * j[0]));
            of[3 * PolygonLayout.Block] = T.CreateTruncating(strength * ((i[0] * j[2]) + (i[2] * j[0])));
            of[4 * PolygonLayout.Block] = T.CreateTruncating(strength * (i[2] * j[2]));
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
    /// <param name="motion">Jets of the vertex in units of σ, shape (components, 2).</param>
    /// <param name="layout">The components.</param>
    /// <param name="corner">K of the vertex.</param>
    /// <param name="destination">Written.</param>
    public static void WriteVertex<T>(
        ReadOnlySpan<double> motion, JetLayout layout, ReadOnlySpan<double> corner, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var seconds = layout.Seconds;
        var (uu, uv, vv) = (corner[0], corner[1], corner[2]);
        for (int k = 0; k < seconds.Length; k++)
        {
            var i = motion.Slice(2 * seconds[k].FirstI, 2);
            var j = motion.Slice(2 * seconds[k].FirstJ, 2);
            destination[k] = T.CreateTruncating(
                (uu * i[0] * j[0]) + (uv * ((i[0] * j[1]) + (i[1] * j[0]))) + (vv * i[1] * j[1]));
        }
    }
}
