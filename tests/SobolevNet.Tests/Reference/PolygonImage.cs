using MathNet.Numerics.Integration;

namespace SobolevNet.Tests.Reference;

/// <summary>A Gaussian-smoothed polygon at one point, by quadrature over its area: slow and obvious.</summary>
public static class PolygonImage
{
    private const int Nodes = 17;
    private static readonly GaussLegendreRule Rule = new(0, 1, Nodes);

    /// <summary>∫ over the polygon of the two-dimensional Gaussian about (u, v).</summary>
    /// <param name="polygon">Vertices in order; clockwise ones count negative. Need not be convex.</param>
    /// <param name="u">The pixel.</param>
    /// <param name="v">The pixel.</param>
    /// <param name="sigma">Standard deviation.</param>
    public static double Value(ReadOnlySpan<(double U, double V)> polygon, double u, double v, double sigma)
    {
        double sum = 0;
        for (int k = 1; k + 1 < polygon.Length; k++)
        {
            sum += Triangle(polygon[0], polygon[k], polygon[k + 1], u, v, sigma);
        }

        return sum;
    }

    /// <summary>
    /// One triangle, cut in four until its sides are at most 4σ or it is too far off to count; then a product rule over the
    /// square collapsed to the triangle.
    /// </summary>
    private static double Triangle(
        (double U, double V) a, (double U, double V) b, (double U, double V) c, double u, double v, double sigma)
    {
        double size = Math.Max(Distance(a, b), Math.Max(Distance(b, c), Distance(c, a)));
        if (Distance(a, (u, v)) - size > 11 * sigma)
        {
            return 0;
        }

        if (size > 4 * sigma)
        {
            var (ab, bc, ca) = (Middle(a, b), Middle(b, c), Middle(c, a));
            return Triangle(a, ab, ca, u, v, sigma) + Triangle(ab, b, bc, u, v, sigma)
                + Triangle(ca, bc, c, u, v, sigma) + Triangle(ab, bc, ca, u, v, sigma);
        }

        double twiceArea = ((b.U - a.U) * (c.V - a.V)) - ((c.U - a.U) * (b.V - a.V));
        double sum = 0;
        for (int i = 0; i < Nodes; i++)
        {
            double s = Rule.GetAbscissa(i);
            for (int j = 0; j < Nodes; j++)
            {
                double t = s * Rule.GetAbscissa(j);
                double du = a.U + (s * (b.U - a.U)) + (t * (c.U - b.U)) - u;
                double dv = a.V + (s * (b.V - a.V)) + (t * (c.V - b.V)) - v;
                double density = Math.Exp(-((du * du) + (dv * dv)) / (2 * sigma * sigma)) / (2 * Math.PI * sigma * sigma);
                sum += Rule.GetWeight(i) * Rule.GetWeight(j) * s * density;
            }
        }

        return twiceArea * sum;
    }

    private static (double U, double V) Middle((double U, double V) a, (double U, double V) b) =>
        (0.5 * (a.U + b.U), 0.5 * (a.V + b.V));

    private static double Distance((double U, double V) a, (double U, double V) b) =>
        Math.Sqrt(((a.U - b.U) * (a.U - b.U)) + ((a.V - b.V) * (a.V - b.V)));
}
