using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>Renders Gaussian-smoothed polygons with all derivatives, edge piece by edge piece.</summary>
/// <remarks>
/// <para>
/// Lengths are in units of σ; g(y) = exp(−|y|²/2)/2π = φ(y_u)φ(y_v). The image is a sum over edges A→B, with c the
/// intensity on the left of the edge less that on its right and e = B − A. By the divergence theorem, with the field
/// (−Φ(x_u − p_u) φ(x_v − p_v), 0), whose divergence with respect to p is g(x − p),
/// <code>I(x) = Σ −c e_v ∫₀¹ Φ(x_u − u(t)) φ(x_v − v(t)) dt,   (u, v)(t) = A + t e.</code>
/// It is 0 to the left of an edge and constant along a row to its right, so an edge needs work near itself alone.
/// </para>
/// <para>
/// All derivatives with respect to the vertices come from three moments of the Gaussian along the edge,
/// <code>N₀, N₁, N₂ = ∫₀¹ {(1−t)², t(1−t), t²} g(x − A − t e) dt,</code>
/// from h, the signed distance of the pixel from the edge's line, and from g at the vertices (see PolygonCoefficients):
/// the basis functions N₀+N₁ and N₁+N₂ (how strongly motion of A and of B is felt), hN₀, hN₁, hN₂, g.
/// </para>
/// <para>
/// The integrals are Gauss–Legendre sums, exact to rounding (PolygonAccuracy), and both integrands are a product of a
/// function of the column and one of the row, so the special functions are evaluated in two small tables, nodes × columns
/// and nodes × rows, and a pixel costs four multiply-adds a node. The closed forms by erf and Owen's T cost a dozen
/// exponentials a pixel instead and cancel for short edges; these sums have positive terms only.
/// </para>
/// <para>
/// A second pass then combines the basis functions of all tiles that touch a row, seven components at a time in registers,
/// and writes each component of the image once. Every sum has a fixed order, whatever the thread.
/// </para>
/// <para>
/// Slower: the runtime's vector exponential (a call from the inner loop, which spills every register; twice the
/// time of the column tables); tiles aligned to whole vectors of the image (half again as many vectors a tile); node
/// positions by scalar code in double precision. What binds now, 41 × 41 in single precision with 28 components: a fifth
/// of the time is the second pass, at one 512-bit multiply-add a cycle on Zen 4, an eighth is writing the image's zeros,
/// and the rest is spread over tables, node sums and the chain rule. 256-bit vectors are equally fast there.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double: the type of the image.</typeparam>
internal abstract class PolygonKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The kernel at a vector width, which must be supported; null for the machine's.</summary>
    public static PolygonKernel<T> Create(VectorWidth? width = null) => VectorDispatch<T>.Run(default(Creation), width).Kernel!;

    /// <summary>Adds a piece of an edge: its values at once, its basis functions as a tile.</summary>
    /// <param name="workspace">The image being made.</param>
    /// <param name="lattice">The pixels.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="layout">The derivatives wanted.</param>
    public abstract void AddPiece(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, in EdgePiece piece, PolygonLayout layout);

    /// <summary>Adds the Gaussian at a vertex, as a tile.</summary>
    /// <param name="workspace">The image being made.</param>
    /// <param name="lattice">The pixels.</param>
    /// <param name="u">The vertex, in units of σ.</param>
    /// <param name="v">The vertex, in units of σ.</param>
    /// <param name="coefficients">Where its coefficients start.</param>
    public abstract void AddVertex(
        PolygonWorkspace<T> workspace, PixelLattice<T> lattice, double u, double v, int coefficients);

    /// <summary>Combines everything added into the image; every element of it is written.</summary>
    /// <param name="workspace">The image being made.</param>
    /// <param name="lattice">The pixels.</param>
    /// <param name="background">Added to the values.</param>
    /// <param name="image">One sample, rows · columns features.</param>
    public abstract void Finish(PolygonWorkspace<T> workspace, PixelLattice<T> lattice, T background, JetSpan<T> image);

    private struct Creation : IVectorOperation<T>
    {
        public PolygonKernel<T>? Kernel { get; private set; }

        public void Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector, T>
            where TVector : struct =>
            Kernel = new PolygonKernel<TSimd, TVector, T>();
    }
}
