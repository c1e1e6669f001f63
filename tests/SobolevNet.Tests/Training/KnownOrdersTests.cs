using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Samples whose derivatives are missing: which ones they are, and that a step does not propagate derivatives of them.</summary>
public class KnownOrdersTests
{
    private const int Values = 90;
    private const int Slopes = 25;
    private const int Hessians = 13;
    private const int Count = Values + Slopes + Hessians;

    [Fact]
    public void Of_SourcesInARow_AreTheirOrders()
    {
        byte[] expected = [.. Enumerable.Repeat((byte)0, Values), .. Enumerable.Repeat((byte)1, Slopes), .. Enumerable.Repeat((byte)2, Hessians)];
        Orders(Labels()).Should().Equal(expected);
        Orders(Labels().Truncate(1)).Should().Equal(expected.Select(order => Math.Min(order, (byte)1)));
        Orders(Labels().Subset([100, 3, 120, 91])).Should().Equal(1, 0, 2, 1);
        Orders(Labels(), loss => new SobolevLoss(loss.Layout, [1, 1, 1, 0, 0, 0], loss.OutputWeights, loss.OutputMeans, loss.Normalizers))
            .Should().Equal(expected.Select(order => Math.Min(order, (byte)1)), "components of weight 0 are not trained");
    }

    [Fact]
    public void Of_AMask_IsTheHighestOrderWithAKnownLabel()
    {
        double[,] x = { { 1 }, { 2 }, { 3 }, { 4 } };
        double[,,] dydx = { { { 1 }, { double.NaN } }, { { double.NaN }, { double.NaN } }, { { double.NaN }, { 3 } }, { { 1 }, { 1 } } };
        Orders(JetData.FromJacobian(x, new double[,] { { 1, 2 }, { 2, 2 }, { 3, 4 }, { 5, 6 } }, dydx, allowMissing: true)).Should().Equal(1, 0, 1, 1);
    }

    [Fact]
    public void Of_SourcesThatKnowAllOrAreComputed_IsNull()
    {
        Orders(new FunctionSource<double>(2, 10, 1).Materialize()).Should().BeNull();
        Orders(Labels().Subset([120, 121])).Should().BeNull();
        Orders(new MaskedSource<double>(new FunctionSource<double>(1, 10, 1), (s, c, _) => c > 0 && s == 3)).Should().BeNull("looking at all samples could take long");
    }

    [Theory]
    [InlineData("sgd", DerivativePropagation.Forward)]
    [InlineData("adam", DerivativePropagation.Adjoint)]
    public void Step_WithoutDerivativesOfSomeSamples_IsThatOfOnePass(string name, DerivativePropagation way)
    {
        foreach (int order in (int[])[1, 2])
        {
            var source = Labels().Truncate(order);
            var (parameters, losses, rows) = Train(source, order, withKnownOrders: true);
            var (expected, expectedLosses, allRows) = Train(source, order, withKnownOrders: false);
            double scale = expected.Max(Math.Abs);
            parameters.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-11 * scale);
            losses.Zip(expectedLosses, (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeLessThan(1e-11);
            rows.Should().BeLessThan(allRows);
            if (way == DerivativePropagation.Forward)
            {
                // The few Hessians are worth a pass of their own; so are the slopes.
                rows.Should().Be(order == 1 ? Values + (3 * (Slopes + Hessians)) : Values + (3 * Slopes) + (6 * Hessians));
            }
        }

        (double[] Parameters, double[] Losses, int Rows) Train(IJetSource<double> source, int order, bool withKnownOrders)
        {
            var state = TrainingParts.State(source, order, name == "adam" ? Optimizer.Adam() : null);
            state.KnownOrders = withKnownOrders ? Orders(source) : null;
            using var team = new WorkerTeam(2);
            var step = new TrainingStep<double>(state, source, order, Count, clipNorm: null, team, way);
            step.Run([.. Enumerable.Range(0, Count).Select(s => (long)((s * 37) % Count))], 0, Count);
            return (state.Network.Parameters.ToArray(), state.LossSums, step.Rows);
        }
    }

    [Fact]
    public void Step_OfAFewSamplesWithoutDerivatives_TakesOnePass()
    {
        // A pass of its own would save less than it costs.
        var source = Labels().Subset([0, 1, 100, 101, 102, 120]);
        var state = TrainingParts.State(source, 2);
        state.KnownOrders = Orders(source);
        using var team = new WorkerTeam(1);
        var step = new TrainingStep<double>(state, source, 2, 6, clipNorm: null, team, DerivativePropagation.Forward);
        step.Run([0, 1, 2, 3, 4, 5], 0, 6);
        step.Rows.Should().Be(6 * 6);
    }

    [Fact]
    public void Step_OfSeveralPasses_AllocatesNothing()
    {
        var source = Labels();
        var state = TrainingParts.State(source, 2);
        state.KnownOrders = Orders(source);
        using var team = new WorkerTeam(1);
        var step = new TrainingStep<double>(state, source, 2, Count, clipNorm: null, team);
        long[] samples = [.. Enumerable.Range(0, Count).Select(s => (long)s)];
        Allocations.Least(() => step.Run(samples, 0, Count)).Should().Be(0);
    }

    [Theory]
    [InlineData("soap")]
    [InlineData("adam")]
    public void Fit_AnyNumberOfThreads_GivesTheSameBitsAndThoseOfOnePassToRounding(string name)
    {
        double[] Train(IJetSource<double> source, int threads)
        {
            var network = Mlp<double>.Create(2, [12, 9], 1, seed: 2);
            var optimizer = name == "soap" ? Optimizer.Soap() : Optimizer.Adam();
            new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 3, BatchSize = 48, Threads = threads, Optimizer = optimizer }).Fit(source);
            return network.Parameters.ToArray();
        }

        double[] one = Train(Labels(), 1);
        Train(Labels(), 3).Should().Equal(one);
        double[] single = Train(new MaskedSource<double>(Labels()), 1);
        single.Should().NotEqual(one);
        single.Zip(one, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-6);
    }

    private static byte[]? Orders(IJetSource<double> source, Func<SobolevLoss, SobolevLoss>? change = null)
    {
        var loss = SobolevLoss.Measure(source);
        using var team = new WorkerTeam(2);
        return KnownOrders.Of(source, change?.Invoke(loss) ?? loss, team, new MeasuringTime(null, CancellationToken.None));
    }

    /// <summary>Values at many points, slopes at fewer, second derivatives at few.</summary>
    private static IJetSource<double> Labels()
    {
        var known = new FunctionSource<double>(2, Count, 3);
        var (values, slopes) = (new double[Values, 2], new double[Slopes, 2]);
        var (y, z, dydx) = (new double[Values], new double[Slopes], new double[Slopes, 2]);
        for (int s = 0; s < Values + Slopes; s++)
        {
            var (input, target) = Data.JetSourceExtensions.Sample(known, s);
            if (s < Values)
            {
                (values[s, 0], values[s, 1], y[s]) = (input[0, 0, 0], input[0, 0, 1], target[0, 0, 0]);
                continue;
            }

            int k = s - Values;
            (slopes[k, 0], slopes[k, 1], z[k], dydx[k, 0], dydx[k, 1]) = (input[0, 0, 0], input[0, 0, 1], target[0, 0, 0], target[1, 0, 0], target[2, 0, 0]);
        }

        var (x, w, dwdx, d2wdx2) = (new double[Hessians, 2], new double[Hessians], new double[Hessians, 2], new double[Hessians, 2, 2]);
        for (int k = 0; k < Hessians; k++)
        {
            var (input, target) = Data.JetSourceExtensions.Sample(known, Values + Slopes + k);
            (x[k, 0], x[k, 1], w[k], dwdx[k, 0], dwdx[k, 1]) = (input[0, 0, 0], input[0, 0, 1], target[0, 0, 0], target[1, 0, 0], target[2, 0, 0]);
            (d2wdx2[k, 0, 0], d2wdx2[k, 0, 1], d2wdx2[k, 1, 0], d2wdx2[k, 1, 1]) = (target[3, 0, 0], target[4, 0, 0], target[4, 0, 0], target[5, 0, 0]);
        }

        return JetSource.Concat(JetData.FromValues(values, y), JetData.FromJacobian(slopes, z, dydx), JetData.FromJacobian(x, w, dwdx, d2wdx2));
    }
}
