using MathNet.Numerics.Distributions;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>
/// A call on a basket of correlated assets that follow arithmetic Brownian motions (Bachelier): weights, volatilities and
/// correlations are random, the basket's volatility is 0.2. The state are the assets' prices one year before expiry.
/// </summary>
/// <remarks>
/// With basket b = a·x, d = (b − K)/(σ√T): price σ√T (d Φ(d) + φ(d)), gradient a Φ(d), Hessian a aᵀ φ(d)/(σ√T).
/// Constants are those of the differential-machine-learning notebooks (B. Huge and A. Savine, 2020): all prices start at 1,
/// the state is drawn after a year at 1.5 times the volatility, K = 1.1, σ = 0.2, T = 1; weights are uniform in [1, 10] and
/// volatilities in [5, 50] before both are normalized; correlations are those of 2n uniform random vectors.
/// </remarks>
internal sealed class BachelierBasket : IPathwiseModel
{
    private const double Strike = 1.1;
    private const double Volatility = 0.2;
    private const double StateSpread = 1.5;

    private readonly double[] _weights;
    private readonly double[,] _cholesky;

    /// <summary>Draws a basket.</summary>
    /// <param name="assets">Number of assets.</param>
    /// <param name="seed">Names the basket.</param>
    public BachelierBasket(int assets, ulong seed)
    {
        var random = new RandomStream(seed);
        Inputs = assets;
        double[,] correlations = DrawCorrelations(assets, ref random);
        _weights = new double[assets];
        double[] volatilities = new double[assets];
        for (int i = 0; i < assets; i++)
        {
            _weights[i] = random.NextUniform(1, 10);
            volatilities[i] = random.NextUniform(5, 50);
        }

        double total = _weights.Sum();
        double variance = 0;
        for (int i = 0; i < assets; i++)
        {
            _weights[i] /= total;
        }

        for (int i = 0; i < assets; i++)
        {
            for (int j = 0; j < assets; j++)
            {
                variance += _weights[i] * volatilities[i] * correlations[i, j] * volatilities[j] * _weights[j];
            }
        }

        double scale = Volatility / Math.Sqrt(variance);
        double[,] covariance = new double[assets, assets];
        for (int i = 0; i < assets; i++)
        {
            for (int j = 0; j < assets; j++)
            {
                covariance[i, j] = scale * scale * volatilities[i] * correlations[i, j] * volatilities[j];
            }
        }

        _cholesky = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfArray(covariance).Cholesky().Factor.ToArray();
    }

    public int Inputs { get; }

    public void DrawState(ref RandomStream random, Span<double> state)
    {
        DrawIncrement(ref random, state);
        foreach (ref double price in state)
        {
            price = 1 + (StateSpread * price);
        }
    }

    /// <summary>Prices are independent and uniform around 1, in an interval that grows with their number.</summary>
    public void DrawTestState(ref RandomStream random, Span<double> state)
    {
        double range = 0.5 * (1 + (0.5 * Math.Sqrt((Inputs - 1) / 12.0)));
        foreach (ref double price in state)
        {
            price = random.NextUniform(1 - range, 1 + range);
        }
    }

    public double DrawPayoff(ref RandomStream random, ReadOnlySpan<double> state, Span<double> gradient)
    {
        Span<double> increment = stackalloc double[Inputs];
        DrawIncrement(ref random, increment);
        double start = Basket(state);
        double change = Basket(increment);
        double slope = ((start + change > Strike ? 1 : 0) + (start - change > Strike ? 1 : 0)) / 2.0;
        for (int i = 0; i < Inputs; i++)
        {
            gradient[i] = slope * _weights[i];
        }

        return (Math.Max(0, start + change - Strike) + Math.Max(0, start - change - Strike)) / 2;
    }

    public double Evaluate(ReadOnlySpan<double> state, Span<double> gradient, Span<double> hessian)
    {
        double distance = (Basket(state) - Strike) / Volatility;
        double delta = Normal.CDF(0, 1, distance);
        double density = Normal.PDF(0, 1, distance);
        for (int i = 0; i < Inputs; i++)
        {
            gradient[i] = _weights[i] * delta;
            for (int j = 0; j < Inputs; j++)
            {
                hessian[(i * Inputs) + j] = _weights[i] * _weights[j] * density / Volatility;
            }
        }

        return Volatility * ((distance * delta) + density);
    }

    private static double[,] DrawCorrelations(int assets, ref RandomStream random)
    {
        double[,] products = new double[assets, assets];
        double[] row = new double[assets];
        for (int k = 0; k < 2 * assets; k++)
        {
            for (int i = 0; i < assets; i++)
            {
                row[i] = random.NextUniform(-1, 1);
            }

            for (int i = 0; i < assets; i++)
            {
                for (int j = 0; j < assets; j++)
                {
                    products[i, j] += row[i] * row[j];
                }
            }
        }

        double[,] correlations = new double[assets, assets];
        for (int i = 0; i < assets; i++)
        {
            for (int j = 0; j < assets; j++)
            {
                correlations[i, j] = products[i, j] / Math.Sqrt(products[i, i] * products[j, j]);
            }
        }

        return correlations;
    }

    private double Basket(ReadOnlySpan<double> prices)
    {
        double sum = 0;
        for (int i = 0; i < Inputs; i++)
        {
            sum += _weights[i] * prices[i];
        }

        return sum;
    }

    /// <summary>The change of all prices in a year.</summary>
    private void DrawIncrement(ref RandomStream random, Span<double> increment)
    {
        Span<double> normals = stackalloc double[Inputs];
        for (int i = 0; i < Inputs; i++)
        {
            normals[i] = random.NextNormal();
            increment[i] = 0;
            for (int j = 0; j <= i; j++)
            {
                increment[i] += _cholesky[i, j] * normals[j];
            }
        }
    }
}
