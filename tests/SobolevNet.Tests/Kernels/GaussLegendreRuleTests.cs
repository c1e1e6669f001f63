using SobolevNet.Kernels;
using MathNetRule = MathNet.Numerics.Integration.GaussLegendreRule;

namespace SobolevNet.Tests.Kernels;

public class GaussLegendreRuleTests
{
    [Fact]
    public void WithNodes_EveryNumber_IntegratesAllPolynomialsThatItShould()
    {
        for (int nodes = 1; nodes <= GaussLegendreRule.MaximalNodes; nodes++)
        {
            var rule = GaussLegendreRule.WithNodes(nodes);
            for (int power = 0; power < 2 * nodes; power++)
            {
                double sum = rule.Nodes.Zip(rule.Weights, (node, weight) => weight * Math.Pow(node, power)).Sum();
                (sum * (power + 1)).Should().BeApproximately(1, 2e-14, $"{nodes} nodes, power {power}");
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(64)]
    public void WithNodes_NumbersThatMathNetHasTablesOf_AreThose(int nodes)
    {
        var rule = GaussLegendreRule.WithNodes(nodes);
        var expected = new MathNetRule(0, 1, nodes);
        rule.Nodes.Should().Equal(expected.Abscissas, (a, b) => Math.Abs(a - b) < 1e-15);
        rule.Weights.Should().Equal(expected.Weights, (a, b) => Math.Abs(a - b) < 1e-15 * nodes);
    }
}
