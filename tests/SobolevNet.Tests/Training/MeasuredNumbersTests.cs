using SobolevNet.Tests.Networks;

namespace SobolevNet.Tests.Training;

/// <summary>
/// What is measured on data, against sums written down plainly: two outputs of different sizes, tangents of different ranges, more samples than one
/// chunk, and a number of samples that no block divides.
/// </summary>
public class MeasuredNumbersTests
{
    private const int Samples = 1501;
    private static readonly JetLayout Layout = JetLayout.Full(2, 2);
    private static readonly double[] Ranges = [3, 0.25];
    private static readonly JetBatch<double> Inputs = JetPassTests.RandomJets<double>(Layout, Samples, 2, 11);
    private static readonly JetBatch<double> Targets = MakeTargets();
    private static readonly RangedSource Source = new();

    /// <summary>√v_c of the components value, ∂0, ∂1, ∂0∂0, ∂0∂1, ∂1∂1.</summary>
    private static readonly double[] ComponentRanges = [1, 3, 0.25, 9, 0.75, 0.0625];

    private static readonly int[] Orders = [0, 1, 1, 2, 2, 2];

    [Fact]
    public void Statistics_AreTheMeansAndSquaresOfAllSamples()
    {
        using var team = new WorkerTeam(3);
        var statistics = SourceStatistics.Measure(Source, team, new MeasuringTime(null, CancellationToken.None));
        Near(statistics.InputMeans, [.. Two(f => Values(Inputs, 0, f).Average())]);
        Near(statistics.InputVariances, [.. Two(f => Variance(Values(Inputs, 0, f)))]);
        Near(statistics.OutputMeans, [.. Two(f => Values(Targets, 0, f).Average())]);
        Near(statistics.OutputVariances, [.. Two(f => Variance(Values(Targets, 0, f)))]);
        Near(statistics.OutputSquares, [.. Enumerable.Range(0, 12).Select(k => Values(Targets, k / 2, k % 2).Average(x => x * x))]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loss_HasTheSizesOfTheTargets(bool balanced)
    {
        var loss = SobolevLoss.Measure(Source, balanced);
        double[] weights = OutputWeights(balanced);
        Near(loss.ComponentWeights.ToArray(), [.. ComponentRanges.Select(range => range * range)]);
        Near(loss.OutputWeights.ToArray(), weights);
        Near(loss.Normalizers.ToArray(), [.. Enumerable.Range(0, 3).Select(order => Size(order, weights) / Samples)]);
    }

    [Theory]
    [InlineData(true, Samples)]
    [InlineData(true, 1000)]
    [InlineData(false, Samples)]
    public void Evaluation_HasTheErrorsOfEveryOrder(bool balanced, int samples)
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 3);
        var output = network.Propagate(Inputs);
        var evaluation = Evaluation.Of(network, Source, order: 2, maxSamples: samples, threads: 2, balanced: balanced);
        double[] weights = OutputWeights(balanced, samples);
        double[] expected = new double[3];
        for (int order = 0; order < 3; order++)
        {
            double error = 0;
            foreach (var (c, f) in Elements(order))
            {
                double range = balanced ? ComponentRanges[c] : 1;
                error += range * range * weights[f] * Values(output, c, f, samples).Zip(Values(Targets, c, f, samples), (a, b) => (a - b) * (a - b)).Sum();
            }

            expected[order] = Math.Sqrt(error / Size(order, weights, samples, balanced));
        }

        evaluation.Samples.Should().Be(samples);
        Near([.. evaluation.OrderErrors], expected);
        evaluation.NormalizedRmse.Should().Be(evaluation.OrderErrors[0]);
        evaluation.MaxError.Should().BeApproximately(
            Two(f => Values(output, 0, f, samples).Zip(Values(Targets, 0, f, samples), (a, b) => Math.Abs(a - b)).Max()).Max(), 1e-12);
    }

    [Fact]
    public void Balance_IsTheRoughnessOfTheNetworkOverItsVariance()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 9, 2], 3);
        var loss = SobolevLoss.Measure(Source);
        var balance = new OrderBalance(null, 2);
        balance.NeedsMeasurement.Should().BeTrue();
        balance.Measure(network, Source, loss, new MeasuringTime(null, CancellationToken.None));
        balance.NeedsMeasurement.Should().BeFalse();

        int[] chosen = [.. SampleSubset.Of(Samples, 128).Select(sample => (int)sample)];
        chosen.Should().HaveCount(128);
        var output = network.Propagate(Inputs);
        double Square(int order) => Elements(order).Sum(element =>
        {
            double[] values = [.. chosen.Select(s => output[element.Component, s, element.Output])];
            double mean = order == 0 ? values.Average() : 0;
            return values.Sum(x => (x - mean) * (x - mean)) * loss.ComponentWeights[element.Component] * loss.OutputWeights[element.Output]
                / loss.Normalizers[order];
        });
        double[] expected = [1, 1 + (Square(1) / Square(0)), 1 + (Square(2) / Square(0))];
        Near(balance.Measured, expected);
        foreach (double progress in new[] { 0, 0.3, 1 })
        {
            double[] weights = new double[3];
            balance.Weights(progress, weights);
            Near(weights, [.. expected.Select(rough => Math.Pow(rough, -0.8 - (0.5 * progress)))]);
        }
    }

    [Fact]
    public void Metric_SquaredIsTheMeanGradientSquaredInStandardUnits()
    {
        // y₀ and y₁ with gradients in all directions, so that no direction is at the least size.
        var layout = JetLayout.Full(2, 1);
        var x = new JetBatch<double>(layout, Samples, 2);
        var y = new JetBatch<double>(layout, Samples, 2);
        for (int s = 0; s < Samples; s++)
        {
            (x[1, s, 0], x[2, s, 1]) = (1, 1);
            for (int i = 0; i < 2; i++)
            {
                x[0, s, i] = ((i + 1) * Inputs[0, s, i]) + 5 + (0.3 * Inputs[0, s, 0]);
                for (int f = 0; f < 2; f++)
                {
                    y[1 + i, s, f] = Targets[1 + i, s, f] + ((i + 1) * Targets[1, s, f] * 0.2);
                }
            }
        }

        double[] scales = [2, 3];
        double[] weights = [1, 0.5];
        using var team = new WorkerTeam(2);
        double[] metric = InputMetric.Measure(
            new MemoryJetSource<double>(x, y), new FeatureScaling<double>([5, 5], scales), weights, team, new MeasuringTime(null, CancellationToken.None))!;
        metric[1].Should().BeApproximately(metric[2], 1e-12);
        var gradients = new double[2, 2];
        var covariance = new double[2, 2];
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
            {
                gradients[i, j] = Enumerable.Range(0, Samples * 2).Average(k => 2 * weights[k % 2] * scales[i] * scales[j] * y[1 + i, k / 2, k % 2] * y[1 + j, k / 2, k % 2]);
                double[] a = [.. Values(x, 0, i).Select(value => value / scales[i])];
                double[] b = [.. Values(x, 0, j).Select(value => value / scales[j])];
                covariance[i, j] = a.Zip(b, (u, v) => (u - a.Average()) * (v - b.Average())).Average();
            }
        }

        // The larger eigenvalue and its axis, of a symmetric matrix of two rows.
        double half = (gradients[0, 0] - gradients[1, 1]) / 2;
        double largest = ((gradients[0, 0] + gradients[1, 1]) / 2) + Math.Sqrt((half * half) + (gradients[0, 1] * gradients[0, 1]));
        double angle = Math.Atan2(largest - gradients[0, 0], gradients[0, 1]);
        double[] axis = [Math.Cos(angle), Math.Sin(angle)];
        double spread = (axis[0] * axis[0] * covariance[0, 0]) + (2 * axis[0] * axis[1] * covariance[0, 1]) + (axis[1] * axis[1] * covariance[1, 1]);
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 2; j++)
            {
                double squared = (metric[i * 2] * metric[j]) + (metric[(i * 2) + 1] * metric[2 + j]);
                squared.Should().BeApproximately(gradients[i, j] / largest / spread, 1e-9, "M² is the mean square of the gradients, element {0}, {1}", i, j);
            }
        }
    }

    private static JetBatch<double> MakeTargets()
    {
        var targets = JetPassTests.RandomJets<double>(Layout, Samples, 2, 12);
        for (int c = 0; c < Layout.Count; c++)
        {
            for (int s = 0; s < Samples; s++)
            {
                targets[c, s, 0] = ((c + 1) * targets[c, s, 0]) + (s % 2 == 0 ? 2 : 1);
                targets[c, s, 1] = (targets[c, s, 1] * 10) - 7;
            }
        }

        return targets;
    }

    private static IEnumerable<(int Component, int Output)> Elements(int order) =>
        Enumerable.Range(0, 12).Where(k => Orders[k / 2] == order).Select(k => (k / 2, k % 2));

    private static IEnumerable<double> Two(Func<int, double> ofOutput) => [ofOutput(0), ofOutput(1)];

    private static double[] Values(JetBatch<double> batch, int component, int feature, int samples = Samples) =>
        [.. Enumerable.Range(0, samples).Select(s => batch[component, s, feature])];

    private static double Variance(double[] values) => values.Average(x => (x - values.Average()) * (x - values.Average()));

    /// <summary>The inverse square of each output's deviation, 1 for the largest.</summary>
    private static double[] OutputWeights(bool balanced, int samples = Samples)
    {
        double[] variances = [.. Two(f => Variance(Values(Targets, 0, f, samples)))];
        return balanced ? [.. variances.Select(variance => variances.Max() / variance)] : [1, 1];
    }

    private static double Size(int order, double[] weights, int samples = Samples, bool ranged = true) => Elements(order).Sum(element =>
    {
        var (c, f) = element;
        double range = ranged ? ComponentRanges[c] : 1;
        double[] values = Values(Targets, c, f, samples);
        return range * range * weights[f] * (order == 0 ? samples * Variance(values) : values.Sum(x => x * x));
    });

    private static void Near(double[] actual, double[] expected)
    {
        actual.Should().HaveCount(expected.Length);
        for (int k = 0; k < expected.Length; k++)
        {
            actual[k].Should().BeApproximately(expected[k], 1e-10 * Math.Max(1, Math.Abs(expected[k])), "element {0}", k);
        }
    }

    private sealed class RangedSource : IJetSource<double>
    {
        public JetLayout Layout => MeasuredNumbersTests.Layout;

        public int InputFeatures => 2;

        public int OutputFeatures => 2;

        public int Count => Samples;

        public double TangentScale(int tangent) => Ranges[tangent];

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            for (int s = 0; s < samples.Length; s++)
            {
                for (int c = 0; c < input.Layout.Count; c++)
                {
                    Inputs.Row(c, (int)samples[s]).CopyTo(input.Row(c, s));
                    Targets.Row(c, (int)samples[s]).CopyTo(target.Row(c, s));
                }
            }
        }
    }
}
