namespace SobolevNet.Rendering;

/// <summary>The line of an edge that leaves the neighborhood of the image, and the motion of points on it.</summary>
/// <remarks>
/// <para>
/// Where the line meets the image follows from ends that may be 10¹² σ away, and so does its motion: differences of nearly
/// equal numbers, so all is computed in twice double precision from the vertices as given. Coordinates are those of the plane
/// from the image's center, times a power of two that brings σ to [1, 2).
/// </para>
/// <para>
/// The line is the set of points p with e_v p_u − e_u p_v = A_u B_v − A_v B_u, e = B − A.
/// </para>
/// </remarks>
internal readonly struct FarEdge
{
    private readonly DoubleDouble _startU;
    private readonly DoubleDouble _startV;
    private readonly DoubleDouble _endU;
    private readonly DoubleDouble _endV;
    private readonly DoubleDouble _deltaU;
    private readonly DoubleDouble _deltaV;
    private readonly DoubleDouble _moment;

    /// <summary>The line through two points.</summary>
    public FarEdge(DoubleDouble startU, DoubleDouble startV, DoubleDouble endU, DoubleDouble endV)
    {
        (_startU, _startV, _endU, _endV) = (startU, startV, endU, endV);
        (_deltaU, _deltaV) = (endU - startU, endV - startV);
        _moment = (startU * endV) - (startV * endU);
        Length = Math.Sqrt((_deltaU.High * _deltaU.High) + (_deltaV.High * _deltaV.High));
    }

    /// <summary>|e|.</summary>
    public double Length { get; }

    /// <summary>The unit vector along the edge.</summary>
    public double DirectionU => _deltaU.High / Length;

    /// <summary>The unit vector along the edge.</summary>
    public double DirectionV => _deltaV.High / Length;

    /// <summary>u where the line is at a height.</summary>
    public double UAt(double v) => ((_moment + (_deltaU * v)) / _deltaV).High;

    /// <summary>v where the line is at a column.</summary>
    public double VAt(double u) => (((_deltaV * u) - _moment) / _deltaU).High;

    /// <summary>A point of the edge as (1 − t) A + t B: both shares, each to its own last digit.</summary>
    public (DoubleDouble OfStart, DoubleDouble OfEnd) Shares(double u, double v) =>
        Math.Abs(_deltaU.High) > Math.Abs(_deltaV.High)
            ? ((_endU - u) / _deltaU, (u - _startU) / _deltaU)
            : ((_endV - v) / _deltaV, (v - _startV) / _deltaV);

    /// <summary>A motion's component along the outward normal.</summary>
    public double Across(DoubleDouble u, DoubleDouble v) => ((_deltaV * u) - (_deltaU * v)).High / Length;

    /// <summary>A motion's component along the edge.</summary>
    public double Along(DoubleDouble u, DoubleDouble v) => ((_deltaU * u) + (_deltaV * v)).High / Length;
}
