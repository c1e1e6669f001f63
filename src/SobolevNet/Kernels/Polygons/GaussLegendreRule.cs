namespace SobolevNet.Kernels;

/// <summary>The Gauss–Legendre rules on [0, 1]: n nodes integrate every polynomial of degree 2n − 1 exactly.</summary>
/// <remarks>Not those of MathNet.Numerics 5: with 38 to 63 nodes its weights are right to 1e-11 only; the renderer needs 1e-15.</remarks>
internal sealed class GaussLegendreRule
{
    /// <summary>The largest rule kept.</summary>
    public const int MaximalNodes = 64;

    private static readonly GaussLegendreRule?[] Rules = new GaussLegendreRule?[MaximalNodes + 1];

    private GaussLegendreRule(int nodes)
    {
        Nodes = new double[nodes];
        Weights = new double[nodes];
        for (int k = 0; k < (nodes + 1) / 2; k++)
        {
            // Newton's method on the Legendre polynomial, from the classical approximation of its k-th root.
            double x = Math.Cos(Math.PI * (k + 0.75) / (nodes + 0.5));
            double slope = 0;
            for (int iteration = 0; iteration < 10; iteration++)
            {
                (double value, slope) = Legendre(nodes, x);
                double step = value / slope;
                x -= step;
                if (Math.Abs(step) < 1e-16)
                {
                    break;
                }
            }

            // Half of the weight 2/((1 − x²)P'(x)²) on [−1, 1]; the slope is taken at the converged root.
            slope = Legendre(nodes, x).Slope;
            double weight = 1 / ((1 - x) * (1 + x) * slope * slope);
            (Nodes[k], Nodes[nodes - 1 - k]) = (0.5 * (1 - x), 0.5 * (1 + x));
            (Weights[k], Weights[nodes - 1 - k]) = (weight, weight);
        }
    }

    /// <summary>The nodes, rising in (0, 1).</summary>
    public double[] Nodes { get; }

    /// <summary>The weights; they add up to 1.</summary>
    public double[] Weights { get; }

    /// <summary>The rule with n nodes; made once and shared.</summary>
    /// <param name="nodes">n in [1, <see cref="MaximalNodes"/>].</param>
    public static GaussLegendreRule WithNodes(int nodes) => Rules[nodes] ??= new GaussLegendreRule(nodes);

    /// <summary>Pₙ(x) and its derivative, by the three-term recurrence.</summary>
    private static (double Value, double Slope) Legendre(int n, double x)
    {
        double previous = 1;
        double current = x;
        for (int k = 2; k <= n; k++)
        {
            (previous, current) = (current, ((((2 * k) - 1) * x * current) - ((k - 1) * previous)) / k);
        }

        return n == 1 ? (x, 1) : (current, n * (previous - (x * current)) / ((1 - x) * (1 + x)));
    }
}
