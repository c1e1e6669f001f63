using System.Numerics;

namespace SobolevNet.Kernels;

/// <summary>
/// How far a Gaussian reaches and how many quadrature nodes an edge needs, for results in single and double precision.
/// Lengths are in units of the Gaussian's σ.
/// </summary>
/// <remarks>
/// <para>
/// What lies further from a pixel than <see cref="Reach"/> is left out: φ(6) = 6e-9 and φ(8.5) = 8e-17 of the density.
/// </para>
/// <para>
/// The integrands of an edge, e^{-y²/2} times slowly varying factors over a length ℓ, are entire functions, so a
/// Gauss–Legendre rule converges faster than any power. Measured over pixels all about the edge, at every slope, the error
/// of the rules below is under 1e-8 (float) and 1e-15 (double) for every ℓ up to <see cref="LongestPiece"/>; longer edges
/// are cut into pieces.
/// </para>
/// </remarks>
/// <typeparam name="T">float or double: the type of the result.</typeparam>
internal static class PolygonAccuracy<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The longest piece of an edge that one rule covers.</summary>
    public const double LongestPiece = 24;

    /// <summary>The distance beyond which the Gaussian is taken as zero.</summary>
    public static double Reach => typeof(T) == typeof(float) ? 6 : 8.5;

    /// <summary>The nodes that a piece of an edge needs.</summary>
    /// <param name="length">ℓ, at most <see cref="LongestPiece"/>.</param>
    public static int Nodes(double length) => typeof(T) == typeof(float)
        ? (int)Math.Ceiling(4 + (1.42 * length))
        : (int)Math.Ceiling(6.5 + (2.15 * length));
}
