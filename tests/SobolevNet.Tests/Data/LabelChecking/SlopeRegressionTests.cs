namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Least squares over pairs, against what can be worked out by hand.</summary>
public class SlopeRegressionTests
{
    private const int Pairs = 300;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Solve_OfExactData_GivesTheCoefficients(bool hasInstruments)
    {
        var random = new RandomStream(3);
        var (from, to) = Apart();
        double[] t = [.. Enumerable.Range(0, 3 * Pairs).Select(k => k % 3 == 1 ? 0 : random.NextNormal() * (k % 3 == 0 ? 7 : 0.01))];
        double[] z = hasInstruments ? [.. t.Select((value, k) => value + (random.NextNormal() * (k % 3 == 0 ? 3 : 0.004)))] : t;
        double[] r = [.. Enumerable.Range(0, Pairs).Select(k => (2.5 * t[3 * k]) - (40 * t[(3 * k) + 2]))];
        var solution = SlopeRegression.Solve(from, to, r, z, t, 2 * Pairs);
        solution[0].Value.Should().BeApproximately(2.5, 1e-6);
        solution[2].Value.Should().BeApproximately(-40, 1e-5);
        solution[0].Error.Should().BeLessThan(1e-6);
        (hasInstruments ? double.NaN : solution[1].Value, solution[1].IsCertain).Should().Be((double.NaN, false), "its column is 0");
    }

    [Fact]
    public void Solve_OfPairsApart_HasTheErrorsOfWhite()
    {
        var random = new RandomStream(4);
        var (from, to) = Apart();
        double[] t = [.. Enumerable.Range(0, Pairs).Select(_ => random.NextNormal())];
        double[] r = [.. t.Select(x => (3 * x) + ((1 + (x * x)) * random.NextNormal()))];
        double square = t.Sum(x => x * x);
        double slope = t.Zip(r, (x, y) => x * y).Sum() / square;
        double[] scores = [.. t.Zip(r, (x, y) => x * (y - (slope * x)) / square)];
        var found = SlopeRegression.Solve(from, to, r, t, t, 2 * Pairs)[0];
        found.Value.Should().BeApproximately(slope, 1e-7);
        found.Error.Should().BeApproximately(Math.Sqrt(scores.Sum(s => s * s)), 1e-7);
        found.OwnLength.Should().BeApproximately(Math.Sqrt(square), 1e-6);
        found.Samples.Should().BeApproximately(2 * Math.Pow(scores.Sum(s => s * s), 2) / scores.Sum(s => s * s * s * s), 1e-4);
    }

    [Fact]
    public void Solve_OfPairsThatShareASample_CountsTheirErrorsTogether()
    {
        double[] ones = [1, 1, 1, 1];
        var found = SlopeRegression.Solve([0, 0, 3, 3], [1, 2, 4, 5], [1, 1, -1, -1], ones, ones, 6)[0];
        found.Value.Should().BeApproximately(0, 1e-9);
        found.Error.Should().BeApproximately(Math.Sqrt(0.5), 1e-7, "pairs that err together are half as many");
        found.Samples.Should().BeApproximately(12.0 * 12 / 36, 1e-7);
    }

    [Fact]
    public void Solve_OfColumnsThatOverlap_MeasuresWhatIsAColumnsOwn()
    {
        var (from, to) = Apart();
        double[] t = [.. Enumerable.Range(0, 2 * Pairs).Select(k => k % 2 == 0 ? 1 : k / 2 % 2 == 0 ? 1.5 : 0.5)];
        var found = SlopeRegression.Solve(from, to, new double[Pairs], t, t, 2 * Pairs);
        found[1].OwnLength.Should().BeApproximately(0.5 * Math.Sqrt(Pairs), 1e-5, "the other one explains its mean");
    }

    [Theory]
    [InlineData(7, 1000, false)]
    [InlineData(8, 88.5, true)] // √(4 (e^(5.5²/4) − 1)) = 87.7: eight samples are four pairs
    [InlineData(8, 87.0, false)]
    [InlineData(100, 6.50, true)] // √(50 (e^(5.5²/50) − 1)) = 6.45
    [InlineData(100, 6.40, false)]
    [InlineData(1e9, 5.51, true)]
    [InlineData(1e9, 5.49, false)]
    public void IsCertain_OfACoefficient_TakesMoreStandardErrorsOfFewSamples(double samples, double errors, bool expected)
    {
        foreach (double sign in new[] { -1, 1 })
        {
            new SlopeRegression.Coefficient(sign * errors * 0.2, 0.2, samples, 1).IsCertain.Should().Be(expected);
        }
    }

    private static (int[] From, int[] To) Apart() =>
        ([.. Enumerable.Range(0, Pairs).Select(k => 2 * k)], [.. Enumerable.Range(0, Pairs).Select(k => (2 * k) + 1)]);
}
