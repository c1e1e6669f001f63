using System.Numerics.Tensors;

namespace SobolevNet.Tests.Data.FrontEnds;

public class PrincipalAxesTests
{
    [Theory]
    [InlineData(70, 60)]
    [InlineData(60, 70)]
    public void Find_OfDataOfLowRank_GivesAnAxisForEachIndependentDirectionAlone(int samples, int inputs)
    {
        // Three directions of falling size; ten axes are wanted, and the subspace of the iteration, of 42 vectors, collapses to three.
        const int Rank = 3;
        const int Wanted = 10;
        var random = new RandomStream(3);
        double[] x = new double[samples * inputs];
        for (int r = 0; r < Rank; r++)
        {
            double[] direction = [.. Enumerable.Range(0, inputs).Select(_ => random.NextNormal())];
            for (int s = 0; s < samples; s++)
            {
                TensorPrimitives.MultiplyAdd(direction, random.NextNormal() / (1 + r), x.AsSpan(s * inputs, inputs), x.AsSpan(s * inputs, inputs));
            }
        }

        using var team = new WorkerTeam(1);
        var found = PrincipalAxes.Find(x, samples, inputs, Wanted, new SharedProduct(team));

        found.Count.Should().Be(Rank);
        found.Axes.Should().HaveCount(Rank * inputs);
        found.Variances.Should().BeInDescendingOrder().And.OnlyContain(variance => variance > 0);
        found.Variances.Sum().Should().BeApproximately(TensorPrimitives.SumOfSquares<double>(x) / samples, 1e-9);
        for (int s = 0; s < samples; s++)
        {
            var left = x.AsSpan(s * inputs, inputs);
            for (int k = 0; k < Rank; k++)
            {
                var axis = found.Axes.AsSpan(k * inputs, inputs);
                TensorPrimitives.MultiplyAdd(axis, -TensorPrimitives.Dot<double>(axis, left), left, left);
            }

            TensorPrimitives.Norm<double>(left).Should().BeLessThan(1e-9);
        }
    }

    [Fact]
    public void Find_OfDataThatVaryAlongOneDirection_GivesItHoweverManyAreWanted()
    {
        // The second direction has a share of 10⁻¹⁴ of the variance, and the third 10⁻²⁰: both are rounding.
        double[] x = new double[50 * 3];
        for (int s = 0; s < 50; s++)
        {
            (x[3 * s], x[(3 * s) + 1], x[(3 * s) + 2]) = (Math.Sin(s), 1e-7 * Math.Cos(s), 1e-10 * Math.Sin(7 * s));
        }

        using var team = new WorkerTeam(1);
        foreach (int wanted in (int[])[1, 2, 3])
        {
            var found = PrincipalAxes.Find(x, 50, 3, wanted, new SharedProduct(team));
            found.Count.Should().Be(1);
            Math.Abs(found.Axes[0]).Should().BeApproximately(1, 1e-12);
        }
    }

    [Fact]
    public void Find_OfDataThatDoNotVary_GivesNoAxis()
    {
        using var team = new WorkerTeam(1);
        PrincipalAxes.Find(new double[70 * 60], 70, 60, 4, new SharedProduct(team)).Count.Should().Be(0);
    }
}
