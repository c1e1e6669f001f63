using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

public class SobolevLossTests
{
    [Fact]
    public void Measure_TangentOfALargeRange_WeighsItsDerivativesByTheSquares()
    {
        var layout = JetLayout.Full(1, 2);
        var x = new JetBatch<double>(layout, 2, 1, [1, 2, 1, 1, 0, 0]);
        SobolevLoss.Measure(new MemoryJetSource<double>(x, x, [3])).ComponentWeights.ToArray().Should().Equal(1, 9, 81);
    }

    [Fact]
    public void Evaluation_NetworkOfZeros_HasTheLargestTargetAsMaxError()
    {
        var network = Mlp<double>.Create(1, [2], 1);
        network.Parameters.Clear();
        var source = JetData.FromValues(new double[,] { { 1 }, { 2 }, { 3 } }, [0.5, -4.0, 2.0]);
        Evaluation.Of(network, source).MaxError.Should().Be(4);
    }

    [Fact]
    public void Measure_ConstantPrediction_HasUnitLossOfEveryOrder()
    {
        var source = new FunctionSource<double>(2, 500, 1);
        var loss = SobolevLoss.Measure(source);
        var input = new JetBatch<double>(source.Layout, 500, 2);
        var target = new JetBatch<double>(source.Layout, 500, 1);
        source.Fill([.. Enumerable.Range(0, 500).Select(k => (long)k)], input, target);
        var output = new JetBatch<double>(source.Layout, 500, 1);
        output.Component(0).Fill(loss.OutputMeans[0]);
        var losses = new double[1500];
        loss.Evaluate<double>(output, target, [1, 1, 1], 1.0 / 500, losses);
        for (int order = 0; order < 3; order++)
        {
            losses.Where((_, k) => k % 3 == order).Average().Should().BeApproximately(1, 1e-12, "order {0}", order);
        }
    }

    [Fact]
    public void Evaluate_Adjoint_IsTheDerivativeOfTheLoss()
    {
        var layout = JetLayout.Full(2, 2);
        var loss = new SobolevLoss(layout, [1, 4, 0.5, 2, 3, 1], [1, 7], [0, 0], [2, 5, 11]);
        double[] weights = [1, 0.1, 3];
        var output = Networks.JetPassTests.RandomJets<double>(layout, 3, 2, 1);
        var target = Networks.JetPassTests.RandomJets<double>(layout, 3, 2, 2);
        double[] start = output.Data.ToArray();
        var losses = new double[9];
        double Loss(double[] values)
        {
            var copy = new JetBatch<double>(layout, 3, 2, [.. values]);
            loss.Evaluate<double>(copy, target, weights, 0.25, losses);
            return losses.Select((value, k) => 0.25 * weights[k % 3] * value).Sum();
        }

        loss.Evaluate<double>(output, target, weights, 0.25, losses);
        for (int k = 0; k < start.Length; k++)
        {
            Differences.Derivative(start, k, () => Loss(start)).Should().BeApproximately(output.Data[k], 1e-9);
        }
    }

    [Theory]
    [InlineData(2, 9)]
    [InlineData(3, 8)]
    [InlineData(3, 10)]
    public void Evaluate_WeightsOrLossesOfAnotherLength_AreRefused(int weights, int losses)
    {
        var layout = JetLayout.Full(1, 2);
        var loss = new SobolevLoss(layout, [1, 1, 1], [1], [0], [1, 1, 1]);
        var jets = new JetBatch<double>(layout, 3, 1);
        FluentActions.Invoking(() => loss.Evaluate<double>(jets, jets, new double[weights], 1, new double[losses]))
            .Should().Throw<ArgumentException>().WithMessage($"*{weights} weights*{losses} losses*3 and 9*");
    }

    [Fact]
    public void Measure_ZeroSecondDerivatives_StillGivesANormalizer()
    {
        var layout = JetLayout.Full(1, 2);
        var x = new JetBatch<double>(layout, 4, 1, [1, 2, 3, 4, 1, 1, 1, 1, 0, 0, 0, 0]);
        var loss = SobolevLoss.Measure(new MemoryJetSource<double>(x, x));
        loss.Normalizers.ToArray().Should().Equal(1.25, 1, 1.25);
    }

    [Fact]
    public void Measure_BalancedOutputs_CountEqually()
    {
        var y = new JetBatch<double>(JetLayout.Value, 2, 2, [1, 100, -1, -100]);
        var loss = SobolevLoss.Measure(new MemoryJetSource<double>(new JetBatch<double>(JetLayout.Value, 2, 1), y), balanceOutputs: true);
        loss.OutputWeights.ToArray().Should().Equal(10000, 1);
        loss.Normalizers[0].Should().Be(20000);
    }
}
