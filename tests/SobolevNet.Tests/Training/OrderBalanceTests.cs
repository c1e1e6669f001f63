using SobolevNet.Tests.Networks;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>The measured roughness of a network against plain sums, with so many components that the samples are propagated in two blocks.</summary>
public class OrderBalanceTests
{
    private const int Samples = 300;

    /// <summary>7 tangents have 36 components, and a block has 4,096 rows: 113 of the 128 samples.</summary>
    private static readonly JetLayout Layout = JetLayout.Full(7, 2);

    private static readonly JetBatch<double> Inputs = JetPassTests.RandomJets<double>(Layout, Samples, 3, 5);
    private static readonly JetBatch<double> Targets = JetPassTests.RandomJets<double>(Layout, Samples, 2, 6);

    [Theory]
    [InlineData(DerivativePropagation.Forward)]
    [InlineData(DerivativePropagation.Adjoint)]
    public void Measure_OfMoreSamplesThanABlock_IsTheRoughnessOverAll(DerivativePropagation propagation) =>
        Check(new MemoryJetSource<double>(Inputs, Targets), propagation, (_, _) => 1, _ => 1);

    [Fact]
    public void Measure_OfWeightedSamples_CountsThemByTheirWeights()
    {
        double[] weights = [.. Enumerable.Range(0, Samples).Select(s => s % 5 / 2.0)];
        Check(new MemoryJetSource<double>(Inputs, Targets, weights: weights), DerivativePropagation.Forward, (_, _) => 1, s => weights[s]);
    }

    [Fact]
    public void Measure_OfMissingLabels_WeighsComponentsByTheShareThatIsKnown()
    {
        var source = new MaskedSource<double>(new MemoryJetSource<double>(Inputs, Targets), (s, c, f) => c == 4 && f == 1 && s % 4 == 0);
        Check(source, DerivativePropagation.Forward, (c, f) => c == 4 && f == 1 ? 0.75 : 1, _ => 1);
    }

    [Fact]
    public void Measure_OfAConstantNetwork_LeavesTheOrdersEqual()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [3, 8, 2], 4);
        network.Parameters.Clear();
        var source = new MemoryJetSource<double>(Inputs, Targets);
        var balance = new OrderBalance(null, 2);
        balance.Measure(network, source, SobolevLoss.Measure(source), Unlimited);
        balance.Measured.Should().Equal(1, 1, 1);
    }

    private static MeasuringTime Unlimited => new(null, CancellationToken.None);

    private static void Check(IJetSource<double> source, DerivativePropagation propagation, Func<int, int, double> share, Func<int, double> weight)
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [3, 8, 2], 4);
        var loss = SobolevLoss.Measure(source);
        var balance = new OrderBalance(null, 2);
        balance.Measure(network, source, loss, Unlimited, propagation);

        int[] chosen = [.. SampleSubset.Of(Samples, 128).Select(sample => (int)sample)];
        var output = network.Propagate(Inputs);
        double total = chosen.Sum(weight);
        double[] squares = new double[3];
        for (int c = 0; c < Layout.Count; c++)
        {
            int order = c == 0 ? 0 : c <= 7 ? 1 : 2;
            for (int f = 0; f < 2; f++)
            {
                double mean = order == 0 ? chosen.Sum(s => weight(s) * output[c, s, f]) / total : 0;
                squares[order] += share(c, f) * loss.ComponentWeights[c] * loss.OutputWeights[f] / loss.Normalizers[order]
                    * chosen.Sum(s => weight(s) * (output[c, s, f] - mean) * (output[c, s, f] - mean));
            }
        }

        for (int order = 0; order < 3; order++)
        {
            double expected = order == 0 ? 1 : 1 + (squares[order] / squares[0]);
            balance.Measured[order].Should().BeApproximately(expected, 1e-9 * expected);
        }
    }
}
