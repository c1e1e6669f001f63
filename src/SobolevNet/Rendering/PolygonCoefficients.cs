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
/// n̂ and ê; b likewise for B; d = bⁿ − aⁿ. Then
/// <code>
/// I_i  = c ℓ (aᵢⁿ E_A + bᵢⁿ E_B)
/// I_ij = c [ (ℓ aᵢⱼⁿ − dᵢaⱼᵗ − aᵢᵗdⱼ) E_A + (ℓ bᵢⱼⁿ − dᵢbⱼᵗ − bᵢᵗdⱼ) E_B
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
    /// <summary>The largest position or derivative of a vertex, in units of σ: products of two are far from overflow.</summary>
    public const double Largest = 1e140;

    /// <summary>
    /// Copies the vertices' jets to memory that is contiguous for each vertex, in units of σ from the image's center: shape
    /// (vertices, components, 2).
    /// </summary>
    /// <param name="vertices">Shape (components, 1, 2·vertices).</param>
    /// <param name="components">How many components to copy.</param>
    /// <param name="frame">The coordinates.</param>
    /// <param name="motions">Written.</param>
    /// <param name="argument">Named in the message: the caller's argument that the jets come from.</param>
    /// <exception cref="ArgumentException">A number is not finite, or too large.</exception>
    public static void Gather<T>(
        JetSpan<double> vertices, int components, ImageFrame<T> frame, Span<double> motions, string argument)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int component = 0; component < components; component++)
        {
            var row = vertices.Row(component, 0);
            var column = motions[(2 * component)..];
            var (centerU, centerV) = component == 0 ? (frame.CenterU, frame.CenterV) : (0, 0);
            for (int k = 0; k < row.Length; k += 2)
            {
                double u = (row[k] - centerU) * frame.InverseSigma;
                double v = (row[k + 1] - centerV) * frame.InverseSigma;
                column[k * components] = u;
                column[(k * components) + 1] = v;
                if (!(Math.Abs(u) <= Largest && Math.Abs(v) <= Largest))
                {
                    throw new ArgumentException(
                        $"The jets of vertex {k / 2} have ({row[k]}, {row[k + 1]}) in component {component} " +
                        $"({vertices.Layout.NameOf(component)}): not finite, or too large for the Gaussian's σ (above {Largest} σ).",
                        argument);
                }
            }
        }
    }

    /// <summary>Writes the coefficients of an edge.</summary>
    /// <param name="parts">How its ends move; see <see cref="EdgeMotion"/>.</param>
    /// <param name="layout">The components.</param>
    /// <param name="length">ℓ.</param>
    /// <param name="intensity">c.</param>
    /// <param name="destination">Written.</param>
    public static void WriteEdge<T>(
        ReadOnlySpan<double> parts, JetLayout layout, double length, double intensity, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var seconds = layout.Seconds;
        int firsts = layout.Firsts.Length;
        var polygons = new PolygonLayout(firsts, seconds.Length);
        double strength = intensity * length;
        for (int k = 0; k < firsts; k++)
        {
            var part = parts.Slice(EdgeMotion.FirstSize * k, EdgeMotion.FirstSize);
            destination[PolygonLayout.EdgeFirst(k, 0)] = T.CreateTruncating(strength * part[0]);
            destination[PolygonLayout.EdgeFirst(k, 1)] = T.CreateTruncating(strength * part[2]);
        }

        var across = parts[(EdgeMotion.FirstSize * firsts)..];
        for (int k = 0; k < seconds.Length; k++)
        {
            var i = parts.Slice(EdgeMotion.FirstSize * (seconds[k].FirstI - 1), EdgeMotion.FirstSize);
            var j = parts.Slice(EdgeMotion.FirstSize * (seconds[k].FirstJ - 1), EdgeMotion.FirstSize);
            double atStart = (length * across[EdgeMotion.SecondSize * k]) - (i[4] * j[1]) - (i[1] * j[4]);
            double atEnd = (length * across[(EdgeMotion.SecondSize * k) + 1]) - (i[4] * j[3]) - (i[3] * j[4]);
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
