using MathNet.Numerics.Distributions;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>A call on one asset that follows a geometric Brownian motion without drift; the state is its price a year before expiry.</summary>
/// <remarks>
/// With d₁ = ln(x/K)/σ + σ/2 and d₂ = d₁ − σ: price x Φ(d₁) − K Φ(d₂), delta Φ(d₁), gamma φ(d₁)/(xσ). Constants are those of
/// the differential-machine-learning notebooks: the price starts at 1, the state is drawn after a year at 1.5 times the
/// volatility, K = 1.1, σ = 0.2.
/// </remarks>
internal sealed class BlackScholesCall : IPathwiseModel
{
    private const double Strike = 1.1;
    private const double Volatility = 0.2;
    private const double StateSpread = 1.5;

    public int Inputs => 1;

    public void DrawState(ref RandomStream random, Span<double> state) => state[0] = Growth(StateSpread * Volatility, random.NextNormal());

    public void DrawTestState(ref RandomStream random, Span<double> state) => state[0] = random.NextUniform(0.35, 1.65);

    public double DrawPayoff(ref RandomStream random, ReadOnlySpan<double> state, Span<double> gradient)
    {
        double normal = random.NextNormal();
        double value = 0;
        gradient[0] = 0;
        for (int sign = -1; sign <= 1; sign += 2)
        {
            double growth = Growth(Volatility, sign * normal);
            value += Math.Max(0, (state[0] * growth) - Strike) / 2;
            gradient[0] += state[0] * growth > Strike ? growth / 2 : 0;
        }

        return value;
    }

    public double Evaluate(ReadOnlySpan<double> state, Span<double> gradient, Span<double> hessian)
    {
        double price = state[0];
        double d1 = (Math.Log(price / Strike) / Volatility) + (Volatility / 2);
        gradient[0] = Normal.CDF(0, 1, d1);
        hessian[0] = Normal.PDF(0, 1, d1) / (price * Volatility);
        return (price * gradient[0]) - (Strike * Normal.CDF(0, 1, d1 - Volatility));
    }

    private static double Growth(double volatility, double normal) => Math.Exp((volatility * normal) - (volatility * volatility / 2));
}
