using SobolevNet.Robustness;

namespace SobolevNet.Tests.Robustness;

/// <summary>Searches on a circle, whose nearest point is known, and where the manifold gives numbers that are not finite.</summary>
public class NearestPointSearchTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1.7)]
    [InlineData(2.8)]
    [InlineData(-2.8)]
    public void Project_FromTheFarSideOfACircle_FindsTheNearSide(double start)
    {
        // Beyond a quarter of the circle the distance curves down, and only damped steps make it smaller.
        double[] input = [2 * Math.Cos(0.3), 2 * Math.Sin(0.3)];
        var result = new NearestPointOracle(Circle()).Project([0.3 + start], input);
        result.Status.Should().Be(OracleStatus.Converged);
        result.Point[0].Should().BeApproximately(0.3, 1e-9);
        result.Residual.Should().BeApproximately(1, 1e-12);
        result.Iterations.Should().BeLessThan(30);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Project_FromAPointWithoutFiniteJets_IsRefused(bool isInput)
    {
        var oracle = new NearestPointOracle(Circle((input, target) => (isInput ? input : target)[1, 0, 0] = double.NaN));
        FluentActions.Invoking(() => oracle.Project([0], [2.0, 0])).Should().Throw<InvalidOperationException>().WithMessage("*at the start are not all finite*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Project_TowardsPointsWithoutFiniteJets_StopsBeforeThem(int component)
    {
        var manifold = Circle((input, _) => input[component, 0, 0] = double.NaN, from: 0.2);
        var result = new NearestPointOracle(manifold).Project([0], [2 * Math.Cos(0.3), 2 * Math.Sin(0.3)]);
        result.Status.Should().BeOneOf(OracleStatus.Stalled, OracleStatus.IterationLimit);
        result.Point[0].Should().BeInRange(0, 0.2);
        double.IsFinite(result.Residual).Should().BeTrue();
    }

    /// <summary>The unit circle by its angle; from an angle on, the jets are spoiled.</summary>
    private static IDataManifold Circle(Action<JetBatch<double>, JetBatch<double>>? spoil = null, double from = double.NegativeInfinity) =>
        DataManifold.Create([-4], [4], 2, 1, (angle, input, target) =>
        {
            var (sin, cos) = Math.SinCos(angle[0]);
            var (x, y) = (new JetBatch<double>(input.Layout, 1, 2), new JetBatch<double>(input.Layout, 1, 1));
            double[][] jets = [[cos, sin, angle[0]], [-sin, cos, 1], [-cos, -sin, 0]];
            for (int c = 0; c < input.Layout.Count; c++)
            {
                (x[c, 0, 0], x[c, 0, 1], y[c, 0, 0]) = (jets[c][0], jets[c][1], jets[c][2]);
            }

            if (angle[0] > from)
            {
                spoil?.Invoke(x, y);
            }

            x.AsSpan().CopyTo(input);
            y.AsSpan().CopyTo(target);
        });
}
