using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Rendering;

/// <summary>
/// The coordinates that an image is rendered in, units of σ from its center, and the rectangle in which the Gaussian of some
/// pixel is felt.
/// </summary>
/// <typeparam name="T">float or double: the type of the image, on which the reach depends.</typeparam>
internal sealed class ImageFrame<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _exponent;

    public ImageFrame(PixelGrid grid, double sigma)
    {
        CenterU = grid.Left + (0.5 * (grid.Right - grid.Left));
        CenterV = grid.Bottom + (0.5 * (grid.Top - grid.Bottom));
        InverseSigma = 1 / sigma;
        _exponent = -Math.ILogB(sigma);
        ScaledSigma = Math.ScaleB(sigma, _exponent);
        Lattice = new(
            grid.Rows,
            grid.Columns,
            (grid.Left - CenterU) / sigma,
            grid.ColumnSpacing / sigma,
            (grid.Top - CenterV) / sigma,
            grid.RowSpacing / sigma);
        double reach = PolygonAccuracy<T>.Reach;
        Left = Lattice.Left - reach;
        Right = Lattice.Left + (Lattice.ColumnSpacing * (Lattice.Columns - 1)) + reach;
        Bottom = Lattice.Row(Lattice.Rows - 1) - reach;
        Top = Lattice.Top + reach;
    }

    /// <summary>The pixels.</summary>
    public PixelLattice<T> Lattice { get; }

    /// <summary>The center of the image in the plane's units.</summary>
    public double CenterU { get; }

    /// <summary>The center of the image in the plane's units.</summary>
    public double CenterV { get; }

    /// <summary>1/σ.</summary>
    public double InverseSigma { get; }

    /// <summary>σ in [1, 2), after multiplication by the power of two of <see cref="Scale"/>.</summary>
    public double ScaledSigma { get; }

    /// <summary>u to the left of which an edge adds the same to all pixels of a row.</summary>
    public double Left { get; }

    /// <summary>u to the right of which an edge adds nothing.</summary>
    public double Right { get; }

    /// <summary>v below which an edge adds nothing.</summary>
    public double Bottom { get; }

    /// <summary>v above which an edge adds nothing.</summary>
    public double Top { get; }

    /// <summary>Brings a length near units of σ by a power of two, which rounds nothing.</summary>
    public double Scale(double length) => Math.ScaleB(length, _exponent);

    /// <summary>Whether a point is in the rectangle.</summary>
    public bool Contains(double u, double v) => u >= Left && u <= Right && v >= Bottom && v <= Top;
}
