namespace SobolevNet.Tests.Data;

/// <summary>Samples that are worked off in blocks: numbers of samples beside the ends of blocks, and more than one block.</summary>
public class BlockEndTests
{
    private static readonly int[] Counts = [1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300];

    public static TheoryData<string> Sources => ["concat", "concat of lower order", "subset", "noise", "front end", "directions", "displaced", "truncated"];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Fill_OfManySamplesAtOnce_GivesWhatEachAloneGives(string name)
    {
        var source = Source(name);
        foreach (int count in Counts)
        {
            long[] samples = [.. Enumerable.Range(0, count).Select(k => (long)(k * 37 % 400))];
            var (input, target) = source.Batch(source.Layout, samples);
            foreach (int k in new[] { 0, count / 2, count - 1 })
            {
                var (x, y) = source.Sample(samples[k]);
                for (int c = 0; c < source.Layout.Count; c++)
                {
                    input.Row(c, k).ToArray().Should().Equal(x.Row(c, 0).ToArray(), $"input of sample {k} of {count}, component {c}");
                    target.Row(c, k).ToArray().Should().Equal(y.Row(c, 0).ToArray(), $"target of sample {k} of {count}, component {c}");
                }
            }
        }
    }

    [Fact]
    public void Fit_WeightsOfManySamples_AreThoseOfSamplesGivenAsOften()
    {
        // One group of more samples than weights are taken at a time: a weight of 2 is the sample twice, a weight of 0 is its absence.
        const int Samples = 1800;
        var (x, y) = (new double[Samples, 1], new double[Samples]);
        double[] weights = new double[Samples];
        for (int s = 0; s < Samples; s++)
        {
            (x[s, 0], y[s], weights[s]) = (Math.Sin(s), Math.Cos(3 * s), s % 3);
        }

        long[] numbers = [.. Enumerable.Range(0, Samples).SelectMany(s => Enumerable.Repeat((long)s, s % 3))];
        double[] weighted = Step(JetData.FromValues(x, y, weights: weights), Samples);
        double[] repeated = Step(JetData.FromValues(x, y).Subset(numbers), numbers.Length);
        weighted.Zip(repeated).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
    }

    [Fact]
    public void Split_OfTwoSamples_GivesOneToEach()
    {
        var (training, validation) = JetData.FromValues(new double[,] { { 1 }, { 2 } }, [1.0, 2]).Split(0.5);
        (training.Count, validation.Count).Should().Be((1, 1));
        var options = new SobolevTrainingOptions { Epochs = 1, ValidationPart = 0.5 };
        new SobolevTrainer<double>(Mlp<double>.Create(1, [2], 1), options).Fit(JetData.FromValues(new double[,] { { 1 }, { 2 } }, [1.0, 2])).Epochs.Should().Be(1);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Mlp<double>.Create(1, [2], 1), options).Fit(JetData.FromValues(new double[,] { { 1 } }, [1.0])))
            .Should().Throw<ArgumentException>().WithMessage("*one sample only*");
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Source_OfAnInputOrder_IsTakenFrom0To2(int order, bool isTaken)
    {
        var check = FluentActions.Invoking(() => new Declared(order).Truncate(0));
        if (isTaken)
        {
            check.Should().NotThrow();
        }
        else
        {
            check.Should().Throw<ArgumentException>().WithMessage($"*InputOrder is {order}*");
        }
    }

    [Fact]
    public void Sources_ThatNoArrayHolds_AreRefusedByTheirNumbers()
    {
        // 50,000 components of 50,000 features.
        var layout = JetLayout.Full(49_999, 1);
        FluentActions.Invoking(() => JetSource.Generate<double>(layout, 50_000, 1, 1, Nothing)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("inputFeatures");
        FluentActions.Invoking(() => JetSource.Generate<double>(layout, 1, 50_000, 1, Nothing)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("outputFeatures");
        var source = JetSource.Generate<float>(JetLayout.Value, 1000, 1, 10_000_000, Nothing);
        FluentActions.Invoking(() => source.Materialize()).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count").WithMessage("*1000 inputs*more than one array*");
        source = JetSource.Generate<float>(JetLayout.Value, 1, 1000, 10_000_000, Nothing);
        FluentActions.Invoking(() => source.Materialize()).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count").WithMessage("*1000 outputs*more than one array*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Materialize_OfASourceThatFailsOnce_GivesItsErrorAlone(int threads)
    {
        var source = JetSource.Generate<double>(JetLayout.Value, 1, 1, 500, Fail);
        FluentActions.Invoking(() => source.Materialize(threads: threads)).Should().ThrowExactly<TimeoutException>();

        static void Fail(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
        {
            if (sample == 3)
            {
                throw new TimeoutException();
            }
        }
    }

    private static void Nothing<T>(long sample, ref RandomStream random, JetSpan<T> input, JetSpan<T> target)
        where T : unmanaged
    {
    }

    /// <summary>The parameters after one step of plain descent over all samples.</summary>
    private static double[] Step(IJetSource<double> source, int batch)
    {
        var network = Mlp<double>.Create(1, [3], 1, seed: 2);
        new SobolevTrainer<double>(network, new()
        {
            Epochs = 1, BatchSize = batch, Shuffle = false, Standardize = false, BalanceOutputs = false, Threads = 1, Optimizer = Optimizer.Sgd(1, 0),
            Schedule = LearningRateSchedule.Constant, OrderWeights = [1],
        }).Fit(source);
        return network.Parameters.ToArray();
    }

    private static IJetSource<double> Source(string name)
    {
        var full = JetSource.Generate<double>(JetLayout.Full(3, 2), 3, 2, 500, Curved, seed: 5);
        var straight = JetSource.Generate<double>(JetLayout.Full(3, 2), 3, 2, 200, Curved, seed: 6);
        return name switch
        {
            "concat" => JetSource.Concat(full, straight),
            "concat of lower order" => JetSource.Concat(straight.Truncate(1), full),
            "subset" => full.Subset([.. Enumerable.Range(0, 450).Select(k => (long)(499 - k))]),
            "noise" => SobolevNet.Robustness.RobustTraining.WithGaussianNoise(full, 0.1, seed: 3, shuffle: false),
            "front end" => LinearFrontEnd<double>.Fit(full, 2).Project(full),
            "directions" => full.AlongRandomDirections(2, 2),
            "displaced" => full.Displaced(1),
            "truncated" => full.Truncate(1),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    private static void Curved(long sample, ref RandomStream random, JetSpan<double> input, JetSpan<double> target)
    {
        foreach (var view in new[] { 0, 1 })
        {
            var jet = view == 0 ? input : target;
            for (int c = 0; c < jet.Layout.Count; c++)
            {
                for (int f = 0; f < jet.Features; f++)
                {
                    jet[c, 0, f] = random.NextUniform(-1, 1);
                }
            }
        }
    }

    private sealed class Declared(int order) : IJetSource<double>
    {
        public JetLayout Layout => JetLayout.Value;

        public int InputFeatures => 1;

        public int OutputFeatures => 1;

        public int Count => 1;

        public bool IsEndless => false;

        public int InputOrder => order;

        public double TangentScale(int tangent) => 1;

        public void Fill(ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target)
        {
            input.Clear();
            target.Clear();
        }
    }
}
