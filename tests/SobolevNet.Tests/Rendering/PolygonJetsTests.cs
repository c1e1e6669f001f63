using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Rendering;

/// <summary>The reference of polygons with derivatives, against area quadrature and differences of that.</summary>
public sealed class PolygonJetsTests
{
    [Fact]
    public void Pixel_OfAMovingQuadrilateral_MatchesDifferencesOfAreaQuadrature()
    {
        const double Sigma = 0.2;
        var layout = JetLayout.Full(2, 2);
        var vertices = new JetBatch<double>(layout, 1, 8);
        var stream = new RandomStream(3);
        foreach (ref double element in vertices.Data)
        {
            element = stream.NextUniform(-0.3, 0.3);
        }

        new[] { -0.5, -0.4, 0.6, -0.3, 0.2, 0.1, -0.4, 0.7 }.CopyTo(vertices.Row(0, 0));
        foreach (var (u, v) in new[] { (0.1, -0.1), (-0.6, 0.2), (0.55, -0.3) })
        {
            double[] expected = JetDifferences.Jet(
                chart =>
                {
                    var points = new (double U, double V)[4];
                    for (int k = 0; k < 8; k++)
                    {
                        double place = vertices[0, 0, k];
                        for (int i = 0; i < 2; i++)
                        {
                            place += vertices[layout.First(i), 0, k] * chart[i];
                            for (int j = 0; j < 2; j++)
                            {
                                place += 0.5 * vertices[layout.Second(i, j), 0, k] * chart[i] * chart[j];
                            }
                        }

                        points[k / 2] = k % 2 == 0 ? (place, points[k / 2].V) : (points[k / 2].U, place);
                    }

                    return PolygonImage.Value(points, u, v, Sigma);
                },
                2,
                0.02);
            double[] jet = PolygonJets.Pixel(vertices, u, v, Sigma);
            for (int c = 0; c < layout.Count; c++)
            {
                jet[c].Should().BeApproximately(expected[c], layout.OrderOf(c) switch { 0 => 1e-13, 1 => 1e-9, _ => 1e-7 }, layout.NameOf(c));
            }
        }
    }
}
