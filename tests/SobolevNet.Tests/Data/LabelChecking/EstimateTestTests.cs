namespace SobolevNet.Tests.Data.LabelChecking;

/// <summary>What estimates say of supplied derivatives, and which mistake is named, where every number can be worked out by hand.</summary>
public class EstimateTestTests
{
    [Fact]
    public void Figures_OfExactEstimates_AreThoseOfLeastSquares()
    {
        var evidence = Exact([[3, 4, 0], [0, 0, 2]], [[1, 0, 0], [0, 0, 4]]);
        evidence.Tolerance.Should().Be(0.02);
        var (scale, uncertainty) = evidence.Scale(0);
        scale.Should().Be(3);
        uncertainty.Should().BeApproximately(2 * Math.Sqrt(16 / 2.0), 1e-12, "16 is left of 25, with two degrees of freedom");
        evidence.Scale(1).Should().Be((0.5, 0));
        evidence.Cosine(0, evidence.SuppliedFor(0)).Should().BeApproximately(0.6, 1e-15);
        evidence.Cosine(0, [0, 0, 0]).Should().Be(0);
        EstimateTest.Mismatch([3, 4], [3, 1]).Should().BeApproximately(9 / 25.0, 1e-15);
        EstimateTest.Mismatch([0, 0], [0, 0]).Should().Be(0);
        EstimateTest.Mismatch([0, 0], [0, 1]).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Figures_OfFittedEstimates_AllowForWhatTheyFlatten()
    {
        var evidence = new EstimateTest
        {
            Components = [1], Output = 0, Estimated = [[2, 0]], Supplied = [[4, 0]], Reach = [1], Predictability = 0.96,
        };
        evidence.Tolerance.Should().Be(0.3);
        evidence.Scale(0).Uncertainty.Should().BeApproximately(0.25 * 0.5 * 0.2, 1e-12);
        var steep = new EstimateTest
        {
            Components = [1], Output = 0, Estimated = [[8, 0]], Supplied = [[4, 0]], Reach = [1], Predictability = 0.96,
        };
        steep.Scale(0).Uncertainty.Should().BeApproximately(0.05 * 2 * 0.2, 1e-12);
    }

    [Fact]
    public void Figures_OfLabelsOfZeros_AreNone()
    {
        Exact([[1, 2]], [[0, 0]]).Scale(0).Should().Be((double.NaN, double.PositiveInfinity));
    }

    [Theory]
    [InlineData(1.0, null)]
    [InlineData(1.019, null)] // within 2 %
    [InlineData(1.021, LabelProblem.WrongScale)]
    [InlineData(0.979, LabelProblem.WrongScale)]
    [InlineData(-1.0, LabelProblem.WrongSign)]
    [InlineData(-1.05, LabelProblem.WrongScale)]
    public void Diagnose_OfOneExactColumnTimesAFactor_NamesItAndTheRatio(double scale, LabelProblem? problem)
    {
        double[] right = [1, -2, 0.5, 3];
        var verdicts = Exact([[.. right.Select(x => scale * x)], [5, 1, 2, 4]], [right, [5, 1, 2, 4]]).Diagnose();
        if (problem is null)
        {
            verdicts.Should().BeEmpty();
            return;
        }

        var verdict = verdicts.Should().ContainSingle().Subject;
        (verdict.Problem, verdict.Component).Should().Be((problem.Value, 1));
        verdict.Ratio.Should().BeApproximately(1 / scale, 1e-12);
    }

    [Fact]
    public void Diagnose_OfExactColumns_NamesThoseExchangedUnrelatedOrWithoutEffect()
    {
        double[] a = [1, -2, 0.5, 3];
        double[] b = [5, 1, 2, 4];
        double[] c = [-1, 4, 0.3, 0.2];
        Exact([a, b, c], [b, a, c]).Diagnose().Select(v => (v.Problem, v.Component, v.Match))
            .Should().Equal((LabelProblem.SwappedAxes, 1, 2), (LabelProblem.SwappedAxes, 2, 1));
        Exact([a, b, c], [b, c, a]).Diagnose().Select(v => (v.Problem, v.Component, v.Match))
            .Should().Equal((LabelProblem.SwappedAxes, 1, 3), (LabelProblem.SwappedAxes, 2, 1), (LabelProblem.SwappedAxes, 3, 2));
        Exact([a, b], [c, b]).Diagnose().Should().ContainSingle().Which.Problem.Should().Be(LabelProblem.Unrelated);
        Exact([a, b], [[0, 0, 0, 0], b]).Diagnose().Should().ContainSingle().Which.Problem.Should().Be(LabelProblem.Unrelated);
        Exact([[.. a.Select(x => 1e-8 * x)], b], [[.. c.Select(x => 1e-8 * x)], b]).Diagnose().Where(v => v.Problem != LabelProblem.Inconclusive)
            .Should().BeEmpty("what it says is beyond rounding of the strongest");
    }

    private static EstimateTest Exact(double[][] estimated, double[][] supplied)
    {
        int[] components = [.. Enumerable.Range(1, estimated.Length)];
        return new EstimateTest
        {
            Components = components, Output = 0, Estimated = estimated, Supplied = supplied, Predictability = 1, IsExact = true,
            Reach = [.. components.Select(_ => 1.0)],
        };
    }
}
