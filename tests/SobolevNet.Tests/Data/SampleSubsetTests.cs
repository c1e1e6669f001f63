using CsCheck;

namespace SobolevNet.Tests.Data;

public class SampleSubsetTests
{
    [Fact]
    public void Of_AnyCounts_ChoosesDifferentSamplesInOrder() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.Int[1, 5_000]).Sample((count, most) =>
        {
            long[] samples = SampleSubset.Of(count, most);
            samples.Should().HaveCount(Math.Min(count, most));
            samples.Zip(samples.Skip(1)).Should().OnlyContain(pair => pair.First < pair.Second);
            samples.Should().OnlyContain(sample => sample >= 0 && sample < count);
        }, iter: 50);

    [Fact]
    public void Of_RowsWithAPeriod_MeetsEveryPhaseAboutEqually()
    {
        foreach (int period in new[] { 2, 3, 4, 8, 12, 16 })
        {
            long[] samples = SampleSubset.Of(4096 * period, 4096);
            var counts = samples.GroupBy(sample => sample % period).Select(group => group.Count()).ToArray();
            counts.Should().HaveCount(period);
            double expected = 4096.0 / period;
            counts.Should().OnlyContain(count => Math.Abs(count - expected) < 5 * Math.Sqrt(expected), $"of period {period}");
        }
    }
}
