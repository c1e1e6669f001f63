namespace SobolevNet.Tests.Randomness;

public class NormalNoiseTests
{
    /// <summary>The method as it is published, with densities instead of exponents in its tests.</summary>
    [Fact]
    public void Fill_ManyNumbers_AreThoseOfTheZigguratMethod()
    {
        // Edges of the layers from the bottom up: the area of the lowest one over its height, the start of the tail, and so on to 0.
        const double Start = 3.6541528853610088;
        const double Area = 0.004928673233974655;
        var edges = new List<double> { Area / Density(Start), Start };
        while (edges.Count < 256)
        {
            edges.Add(Math.Sqrt(-2 * Math.Log(Density(edges[^1]) + (Area / edges[^1]))));
        }

        edges.Add(0);
        var (random, same) = (new RandomStream(3), new RandomStream(3));
        double[] numbers = new double[400_000];
        NormalNoise.Fill(ref random, numbers);
        var (wedges, tails) = (0, 0);
        foreach (double number in numbers)
        {
            double expected = Next(ref same);
            Math.Abs(number - expected).Should().BeLessThan(1e-10);
        }

        wedges.Should().BeGreaterThan(3000);
        tails.Should().BeGreaterThan(50);
        random.NextBits().Should().Be(same.NextBits(), "as many random numbers were taken");

        double Next(ref RandomStream stream)
        {
            while (true)
            {
                ulong bits = stream.NextBits();
                int layer = (int)(bits % 256);
                double x = ((2 * Math.ScaleB(bits / 2048, -53)) - 1) * edges[layer];
                if (Math.Abs(x) < edges[layer + 1])
                {
                    return x;
                }

                if (layer == 0)
                {
                    tails++;
                    while (true)
                    {
                        double beyond = -Math.Log(1 - stream.NextUniform()) / Start;
                        if (-2 * Math.Log(1 - stream.NextUniform()) > beyond * beyond)
                        {
                            return Math.Sign(x) * (Start + beyond);
                        }
                    }
                }

                wedges++;
                if (Density(edges[layer]) + (stream.NextUniform() * (Density(edges[layer + 1]) - Density(edges[layer]))) < Density(x))
                {
                    return x;
                }
            }
        }
    }

    private static double Density(double x) => Math.Exp(-0.5 * x * x);
}
