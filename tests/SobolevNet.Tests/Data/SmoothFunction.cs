using MathNet.Numerics.Distributions;

namespace SobolevNet.Tests.Data;

/// <summary>A function of several inputs with its exact gradient and Hessian, and a cloud of points to take labels at.</summary>
internal sealed record SmoothFunction(
    string Name, int Inputs, Func<double[], (double Value, double[] Gradient, double[,] Hessian)> Evaluate, double[] Low, double[] High)
{
    /// <summary>sin(2 x₀) cos(1.5 x₁) on a square.</summary>
    public static SmoothFunction Trigonometric { get; } = new(
        "trigonometric",
        2,
        x =>
        {
            var (s, c) = Math.SinCos(2 * x[0]);
            var (u, v) = Math.SinCos(1.5 * x[1]);
            return (s * v, [2 * c * v, -1.5 * s * u], new[,] { { -4 * s * v, -3 * c * u }, { -3 * c * u, -2.25 * s * v } });
        },
        [-1.5, -1.5],
        [1.5, 1.5]);

    /// <summary>A call on a basket of 7 assets priced by Black and Scholes as if the basket were lognormal.</summary>
    public static SmoothFunction Basket { get; } = BasketOf([0.25, 0.2, 0.15, 0.12, 0.1, 0.1, 0.08]);

    /// <summary>A sum of waves in 4 inputs of very different units.</summary>
    public static SmoothFunction Units { get; } = new(
        "units",
        4,
        x =>
        {
            double[] k = [0.02, 3, 120, 1];
            double phase = 0.3;
            for (int i = 0; i < 4; i++)
            {
                phase += k[i] * x[i];
            }

            double bump = Math.Exp(-x[3] * x[3]);
            var (s, c) = Math.SinCos(phase);
            double[] gradient = [.. k.Select(ki => ki * c)];
            gradient[3] -= 2 * x[3] * bump;
            var hessian = new double[4, 4];
            for (int i = 0; i < 4; i++)
            {
                for (int j = 0; j < 4; j++)
                {
                    hessian[i, j] = -k[i] * k[j] * s;
                }
            }

            hessian[3, 3] += ((4 * x[3] * x[3]) - 2) * bump;
            return (s + bump, gradient, hessian);
        },
        [50, 0, 0.001, -1],
        [100, 0.4, 0.01, 1]);

    public static IReadOnlyList<SmoothFunction> All { get; } = [Trigonometric, Basket, Units];

    /// <summary>Labels at random points: x (S, n), y (S), gradient (S, n), Hessian (S, n, n).</summary>
    public (double[,] X, double[] Y, double[,] Gradient, double[,,] Hessian) Labels(int samples, ulong seed)
    {
        var x = new double[samples, Inputs];
        var y = new double[samples];
        var gradients = new double[samples, Inputs];
        var hessians = new double[samples, Inputs, Inputs];
        double[] point = new double[Inputs];
        for (int s = 0; s < samples; s++)
        {
            var random = new RandomStream(seed, (ulong)s);
            for (int i = 0; i < Inputs; i++)
            {
                point[i] = x[s, i] = random.NextUniform(Low[i], High[i]);
            }

            (y[s], double[] gradient, double[,] hessian) = Evaluate(point);
            for (int i = 0; i < Inputs; i++)
            {
                gradients[s, i] = gradient[i];
                for (int j = 0; j < Inputs; j++)
                {
                    hessians[s, i, j] = hessian[i, j];
                }
            }
        }

        return (x, y, gradients, hessians);
    }

    public override string ToString() => Name;

    private static SmoothFunction BasketOf(double[] weights)
    {
        int n = weights.Length;
        const double strike = 100;
        const double deviation = 0.3;
        return new SmoothFunction(
            "basket",
            n,
            spot =>
            {
                double basket = 0;
                for (int i = 0; i < n; i++)
                {
                    basket += weights[i] * spot[i];
                }

                double d1 = (Math.Log(basket / strike) / deviation) + (deviation / 2);
                double delta = Normal.CDF(0, 1, d1);
                double gamma = Normal.PDF(0, 1, d1) / (basket * deviation);
                var hessian = new double[n, n];
                for (int i = 0; i < n; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        hessian[i, j] = weights[i] * weights[j] * gamma;
                    }
                }

                double value = (basket * delta) - (strike * Normal.CDF(0, 1, d1 - deviation));
                return (value, [.. weights.Select(w => w * delta)], hessian);
            },
            [.. weights.Select(_ => 60.0)],
            [.. weights.Select(_ => 140.0)]);
    }
}
