namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>
/// Neighbors of samples of a quadratic function: fits around a sample and trapezoidal sums between two are exact for it, whatever the units of its inputs.
/// </summary>
public class NeighborFitTests
{
    private const int Samples = 300;

    [Fact]
    public void Estimate_OfAQuadraticFunction_IsItsGradient()
    {
        var data = Quadratic(1, 1);
        var fit = LocalFit.Of(data, new NeighborFrames(data), 0, order: 1, _ => 1, default)!;
        fit.Centers.Length.Should().BeInRange(40, 64);
        for (int k = 0; k < 2; k++)
        {
            for (int c = 0; c < fit.Centers.Length; c++)
            {
                fit.Estimated[k][c].Should().BeApproximately(data.Target[1 + k, fit.Centers[c], 0], 1e-4);
            }

            fit.Error[k].Should().BeLessThan(1e-4);
        }

        fit.Predictability.Should().BeGreaterThan(1 - 1e-6).And.BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Estimate_OfNoisyValues_SaysHowFarItIsOff()
    {
        var data = Quadratic(1, 1, noise: 0.3);
        var fit = LocalFit.Of(data, new NeighborFrames(data), 0, order: 1, _ => 1, default)!;
        fit.Predictability.Should().BeInRange(0.3, 0.98);
        for (int k = 0; k < 2; k++)
        {
            double actual = Math.Sqrt(fit.Centers.Select((s, c) => Math.Pow(fit.Estimated[k][c] - data.Target[1 + k, s, 0], 2)).Average());
            (fit.Error[k] / actual).Should().BeInRange(0.5, 2);
        }
    }

    [Fact]
    public void Coordinates_OfADifference_GiveItBack()
    {
        var data = Quadratic(1, 1);
        var frames = new NeighborFrames(data);
        frames.IsFlat.Should().BeTrue();
        int[] nearest = frames.Nearest(7, 20);
        nearest.Should().HaveCount(20).And.OnlyHaveUniqueItems().And.NotContain(7);
        nearest.Select(t => frames.Distance(7, t)).Should().BeInAscendingOrder();
        frames.Nearest(7, 1000).Should().HaveCount(Samples - 1);
        double[] a = new double[2];
        foreach (int t in nearest)
        {
            frames.TryCoordinates(7, 7, t, a).Should().BeTrue();
            for (int f = 0; f < 2; f++)
            {
                ((a[0] * data.Input[1, 7, f]) + (a[1] * data.Input[2, 7, f])).Should().BeApproximately(data.Input[0, t, f] - data.Input[0, 7, f], 1e-8);
            }
        }
    }

    [Fact]
    public void SamplePairs_OfTheFirstLevel_AreTheNearestCandidatesOfTheSameHalf()
    {
        var data = Quadratic(1, 1).Take(60);
        var frames = new NeighborFrames(data);
        var nearest = SamplePairs.Levels(data, frames, default)[0];
        nearest.From.Should().Equal(Enumerable.Range(0, 60));

        // Half of the samples of a half are candidates: the 14 that follow.
        nearest.To.Should().Equal(Enumerable.Range(0, 60).Select(
            s => Enumerable.Range(1, 14).Select(k => (2 * (((s / 2) + k) % 30)) + (s % 2)).MinBy(t => frames.Distance(s, t))));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(-1, 1)]
    [InlineData(4, 1)]
    [InlineData(0.5, -3)]
    public void PairTest_OfAQuadraticFunction_IsTheFactorThatEachColumnNeeds(double first, double second)
    {
        var data = Quadratic(first, second);
        var frames = new NeighborFrames(data);
        var levels = SamplePairs.Levels(data, frames, default);
        var test = new PairTest(data, frames, SmoothModel.Best(data, 2), levels, default);
        double[] values = Column(0);
        var question = new PairTest.Question(
            pairs => [.. pairs.From.Zip(pairs.To, (s, t) => values[t] - values[s])], test.Slopes(values), [1, 2], 0);
        var outcomes = test.Run(question, [Column(1), Column(2)]);
        (outcomes[0].Scale * first).Should().BeApproximately(1, 1e-3);
        (outcomes[1].Scale * second).Should().BeApproximately(1, 1e-3);
        outcomes.Should().OnlyContain(outcome => outcome.Error < 1e-3);
        outcomes.Select(outcome => outcome.Decision == PairTest.Decision.Right).Should().Equal(first == 1, second == 1);

        double[] Column(int component) => [.. Enumerable.Range(0, Samples).Select(s => data.Target[component, s, 0])];
    }

    /// <summary>y = a² + 2ab − b² + a at places of sizes 1 and 50, with columns multiplied by factors.</summary>
    private static LabelSamples Quadratic(double first, double second, double noise = 0)
    {
        var random = new RandomStream(14);
        var (x, y, gradient) = (new double[Samples, 2], new double[Samples], new double[Samples, 2]);
        for (int s = 0; s < Samples; s++)
        {
            var (a, b) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            (x[s, 0], x[s, 1]) = (a, 50 * b);
            y[s] = (a * a) + (2 * a * b) - (b * b) + a + (noise * random.NextNormal());
            (gradient[s, 0], gradient[s, 1]) = (((2 * a) + (2 * b) + 1) * first, ((2 * a) - (2 * b)) / 50 * second);
        }

        return LabelSamples.Load(JetData.FromJacobian(x, y, gradient), Samples, default).Normalized();
    }
}
