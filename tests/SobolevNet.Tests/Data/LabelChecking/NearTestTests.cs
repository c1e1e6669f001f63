namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>Each bound of the test on neighbors, on both sides: y = a² + 2ab − b² + a, for which the trapezoidal rule is exact.</summary>
public class NearTestTests
{
    [Theory]
    [InlineData(1 / 1.19, false)]
    [InlineData(1 / 1.21, true)]
    [InlineData(1 / 0.81, false)]
    [InlineData(1 / 0.79, true)]
    public void Diagnose_OfAFactor_ToleratesAFifth(double factor, bool isFound)
    {
        var found = Test(factor, 0).Diagnose([1, 2]);
        if (!isFound)
        {
            found.Should().BeEmpty();
            return;
        }

        var verdict = found.Should().ContainSingle().Subject;
        (verdict.Problem, verdict.Component).Should().Be((LabelProblem.WrongScale, 1));
        verdict.Ratio.Should().BeApproximately(factor, 1e-3);
    }

    [Fact]
    public void Diagnose_OfRightLabels_PassesUpToATenthUnexplained()
    {
        var tests = Enumerable.Range(1, 40).Select(k => Test(1, 0.002 * k)).ToList();
        foreach (var test in tests)
        {
            var found = test.Diagnose([1, 2]);
            (found.Count == 0).Should().Be(test.ResidualAsSupplied <= 0.1, $"{test.ResidualAsSupplied} is left");
            found.Should().NotContain(verdict => verdict.Problem != LabelProblem.Inconclusive);
        }

        tests.Select(test => test.ResidualAsSupplied).Should().Contain(r => r > 0.08 && r <= 0.1).And.Contain(r => r > 0.1 && r < 0.12);
    }

    [Fact]
    public void Diagnose_OfAFactor_AccusesOnlyIfItLeavesThreeTenths()
    {
        var tests = Enumerable.Range(0, 40).Select(k => Test(1.5 + (0.04 * k), 0.02)).ToList();
        foreach (var test in tests.Where(test => test.ResidualScaled <= 0.1))
        {
            test.Diagnose([1, 2]).Should().ContainSingle().Which.Problem.Should().Be(
                test.ResidualScaled <= 0.3 * test.ResidualAsSupplied ? LabelProblem.WrongScale : LabelProblem.Inconclusive);
        }

        tests.Select(test => test.ResidualScaled / test.ResidualAsSupplied).Should().Contain(r => r > 0.3 && r < 0.5).And.Contain(r => r > 0.2 && r < 0.3);
    }

    private static NearTest Test(double factor, double noise)
    {
        var random = new RandomStream(14);
        var (x, y, gradient) = (new double[300, 2], new double[300], new double[300, 2]);
        for (int s = 0; s < 300; s++)
        {
            var (a, b) = (random.NextUniform(-1, 1), random.NextUniform(-1, 1));
            (x[s, 0], x[s, 1]) = (a, b);
            y[s] = (a * a) + (2 * a * b) - (b * b) + a + (noise * random.NextNormal());
            (gradient[s, 0], gradient[s, 1]) = (((2 * a) + (2 * b) + 1) * factor, (2 * a) - (2 * b));
        }

        var data = LabelSamples.Load(JetData.FromJacobian(x, y, gradient), 300, default).Normalized();
        var frames = new NeighborFrames(data);
        var pairs = SamplePairs.Nearest(data, frames, default)!;
        double[] differences = [.. pairs.From.Zip(pairs.To, (s, t) => data.Target[0, t, 0] - data.Target[0, s, 0])];
        return new NearTest(pairs, data, differences, [1, 2], 0, slopes: null, frames.HasFewValues);
    }
}
