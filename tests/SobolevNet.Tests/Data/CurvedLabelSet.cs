namespace SobolevNet.Tests.Data;

/// <summary>
/// Right labels of strongly curved functions of 2 to 30 inputs, named by a number. With many inputs even neighbors are nearly as far apart as any samples, so their differences show no
/// slopes.
/// </summary>
internal static class CurvedLabelSet
{
    private const ulong Seed = 0xC0DE;

    /// <summary>The value at x; adds the gradient to g, which is zero before.</summary>
    private delegate double Function(double[] x, double[] g);

    public static string[] Kinds { get; } = ["cluster of 9", "cluster of 3", "exponential", "Rosenbrock", "sines", "product", "bumps"];

    /// <summary>A set of one of <see cref="Kinds"/>; half of them with noise of up to a tenth in the derivatives, a third with noise of the values, some of which the derivatives share.</summary>
    /// <param name="number">Names the set.</param>
    /// <param name="most">The most samples.</param>
    public static (IJetSource<double> Source, string Name) Of(int number, int most)
    {
        var random = new RandomStream(Seed, (ulong)number);
        string kind = Kinds[number % Kinds.Length];
        int samples = (int)Math.Exp(random.NextUniform(Math.Log(300), Math.Log(most)));
        double noise = random.NextInteger(2) == 0 ? 0 : Math.Pow(10, random.NextUniform(-2, -1));
        double valueNoise = random.NextInteger(3) > 0 ? 0 : Math.Pow(10, random.NextUniform(-2, 0));
        bool isPathwise = random.NextInteger(2) == 0;
        double[] center = Center(kind, ref random);
        int n = center.Length;
        double width = kind.StartsWith("cluster", StringComparison.Ordinal) ? Math.Exp(random.NextUniform(Math.Log(0.01), Math.Log(0.1))) : 1;
        var function = Of(kind, n, ref random);
        var (x, y, gradient) = (new double[samples, n], new double[samples], new double[samples, n]);
        double[][] slopes = new double[samples][];
        double[] place = new double[n];
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < n; i++)
            {
                place[i] = x[s, i] = center[i] + (width * random.NextNormal());
            }

            slopes[s] = new double[n];
            y[s] = function(place, slopes[s]);
        }

        double mean = y.Average();
        double deviation = Math.Sqrt(y.Average(value => (value - mean) * (value - mean)));
        double[] size = [.. Enumerable.Range(0, n).Select(i => Math.Sqrt(slopes.Average(slope => slope[i] * slope[i])))];
        for (int s = 0; s < samples; s++)
        {
            double path = valueNoise * random.NextNormal();
            y[s] += path * (isPathwise ? y[s] : deviation);
            for (int i = 0; i < n; i++)
            {
                gradient[s, i] = (slopes[s][i] * (isPathwise ? 1 + path : 1)) + (noise * size[i] * random.NextNormal());
            }
        }

        return (JetData.FromJacobian(x, y, gradient), $"{number}: {kind}, {n} inputs, {samples} samples, width {width:G2}, noise {noise:G2} and {valueNoise:G2}");
    }

    /// <summary>Where the samples lie around: the corners of a cube and its center, a triangle, or any places.</summary>
    private static double[] Center(string kind, ref RandomStream random) => kind switch
    {
        "cluster of 9" => [.. Enumerable.Range(0, 27).Select(i => i >= 24 ? 0 : 0.62 * ((((i / 3) >> (i % 3)) & 1) == 0 ? -1 : 1))],
        "cluster of 3" => [.. Enumerable.Range(0, 9).Select(i => i % 3 == 2 ? 0 : 0.65 * Math.Cos((Math.Tau * (i / 3) / 3) - (i % 3 * Math.PI / 2)))],
        "exponential" => new double[random.NextInteger(2) == 0 ? 3 : 9],
        "Rosenbrock" => new double[random.NextInteger(2) == 0 ? 10 : 30],
        "sines" => new double[20],
        "product" => [.. Enumerable.Repeat((double)random.NextInteger(2), 12)],
        _ => new double[2 + random.NextInteger(19)],
    };

    private static Function Of(string kind, int n, ref RandomStream random)
    {
        double a = random.NextUniform(0.1, 1);
        double[][] bumps = [.. Enumerable.Range(0, 3).Select(_ => new double[n])];
        foreach (double[] bump in bumps)
        {
            for (int i = 0; i < n; i++)
            {
                bump[i] = random.NextNormal();
            }
        }

        return kind switch
        {
            "exponential" => (x, g) => Exponential(a, x, g),
            "Rosenbrock" => Rosenbrock,
            "sines" => (x, g) => Enumerable.Range(0, n).Sum(i =>
            {
                double frequency = 2 * a * (1 << (i % 3));
                var (sin, cos) = Math.SinCos((frequency * x[i]) + i);
                g[i] = frequency * cos;
                return sin;
            }),
            "product" => Product,
            "bumps" => (x, g) => bumps.Sum(bump =>
            {
                double scale = 4 * a * a * n;
                double height = Math.Exp(-x.Zip(bump, (u, v) => (u - v) * (u - v)).Sum() / (2 * scale));
                for (int i = 0; i < n; i++)
                {
                    g[i] -= height * (x[i] - bump[i]) / scale;
                }

                return height;
            }),
            _ => LennardJones,
        };
    }

    private static double Exponential(double rate, double[] x, double[] g)
    {
        double y = Math.Exp(rate * x.Sum());
        Array.Fill(g, rate * y);
        return y;
    }

    private static double Product(double[] x, double[] g)
    {
        for (int i = 0; i < x.Length; i++)
        {
            g[i] = x.Where((_, j) => j != i).Aggregate((u, v) => u * v);
        }

        return g[0] * x[0];
    }

    private static double Rosenbrock(double[] x, double[] g)
    {
        double y = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double valley = x[i + 1] - (x[i] * x[i]);
            y += (100 * valley * valley) + ((1 - x[i]) * (1 - x[i]));
            g[i] -= (400 * valley * x[i]) + (2 * (1 - x[i]));
            g[i + 1] += 200 * valley;
        }

        return y;
    }

    /// <summary>The energy of atoms at three coordinates each, 4(r⁻¹² − r⁻⁶) for every two.</summary>
    private static double LennardJones(double[] x, double[] g)
    {
        double y = 0;
        for (int a = 0; a < x.Length; a += 3)
        {
            for (int b = 0; b < a; b += 3)
            {
                double square = Enumerable.Range(0, 3).Sum(k => Math.Pow(x[a + k] - x[b + k], 2));
                double sixth = 1 / (square * square * square);
                y += 4 * sixth * (sixth - 1);
                double slope = 24 * sixth * (1 - (2 * sixth)) / square;
                for (int k = 0; k < 3; k++)
                {
                    g[a + k] += slope * (x[a + k] - x[b + k]);
                    g[b + k] -= slope * (x[a + k] - x[b + k]);
                }
            }
        }

        return y;
    }
}
