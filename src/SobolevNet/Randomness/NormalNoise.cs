namespace SobolevNet;

/// <summary>Standard normal numbers by the thousand, by the ziggurat method (Marsaglia and Tsang, 2000) with 256 layers of double precision.</summary>
/// <remarks>
/// The density is covered by 256 layers of equal area V: rectangles |x| ≤ Xₖ, and at the bottom one with the tail beyond R. A
/// uniform point of a random layer that lies under the next layer's width is accepted at once, which happens 99 times of 100.
/// <see cref="RandomStream.NextNormal"/> is slower and stays as it is: its numbers are part of what the seed of a network or a source means.
/// </remarks>
internal static class NormalNoise
{
    private const int Layers = 256;
    private const double TailStart = 3.6541528853610088;
    private const double LayerArea = 0.004928673233974655;
    private static readonly double[] Widths = MakeWidths();

    /// <summary>Fills a span with independent standard normal numbers.</summary>
    public static void Fill(ref RandomStream random, Span<double> numbers)
    {
        foreach (ref double number in numbers)
        {
            number = Next(ref random);
        }
    }

    private static double Next(ref RandomStream random)
    {
        while (true)
        {
            ulong bits = random.NextBits();
            int layer = (int)(bits & (Layers - 1));
            double x = ((bits >> 11) * (2.0 / (1UL << 53)) - 1) * Widths[layer];
            double size = Math.Abs(x);
            if (size < Widths[layer + 1])
            {
                return x;
            }

            if (layer == 0)
            {
                return Math.CopySign(Tail(ref random), x);
            }

            double outer = Math.Exp(-0.5 * Widths[layer] * Widths[layer]);
            double inner = Math.Exp(-0.5 * Widths[layer + 1] * Widths[layer + 1]);
            if (outer + (random.NextUniform() * (inner - outer)) < Math.Exp(-0.5 * x * x))
            {
                return x;
            }
        }
    }

    /// <summary>A number beyond R, by Marsaglia's exponential rejection.</summary>
    private static double Tail(ref RandomStream random)
    {
        while (true)
        {
            double x = -Math.Log(1 - random.NextUniform()) / TailStart;
            double y = -Math.Log(1 - random.NextUniform());
            if (y + y > x * x)
            {
                return TailStart + x;
            }
        }
    }

    private static double[] MakeWidths()
    {
        double[] widths = new double[Layers + 1];
        double density = Math.Exp(-0.5 * TailStart * TailStart);
        widths[0] = LayerArea / density;
        widths[1] = TailStart;
        for (int k = 2; k < Layers; k++)
        {
            density += LayerArea / widths[k - 1];
            widths[k] = Math.Sqrt(-2 * Math.Log(density));
        }

        return widths;
    }
}
