using CsCheck;

namespace SobolevNet.Tests.Training;

/// <summary>The order of rows changes nothing.</summary>
public class SourceStatisticsTests
{
    private static readonly MeasuringTime Unlimited = new(null, CancellationToken.None);

    [Fact]
    public void Measure_RowsInAnyOrder_ChangesByRoundingOnly() =>
        Gen.Select(Gen.OneOf(Gen.Int[1, 300], OneOf(4095, 4096, 4097, 8192, 12288)), Gen.ULong, OneOf(0.0, 1e6)).Sample(
            (count, seed, offset) =>
            {
                long[] order = [.. Enumerable.Range(0, count).Select(row => (long)row)];
                new RandomStream(seed).Shuffle(order.AsSpan());
                var sorted = Sorted(count, offset);
                IJetSource<double> permuted = sorted.Subset(order);
                using var team = new WorkerTeam(2);
                var (a, b) = (SourceStatistics.Measure(sorted, team, Unlimited), SourceStatistics.Measure(permuted, team, Unlimited));
                Near(a.InputMeans, b.InputMeans);
                Near(a.InputVariances, b.InputVariances);
                Near(a.OutputMeans, b.OutputMeans);
                Near(a.OutputVariances, b.OutputVariances);
                Near(a.OutputSquares, b.OutputSquares);
                a.InputVariances[1].Should().BeApproximately((1 - (1.0 / count / count)) / 12, 1e-4, "all rows are looked at");
                Near(InputMetric.Measure(sorted, null, [1.0], team, Unlimited) ?? [], InputMetric.Measure(permuted, null, [1.0], team, Unlimited) ?? []);
            }, iter: 12, threads: 1);

    [Fact]
    public void Measure_AnyNumberOfThreads_GivesTheSameBits()
    {
        var source = Sorted(1000, 3);
        var all = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var team = new WorkerTeam(threads);
            var statistics = SourceStatistics.Measure(source, team, Unlimited);
            return statistics.InputVariances.Concat(statistics.OutputSquares).Concat(InputMetric.Measure(source, null, [1.0], team, Unlimited)!).ToArray();
        }).ToArray();
        all[1].Should().Equal(all[0]);
        all[2].Should().Equal(all[0]);
    }

    [Theory]
    [InlineData(4096 * 12, 12)]
    [InlineData(4096 * 2, 2)]
    [InlineData(20480 * 10, 10)]
    public void Measure_SourceWithAPeriod_SeesAllPhases(int count, int period)
    {
        var source = JetSource.Generate<double>(JetLayout.Value, 1, 1, count, (long sample, ref RandomStream random, JetSpan<double> x, JetSpan<double> y) =>
            x[0, 0, 0] = y[0, 0, 0] = sample % period);
        using var team = new WorkerTeam(1);
        var statistics = SourceStatistics.Measure(source, team, Unlimited);
        statistics.InputMeans[0].Should().BeApproximately((period - 1) / 2.0, 0.1 * period);
        statistics.OutputVariances[0].Should().BeApproximately(((period * period) - 1) / 12.0, 0.1 * period * period / 12.0);
    }

    [Fact]
    public void Measure_LargeOffset_KeepsTheDigitsOfTheSpread()
    {
        var source = Sorted(500, 1e9);
        using var team = new WorkerTeam(1);
        var statistics = SourceStatistics.Measure(source, team, Unlimited);
        statistics.InputVariances[0].Should().BeApproximately(SourceStatistics.Measure(Sorted(500, 0), team, Unlimited).InputVariances[0], 1e-7);
        double[] metric = InputMetric.Measure(source, null, [1.0], team, Unlimited)!;
        double[] near = InputMetric.Measure(Sorted(500, 0), null, [1.0], team, Unlimited)!;
        metric.Zip(near).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5 * near.Max());
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(k => values[k]);

    /// <summary>Rows sorted by the second input: y = u² + v with u in steps of 1/7 and v rising from 0 to 1.</summary>
    private static IJetSource<double> Sorted(int count, double offset)
    {
        var (x, y, dydx) = (new double[count, 2], new double[count], new double[count, 2]);
        for (int s = 0; s < count; s++)
        {
            double u = ((s * 0.6180339887498949) % 1) - 0.5;
            double v = (s + 0.5) / count;
            (x[s, 0], x[s, 1], y[s]) = (offset + u, v, (u * u) + v);
            (dydx[s, 0], dydx[s, 1]) = (2 * u, 1);
        }

        return JetData.FromJacobian(x, y, dydx);
    }

    private static void Near(double[] a, double[] b)
    {
        double size = a.Append(0).Max(Math.Abs);
        a.Zip(b).Should().HaveCount(b.Length).And.OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 1e-9 * size);
    }
}
