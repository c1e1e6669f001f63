using MathNet.Numerics.Integration;

namespace SobolevNet.Tests.Reference;

/// <summary>
/// A Gaussian-smoothed moving polygon at one point with its derivatives: dual numbers through the line integral that the
/// divergence theorem makes of the area. Slow and obvious; knows nothing of moments, tiles or reach.
/// </summary>
public static class PolygonJets
{
    private const int Nodes = 10;
    private const double LongestPiece = 2;
    private static readonly GaussLegendreRule Rule = new(0, 1, Nodes);

    /// <summary>All components of the image at a point.</summary>
    /// <param name="vertices">One polygon's vertices in order, shape (components, 1, 2·vertices).</param>
    /// <param name="u">The pixel.</param>
    /// <param name="v">The pixel.</param>
    /// <param name="sigma">Standard deviation.</param>
    public static double[] Pixel(JetBatch<double> vertices, double u, double v, double sigma)
    {
        var layout = vertices.Layout;
        double[] jet = new double[layout.Count];
        int firsts = layout.Firsts.Length;
        for (int c = layout.Order == 0 ? 0 : 1; c < layout.Count; c++)
        {
            int i = c <= firsts ? c : layout.Seconds[c - 1 - firsts].FirstI;
            int j = c <= firsts ? 0 : layout.Seconds[c - 1 - firsts].FirstJ;
            var value = Integral(vertices, i, j, c <= firsts ? 0 : c, u, v, sigma);
            jet[0] = value.Value.Value.Value;
            jet[c] = c == 0 ? jet[0] : c <= firsts ? value.Value.Tangent.Value : value.Tangent.Tangent.Value;
        }

        return jet;
    }

    /// <summary>−Σ e_v ∫ Φ(x_u − u(t)) φ(x_v − v(t)) dt over the edges, with derivatives along components i and j of the vertices.</summary>
    private static Dual<Dual<Real>> Integral(JetBatch<double> vertices, int i, int j, int ij, double u, double v, double sigma)
    {
        int count = vertices.Features / 2;
        Dual<Dual<Real>> Coordinate(int feature, double pixel) => new(
            new(new((vertices[0, 0, feature] - pixel) / sigma), new(i == 0 ? 0 : vertices[i, 0, feature] / sigma)),
            new(new(j == 0 ? 0 : vertices[j, 0, feature] / sigma), new(ij == 0 ? 0 : vertices[ij, 0, feature] / sigma)));
        var zero = Dual<Dual<Real>>.FromDouble(0);
        var sum = zero;
        for (int k = 0; k < count; k++)
        {
            int next = (k + 1) % count;
            var (startU, startV) = (Coordinate(2 * k, u), Coordinate((2 * k) + 1, v));
            var (deltaU, deltaV) = (Coordinate(2 * next, u) - startU, Coordinate((2 * next) + 1, v) - startV);
            double length = Math.Sqrt((deltaU.Primal * deltaU.Primal) + (deltaV.Primal * deltaV.Primal));
            int pieces = (int)Math.Ceiling(length / LongestPiece) + 1;
            for (int q = 0; q < pieces * Nodes; q++)
            {
                double t = ((q / Nodes) + Rule.GetAbscissa(q % Nodes)) / pieces;
                if (Math.Abs(startV.Primal + (t * deltaV.Primal)) < 12 && startU.Primal + (t * deltaU.Primal) < 12)
                {
                    var time = Dual<Dual<Real>>.FromDouble(t);
                    var (pu, pv) = (startU + (time * deltaU), startV + (time * deltaV));
                    var weight = Dual<Dual<Real>>.FromDouble(-Rule.GetWeight(q % Nodes) / pieces / Math.Sqrt(2 * Math.PI));
                    var density = Dual<Dual<Real>>.Exp(Dual<Dual<Real>>.FromDouble(-0.5) * pv * pv);
                    sum += weight * deltaV * Dual<Dual<Real>>.NormalCdf(zero - pu) * density;
                }
            }
        }

        return sum;
    }
}
