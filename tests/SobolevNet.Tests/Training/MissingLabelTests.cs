using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;
using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Training;

/// <summary>Labels that are missing and weights of samples, in the loss, its gradient, statistics and errors.</summary>
public class MissingLabelTests
{
    private const int Samples = 90;

    public static TheoryData<int, DerivativePropagation> Ways => new()
    {
        { 0, DerivativePropagation.Forward },
        { 1, DerivativePropagation.Forward },
        { 2, DerivativePropagation.Forward },
        { 1, DerivativePropagation.Adjoint },
        { 2, DerivativePropagation.Adjoint },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Gradient_RandomMasksAndWeights_IsThatOfPlainSums(int order, DerivativePropagation way)
    {
        for (int outputs = 1; outputs <= 2; outputs++)
        {
            for (ulong seed = 1; seed <= 3; seed++)
            {
                CheckGradient<double>(order, way, outputs, seed, 1e-11);
                CheckGradient<float>(order, way, outputs, seed, 2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Fit_AMaskThatHidesNothing_GivesTheBitsOfNone(int order, DerivativePropagation way)
    {
        var source = Labels<float>(order, 2, seed: 4);
        Fit(new MaskedSource<float>(source), way).Should().Equal(Fit(source, way));
        Fit(new MaskedSource<float>(source, weight: _ => 0.7), way).Should().Equal(Fit(source, way), "the same weight for all is no weight");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Fit_OtherBitsOfMissingLabels_ChangeNothing(int order, DerivativePropagation way)
    {
        var source = Labels<double>(order, 2, seed: 5);
        var mask = Mask(5);
        var one = new MaskedSource<double>(source, mask);
        var other = new MaskedSource<double>(source, mask, missing: BitConverter.UInt64BitsToDouble(0xFFF0_1234_5678_9ABC));
        Fit(other, way).Should().Equal(Fit(one, way));
        SourceHash.Of(other, order, default).Should().Be(SourceHash.Of(one, order, default));
    }

    [Fact]
    public void Fit_FullBatchOfDuplicates_IsThatOfWeightTwo()
    {
        var source = Labels<double>(2, 2, seed: 6);
        var masked = new MaskedSource<double>(source, Mask(6));
        long[] numbers = [.. Enumerable.Range(0, 50).Select(s => (long)s)];
        var duplicates = masked.Subset([.. numbers, .. numbers.Where(s => s % 3 == 0)]);
        var weighted = new MaskedSource<double>(source, Mask(6), s => s % 3 == 0 ? 2 : 1).Subset(numbers);
        var options = new SobolevTrainingOptions { Epochs = 5, BatchSize = 1000, Optimizer = Optimizer.Sgd(learningRate: 0.05) };
        var (twice, heavy) = (Network<double>(2), Network<double>(2));
        var first = new SobolevTrainer<double>(twice, options).Fit(duplicates);
        var second = new SobolevTrainer<double>(heavy, options).Fit(weighted);
        double scale = Math.Abs(TensorPrimitives.MaxMagnitude(twice.Parameters));
        twice.Parameters.ToArray().Zip(heavy.Parameters.ToArray(), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-10 * scale);
        first.Training.OrderErrors.Zip(second.Training.OrderErrors, (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeLessThan(1e-10);
        heavy.Parameters.ToArray().Should().NotEqual(Network<double>(2).Parameters.ToArray());
    }

    [Fact]
    public void Fit_JacobianWithWeights_IsThatOfDuplicatesInScalesToo()
    {
        double[,] x = { { 1, 5 }, { 2, 3 }, { 4, 4 }, { 1, 5 } };
        double[,] dydx = { { 1, 2 }, { 2, -1 }, { -2, 2 }, { 1, 2 } };
        var duplicates = JetData.FromJacobian(x, [1.0, 2, 3, 1], dydx);
        var weighted = JetData.FromJacobian(
            new double[,] { { 1, 5 }, { 2, 3 }, { 4, 4 } }, [1.0, 2, 3], new double[,] { { 1, 2 }, { 2, -1 }, { -2, 2 } }, weights: [2, 1, 1]);
        for (int tangent = 0; tangent < 2; tangent++)
        {
            weighted.TangentScale(tangent).Should().BeApproximately(duplicates.TangentScale(tangent), 1e-14);
        }

        double[] metric = Metric(duplicates);
        metric.Zip(Metric(weighted), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-13);
        metric[1].Should().NotBe(0);
    }

    [Fact]
    public void Metric_WithMissingDerivatives_IsMeasuredOnPairsThatAreKnown()
    {
        // y = x₀² + 3x₁
        var source = JetData.FromJacobian(new double[,] { { -1, 1 }, { -1, -1 }, { 1, 1 }, { 1, -1 } }, [4.0, -2, 4, -2], new double[,] { { -2, 3 }, { -2, 3 }, { 2, 3 }, { 2, 3 } });
        var masked = new MaskedSource<double>(source, (s, c, _) => c == 2 && (s == 0 || s == 3));
        Metric(masked).Should().Equal(Metric(JetData.FromJacobian(
            new double[,] { { -1, 1 }, { -1, -1 }, { 1, 1 }, { 1, -1 } }, [4.0, -2, 4, -2], new double[,] { { -2, double.NaN }, { -2, 3 }, { 2, 3 }, { 2, double.NaN } }, allowMissing: true)));
        Metric(masked).Zip(Metric(source), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-12, "means are over what is known");
    }

    [Fact]
    public void Evaluation_RandomMasksAndWeights_IsThatOfPlainSums()
    {
        var source = Random<double>(2, 2, 7);
        var network = Network<double>(2);
        var plain = PlainLoss.Of(source);
        var output = Propagate(network, source);
        var evaluation = Evaluation.Of(network, source, order: 2);
        evaluation.OrderErrors.Zip(plain.Errors(output), (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeLessThan(1e-12);
        var (_, target) = PlainLoss.Widen(source);
        double largest = output.Component(0).ToArray().Zip(target.Component(0).ToArray(), (a, b) => double.IsNaN(b) ? 0 : Math.Abs(a - b)).Max();
        evaluation.MaxError.Should().BeApproximately(largest, 1e-12);
    }

    [Fact]
    public void Evaluation_OrderOfWhichNothingIsKnown_IsNaN()
    {
        var source = new MaskedSource<double>(Labels<double>(1, 1, 8), (_, c, _) => c == 0);
        var evaluation = Evaluation.Of(Network<double>(1), source, order: 1);
        evaluation.NormalizedRmse.Should().Be(double.NaN);
        evaluation.OrderErrors[1].Should().BeGreaterThan(0);
    }

    [Fact]
    public void Fit_DerivativesAlone_TrainsWhereOrderWeightsSaySo()
    {
        var known = new FunctionSource<double>(1, 200, 9);
        var source = new MaskedSource<double>(known, (_, c, _) => c == 0);
        double[] Train(IJetSource<double> labels)
        {
            var network = Network<double>(1);
            new SobolevTrainer<double>(network, new SobolevTrainingOptions { Epochs = 5, BatchSize = 40, OrderWeights = [0, 1] }).Fit(labels);
            return network.Parameters.ToArray();
        }

        Train(source).Should().Equal(Train(known), "values of weight 0 are not used");
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1)).Fit(source))
            .Should().Throw<ArgumentException>().WithMessage("*component value is missing*OrderWeights*");
    }

    [Fact]
    public void Fit_FewDerivatives_CountAsMuchAsTheirOrder()
    {
        // The normalizer is of what is known, so a network of zero slopes has the loss 1 however few slopes are known.
        var source = new MaskedSource<double>(new FunctionSource<double>(1, 400, 9), (s, c, _) => c > 0 && s % 40 != 0);
        var loss = SobolevLoss.Measure(source);
        var few = SobolevLoss.Measure(new FunctionSource<double>(1, 400, 9).Subset([.. Enumerable.Range(0, 10).Select(s => 40L * s)]));
        loss.Normalizers[1].Should().BeApproximately(few.Normalizers[1] / 40, 1e-12);
        loss.Normalizers[0].Should().Be(SobolevLoss.Measure(new FunctionSource<double>(1, 400, 9)).Normalizers[0]);
    }

    [Fact]
    public void Fit_ResumedWithOtherWeightsOrMasks_IsRefused()
    {
        string path = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}.safetensors");
        var source = Labels<double>(1, 1, 3);
        var options = new SobolevTrainingOptions { Epochs = 1, Checkpoint = new CheckpointOptions(path) };
        new SobolevTrainer<double>(Network<double>(1), options).Fit(new MaskedSource<double>(source, Mask(3), s => 1 + s));
        foreach (var other in new IJetSource<double>[] { new MaskedSource<double>(source, Mask(3), s => 2 + s), new MaskedSource<double>(source, Mask(4), s => 1 + s), source })
        {
            var trainer = new SobolevTrainer<double>(Network<double>(1), options);
            trainer.ResumeFrom(path);
            trainer.Invoking(one => one.Fit(other)).Should().Throw<InvalidDataException>().WithMessage("*TrainingData*");
        }

        File.Delete(path);
    }

    [Fact]
    public void Fit_CanceledBeforeTheFirstStepAndResumed_GivesTheSameBits()
    {
        string path = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}.safetensors");
        var source = new MaskedSource<double>(Labels<double>(2, 2, 8), Mask(8), s => 1 + (s % 3));
        var options = new SobolevTrainingOptions { Epochs = 2, BatchSize = 32 };
        var whole = new SobolevTrainer<double>(Network<double>(2), options);
        whole.Fit(source);

        options = options with { Checkpoint = new CheckpointOptions(path) };
        using var cancellation = new CancellationTokenSource();
        new SobolevTrainer<double>(Network<double>(2), options, new Canceler(cancellation))
            .Invoking(trainer => trainer.Fit(source, cancellationToken: cancellation.Token))
            .Should().Throw<TrainingCanceledException>().Where(canceled => canceled.Steps == 0 && canceled.Checkpoint == path);
        var resumed = new SobolevTrainer<double>(Network<double>(2), options);
        resumed.ResumeFrom(path);
        resumed.Fit(source);
        resumed.Network.Parameters.ToArray().Should().Equal(whole.Network.Parameters.ToArray());
        File.Delete(path);
    }

    [Fact]
    public void Fit_NaNThatIsNotAnnounced_SaysHowToAnnounceIt()
    {
        var source = new Unannounced(new MaskedSource<double>(Labels<double>(1, 1, 3), Mask(3)));
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1)).Fit(source))
            .Should().Throw<ArgumentException>().WithMessage("*target is NaN*HasMissingLabels*");
    }

    [Fact]
    public void Fit_InfinityOrNaNInAnInput_IsRefusedAlsoWithMissingLabels()
    {
        var source = new MaskedSource<double>(Labels<double>(1, 1, 3), (s, _, _) => s == 7, missing: double.PositiveInfinity);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1)).Fit(source))
            .Should().Throw<ArgumentException>().Where(error => error.Message.Contains("sample 7") && !error.Message.Contains("HasMissingLabels"));
    }

    [Fact]
    public void Fit_OutputOfWhichNothingIsKnown_IsRefused()
    {
        var source = new MaskedSource<double>(Labels<double>(1, 2, 3), (_, _, f) => f == 1);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(2)).Fit(source)).Should().Throw<ArgumentException>().WithMessage("*output 1*missing*");
    }

    [Theory]
    [InlineData(-1, "weight of sample 5 is ?1; expected")]
    [InlineData(double.NaN, "weight of sample 5 is NaN")]
    [InlineData(double.PositiveInfinity, "weight of sample 5 is")]
    public void Fit_WeightThatIsNone_IsRefused(double weight, string message)
    {
        var source = new MaskedSource<double>(Labels<double>(0, 1, 3), weight: s => s == 5 ? weight : 1);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1)).Fit(source)).Should().Throw<ArgumentException>().WithMessage($"*{message}*");
        FluentActions.Invoking(() => Evaluation.Of(Network<double>(1), source)).Should().Throw<ArgumentException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Fit_ValidationPartWhoseWeightsAreAllZero_IsRefused()
    {
        var labels = Labels<double>(0, 1, 3);
        var (_, validation) = labels.Split(0.1, 0);
        var held = Enumerable.Range(0, validation.Count).Select(s => ((RenumberedJetSource<double>)validation).NumberInSource(s)).ToHashSet();
        var source = new MaskedSource<double>(labels, weight: s => held.Contains(s) ? 0 : 1);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1), new() { ValidationPart = 0.1 }).Fit(source)).Should().Throw<ArgumentException>()
            .WithMessage($"*all {held.Count} samples are 0*").WithParameterName("source");
        var errors = Evaluation.Of(Network<double>(1), source);
        errors.Components[0].Count.Should().Be(labels.Count - held.Count, "samples of weight 0 are left out");
    }

    [Fact]
    public void Fit_WeightsAllZero_AreRefused()
    {
        var source = new MaskedSource<double>(Labels<double>(0, 1, 3), weight: _ => 0);
        FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1)).Fit(source)).Should().Throw<ArgumentException>().WithMessage("*all 90 samples are 0*");
    }

    [Fact]
    public void Fit_SampleOfWeightZero_ChangesNothingWhateverItsLabels()
    {
        var source = Labels<double>(1, 1, 3);
        var huge = new MaskedSource<double>(source, (s, _, _) => s == 4, s => s == 4 ? 0 : 1, missing: 1e100);
        var other = new MaskedSource<double>(source, (s, _, _) => s == 4, s => s == 4 ? 0 : 1, missing: -3);
        Fit(huge, DerivativePropagation.Forward).Should().Equal(Fit(other, DerivativePropagation.Forward));
    }

    [Fact]
    public void Fit_EarlyStoppingWithoutValues_IsRefused()
    {
        var source = Labels<double>(1, 1, 3);
        var trainer = new SobolevTrainer<double>(Network<double>(1), new SobolevTrainingOptions { Epochs = 2, EarlyStopping = new EarlyStopping() });
        trainer.Invoking(one => one.Fit(source, new MaskedSource<double>(source, (_, c, _) => c == 0))).Should().Throw<ArgumentException>().WithMessage("*Early stopping*");
        trainer.Fit(source, new MaskedSource<double>(source, (s, c, _) => c == 0 && s > 0)).Validation!.NormalizedRmse.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Fit_ValidationPartWithAllOrNoneOfTheWeight_IsRefused()
    {
        // One sample of three has all the weight.
        var source = JetData.FromValues(new double[,] { { 0, 0 }, { 1, 0 }, { 0, 1 } }, [1.0, 2, 4], weights: [1, 0, 0]);
        var refused = new HashSet<int>();
        for (ulong seed = 0; seed < 8; seed++)
        {
            var options = new SobolevTrainingOptions { Epochs = 1, Seed = seed, ValidationPart = 0.3 };
            int without = source.Split(0.3, seed).Validation.SampleWeight(0) > 0 ? 2 : 1;
            refused.Add(without);
            FluentActions.Invoking(() => new SobolevTrainer<double>(Network<double>(1), options).Fit(source)).Should().Throw<ArgumentException>()
                .WithMessage($"The weights of all {without} samples are 0*").WithParameterName("source");
        }

        refused.Should().BeEquivalentTo([1, 2]);
    }

    [Fact]
    public void Step_WithMasksAndWeights_AllocatesNothing()
    {
        var source = Random<float>(1, 1, 2).Materialize();
        var network = Network<float>(1);
        float[] gradient = new float[network.Parameters.Length];
        double[] losses = new double[2];
        long[] samples = [.. Enumerable.Range(0, Samples).Select(s => (long)s)];
        using var team = new WorkerTeam(1);
        var pass = new TrainingPass<float>(network, new PackedNetwork<float>(network), gradient, source, 1, SobolevLoss.Measure(source), Samples, team);
        Allocations.Least(() => pass.Run(samples, 0, Samples, [1, 1], losses)).Should().Be(0);
    }

    private static void CheckGradient<T>(int order, DerivativePropagation way, int outputs, ulong seed, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var source = Random<T>(order, outputs, seed);
        var network = Network<T>(outputs);
        var loss = SobolevLoss.Measure(source);
        var plain = PlainLoss.Of(source);
        loss.Normalizers.ToArray().Zip(plain.Normalizers, (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeLessThan(1e-12);
        double[] weights = [1, 0.5, 0.25];
        double[] losses = new double[order + 1];
        var gradient = new T[network.Parameters.Length];
        long[] samples = [.. Enumerable.Range(0, Samples).Select(s => (long)s)];
        using var team = new WorkerTeam(2);
        new TrainingPass<T>(network, new PackedNetwork<T>(network), gradient, source, order, loss, Samples, team, way)
            .Run(samples, 0, Samples, weights, losses).Should().BeTrue();

        var wide = network.Convert<double>();
        var (input, _) = PlainLoss.Widen(source);
        var pass = new JetPass<double>(wide, source.Layout, Samples);
        var output = new JetBatch<double>(source.Layout, Samples, outputs);
        pass.Forward(input, output);
        var (expectedLosses, adjoint) = plain.Evaluate(output, weights);
        double[] expected = new double[gradient.Length];
        pass.Reverse(adjoint, expected);
        double scale = expected.Max(Math.Abs);
        gradient.Zip(expected, (a, b) => Math.Abs(double.CreateTruncating(a) - b)).Max().Should().BeLessThan(tolerance * scale);
        losses.Zip(expectedLosses, (a, b) => Math.Abs((a / b) - 1)).Max().Should().BeLessThan(tolerance);
    }

    private static JetBatch<double> Propagate(Mlp<double> network, IJetSource<double> source)
    {
        var output = new JetBatch<double>(source.Layout, source.Count, source.OutputFeatures);
        new JetPass<double>(network, source.Layout, source.Count).Forward(PlainLoss.Widen(source).Input, output);
        return output;
    }

    private static MaskedSource<T> Random<T>(int order, int outputs, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(Labels<T>(order, outputs, seed), Mask(seed), s => new RandomStream(seed + 100, (ulong)s).NextUniform() < 0.1 ? 0 : 0.5 + (s % 7));

    /// <summary>A third of the labels are missing.</summary>
    private static Func<long, int, int, bool> Mask(ulong seed) =>
        (sample, component, output) => new RandomStream(seed + 50, ((ulong)sample * 64) + ((ulong)component * 4) + (ulong)output).NextUniform() < 0.33;

    /// <summary>Random labels, which need not belong to a function.</summary>
    private static IJetSource<T> Labels<T>(int order, int outputs, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new RandomStream(seed);
        var (x, y) = (new T[Samples, 2], new T[Samples, outputs]);
        var (dydx, d2ydx2) = (new T[Samples, outputs, 2], new T[Samples, outputs, 2, 2]);
        for (int s = 0; s < Samples; s++)
        {
            (x[s, 0], x[s, 1]) = (Next(ref random, 1), Next(ref random, 3));
            for (int f = 0; f < outputs; f++)
            {
                y[s, f] = Next(ref random, 1 + (10 * f));
                (dydx[s, f, 0], dydx[s, f, 1]) = (Next(ref random, 1), Next(ref random, 2));
                (d2ydx2[s, f, 0, 0], d2ydx2[s, f, 1, 1]) = (Next(ref random, 1), Next(ref random, 1));
                d2ydx2[s, f, 0, 1] = d2ydx2[s, f, 1, 0] = Next(ref random, 1);
            }
        }

        return JetData.FromJacobian(x, y, dydx, d2ydx2).Truncate(order);

        static T Next(ref RandomStream random, double size) => T.CreateTruncating(size * random.NextNormal());
    }

    private static Mlp<T> Network<T>(int outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Mlp<T>.Create(2, [9, 7], outputs, seed: 11);

    private static T[] Fit<T>(IJetSource<T> source, DerivativePropagation way)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = Network<T>(source.OutputFeatures);
        var options = new SobolevTrainingOptions { Epochs = 3, BatchSize = 32, Propagation = way, EarlyStopping = new EarlyStopping { Patience = 1 } };
        new SobolevTrainer<T>(network, options).Fit(source, source);
        TensorPrimitives.IsFiniteAll<T>(network.Parameters).Should().BeTrue();
        return network.Parameters.ToArray();
    }

    private static double[] Metric(IJetSource<double> source)
    {
        using var team = new WorkerTeam(1);
        return InputMetric.Measure(source, null, [1.0], team, new MeasuringTime(null, CancellationToken.None))!;
    }

    /// <summary>Cancels as soon as training writes that it begins.</summary>
    private sealed class Canceler(CancellationTokenSource cancellation) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith("Training ", StringComparison.Ordinal))
            {
                cancellation.Cancel();
            }
        }
    }

    /// <summary>Gives NaN without saying that labels may be missing.</summary>
    private sealed class Unannounced(IJetSource<double> source) : JetSourceTransform<double>(source)
    {
        public override bool HasMissingLabels => false;

        protected override void Fill(IJetSource<double> source, ReadOnlySpan<long> samples, JetSpan<double> input, JetSpan<double> target) =>
            source.Fill(samples, input, target);
    }
}
