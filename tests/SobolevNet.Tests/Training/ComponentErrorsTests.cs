using System.Numerics;
using SobolevNet.Tests.Networks;

namespace SobolevNet.Tests.Training;

/// <summary>Errors by component and output, against figures computed plainly from all errors, over random shapes.</summary>
public class ComponentErrorsTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 12).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Evaluation_OfRandomShapes_HasTheFiguresOfAllErrorsInDouble(ulong seed) => Compare<double>(seed, 1e-11);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Evaluation_OfRandomShapes_HasTheFiguresOfAllErrorsInFloat(ulong seed) => Compare<float>(seed, 2e-4);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Evaluation_OnAnyNumberOfThreads_HasTheSameBits(ulong seed)
    {
        var (network, source, _, _) = Shape<float>(seed);
        string one = Text(1);
        Text(2).Should().Be(one);
        Text(5).Should().Be(one);

        string Text(int threads) => System.Text.Json.JsonSerializer.Serialize(Evaluation.Of(network, source, order: 2, threads: threads));
    }

    [Fact]
    public void Sizes_OfTargetsThatDoNotVary_AreTheirMeanOrNone()
    {
        var layout = JetLayout.Full(1, 1);
        var x = new JetBatch<double>(layout, 40, 1);
        var y = new JetBatch<double>(layout, 40, 2);
        for (int s = 0; s < 40; s++)
        {
            (x[0, s, 0], x[1, s, 0], y[0, s, 0]) = (s, 1, -3);
        }

        var evaluation = Evaluation.Of(Mlp<double>.Create(1, [3], 2, seed: 2), new MemoryJetSource<double>(x, y), order: 1);
        evaluation.Components.Select(errors => (errors.Output, errors.Name)).Should().Equal((0, "value"), (1, "value"), (0, "∂0"), (1, "∂0"));
        evaluation.Components.Select(errors => errors.Size).Should().Equal(3, 0, 0, 0);
        evaluation.Components.Select(errors => errors.Relative is null).Should().Equal(false, true, true, true);
        evaluation.Components[0].Relative.Should().Be(evaluation.Components[0].Rms / 3);
    }

    [Fact]
    public void Errors_OfANetworkThatOverflows_AreInfinite()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [2, 4, 1], 3);
        network.Parameters.Fill(1e308);
        var errors = Evaluation.Of(network, new Reference.FunctionSource<double>(0, 30, 1)).Components.Should().ContainSingle().Subject;
        (errors.Max, errors.Median).Should().Be((double.PositiveInfinity, double.PositiveInfinity));
        double.IsFinite(errors.Rms).Should().BeFalse();
        errors.WorstSamples.Should().Equal(0, 1, 2, 3, 4);
    }

    [Fact]
    public void Sums_OfTargetsThatAreNaN_LeaveThemOut()
    {
        var layout = JetLayout.Full(1, 1);
        var output = JetPassTests.RandomJets<double>(layout, 50, 2, 1);
        var target = JetPassTests.RandomJets<double>(layout, 50, 2, 2);
        var random = new Random(3);
        foreach (ref double y in target.Data)
        {
            y = random.Next(3) == 0 ? double.NaN : y + 5;
        }

        long[] samples = [.. Enumerable.Range(0, 50).Select(s => (long)s)];
        var details = new ErrorDetails(4, 50);
        var sums = new ErrorSums(layout, 2, details);
        for (int c = 0; c < 2; c++)
        {
            sums.Add(c, 0..2, output.AsSpan(), target.AsSpan(), samples, 0);
        }

        for (int column = 0; column < 4; column++)
        {
            int[] known = [.. Enumerable.Range(0, 50).Where(s => !double.IsNaN(target[column / 2, s, column % 2]))];
            known.Length.Should().BeInRange(20, 45);
            sums.Counts[column].Should().Be(known.Length);
            double[] errors = [.. known.Select(s => Math.Abs(output[column / 2, s, column % 2] - target[column / 2, s, column % 2]))];
            double[] targets = [.. known.Select(s => target[column / 2, s, column % 2])];
            double mean = column < 2 ? targets.Average() : 0;
            sums.Sizes[column].Should().BeApproximately(targets.Sum(y => (y - mean) * (y - mean)), 1e-10);
            Check(details.Describe(column, sums, 1), column, errors, known, 1e-12);
        }
    }

    [Theory]
    [InlineData(1000, 3, 300)]
    [InlineData(1000, 3, 2999)]
    [InlineData(77, 5, 5)]
    public void Quantiles_OfMoreErrorsThanAreKept_AreThoseOfSamplesChosenAtRandom(int samples, int columns, int maxKept)
    {
        var random = new Random(5);
        double[][] errors = [.. Enumerable.Range(0, samples).Select(_ => Enumerable.Range(0, columns).Select(_ => random.NextDouble()).ToArray())];
        var layout = JetLayout.Value;
        var details = new ErrorDetails(columns, samples, maxKept);
        var sums = new ErrorSums(layout, columns, details);
        var output = new JetBatch<double>(layout, samples, columns);
        for (int s = 0; s < samples; s++)
        {
            errors[s].CopyTo(output.Row(0, s));
        }

        sums.Add(0, 0..columns, output.AsSpan(), new JetBatch<double>(layout, samples, columns).AsSpan(), [.. Enumerable.Range(0, samples).Select(s => (long)s)], 0);
        long[] chosen = SampleSubset.Of(samples, maxKept / columns);
        chosen.Length.Should().BeLessThan(samples);
        for (int column = 0; column < columns; column++)
        {
            var described = details.Describe(column, sums, 1);
            double[] kept = [.. chosen.Select(s => errors[s][column])];
            (described.Median, described.Quantile90, described.Quantile99).Should().Be((Quantile(kept, 50), Quantile(kept, 90), Quantile(kept, 99)));
            double[] all = [.. errors.Select(row => row[column])];
            described.Max.Should().Be(all.Max());
            described.Mean.Should().BeApproximately(all.Average(), 1e-12);
            described.WorstSamples.Should().Equal(Worst(all, [.. Enumerable.Range(0, samples)]));
        }
    }

    [Fact]
    public void Details_OfMoreColumnsThanTheyDescribe_AreThoseOfTheFirst()
    {
        int outputs = ErrorDetails.MaxColumns + 3;
        var details = new ErrorDetails(outputs, 4);
        var sums = new ErrorSums(JetLayout.Value, outputs, details);
        var output = JetPassTests.RandomJets<double>(JetLayout.Value, 4, outputs, 1);
        sums.Add(0, 0..outputs, output.AsSpan(), new JetBatch<double>(JetLayout.Value, 4, outputs).AsSpan(), [0, 1, 2, 3], 0);
        details.Columns.Should().Be(ErrorDetails.MaxColumns);
        details.Describe(details.Columns - 1, sums, 1).Max.Should().Be(Enumerable.Range(0, 4).Max(s => Math.Abs(output[0, s, details.Columns - 1])));
        sums.Largest[^1].Should().Be(Enumerable.Range(0, 4).Max(s => Math.Abs(output[0, s, outputs - 1])), "sums have all columns");
    }

    [Fact]
    public void WorstSamples_OfEqualErrors_AreTheFirst()
    {
        var network = JetPassTests.RandomNetwork<double>(Activation.Tanh, [1, 2, 1], 1);
        var source = JetData.FromValues(new double[20, 1], new double[20, 1]);
        Evaluation.Of(network, source).Components[0].WorstSamples.Should().Equal(0, 1, 2, 3, 4);
    }

    private static void Compare<T>(ulong seed, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (network, source, inputs, targets) = Shape<T>(seed);
        int samples = source.Count - (int)(seed % 3);
        var output = network.Propagate(inputs);
        var evaluation = Evaluation.Of(network, source, order: 2, maxSamples: samples, threads: 2);
        int outputs = targets.Features;
        evaluation.Components.Should().HaveCount(targets.Layout.Count * outputs);
        for (int column = 0; column < evaluation.Components.Count; column++)
        {
            var (c, f) = (column / outputs, column % outputs);
            var errors = evaluation.Components[column];
            (errors.Component, errors.Output, errors.Name).Should().Be((c, f, targets.Layout.NameOf(c)));
            double[] wanted = [.. Enumerable.Range(0, samples).Select(s => double.CreateTruncating(targets[c, s, f]))];
            double[] differences = [.. Enumerable.Range(0, samples).Select(s => Math.Abs(double.CreateTruncating(output[c, s, f]) - wanted[s]))];
            double mean = c == 0 ? wanted.Average() : 0;
            double size = Math.Sqrt(wanted.Average(y => (y - mean) * (y - mean)));
            errors.Size.Should().BeApproximately(size, 1e-10 * size);
            errors.Relative.Should().Be(errors.Rms / errors.Size);
            Check(errors, column, differences, [.. Enumerable.Range(0, samples)], tolerance);
        }

        evaluation.MaxError.Should().Be(evaluation.Components.Take(outputs).Max(errors => errors.Max));
    }

    private static void Check(ComponentErrors actual, int column, double[] errors, int[] samples, double tolerance)
    {
        double scale = errors.Max();
        actual.Count.Should().Be(errors.Length, "column {0}", column);
        Near(actual.Mean, errors.Average());
        Near(actual.Rms, Math.Sqrt(errors.Average(error => error * error)));
        Near(actual.Median, Quantile(errors, 50));
        Near(actual.Quantile90, Quantile(errors, 90));
        Near(actual.Quantile99, Quantile(errors, 99));
        Near(actual.Max, scale);
        if (tolerance < 1e-9)
        {
            actual.WorstSamples.Should().Equal(Worst(errors, samples), "column {0}", column);
        }
        else
        {
            // Rounding may swap neighbors: the errors are those of the worst samples all the same.
            double[] ofWorst = [.. actual.WorstSamples.Select(sample => errors[Array.IndexOf(samples, (int)sample)])];
            ofWorst.Zip(errors.OrderDescending()).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= tolerance * scale);
        }

        actual.WorstSamples.Should().HaveCount(Math.Min(5, errors.Length)).And.OnlyHaveUniqueItems();

        void Near(double value, double expected) => value.Should().BeApproximately(expected, tolerance * scale, "column {0}", column);
    }

    /// <summary>The least error that so many per cent of the errors do not exceed.</summary>
    private static double Quantile(double[] errors, int percent) => errors.Order().First(error => 100 * errors.Count(other => other <= error) >= percent * errors.Length);

    private static long[] Worst(double[] errors, int[] samples) =>
        [.. samples.Zip(errors).OrderByDescending(pair => pair.Second).ThenBy(pair => pair.First).Take(5).Select(pair => (long)pair.First)];

    /// <summary>A network and data of a random shape: up to 130 outputs, and samples that no block divides.</summary>
    private static (Mlp<T> Network, MemoryJetSource<T> Source, JetBatch<T> Inputs, JetBatch<T> Targets) Shape<T>(ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random((int)seed);
        int tangents = random.Next(1, 4);
        int outputs = random.Next(3) == 0 ? random.Next(60, 131) : random.Next(1, 5);
        var layout = JetLayout.Full(tangents, random.Next(3));
        int samples = random.Next(4, outputs > 5 ? 60 : 900);
        var inputs = JetPassTests.RandomJets<T>(layout, samples, 2, seed);
        var targets = JetPassTests.RandomJets<T>(layout, samples, outputs, seed + 100);
        for (int s = 0; s < samples; s++)
        {
            targets[0, s, 0] += T.CreateTruncating(1000);
        }

        return (JetPassTests.RandomNetwork<T>(Activation.Tanh, [2, 7, outputs], seed), new MemoryJetSource<T>(inputs, targets), inputs, targets);
    }
}
