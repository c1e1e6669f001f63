namespace SobolevNet.Tests.Training;

public class MeasuringTimeTests
{
    [Fact]
    public void SecondsLeft_OfABudget_AreATwentiethOfItAndFall()
    {
        var time = new MeasuringTime(TimeSpan.FromHours(1), CancellationToken.None);
        time.IsLimited.Should().BeTrue();
        double first = time.SecondsLeft;
        first.Should().BeInRange(120, 180, "the test waits for less than a minute");
        Thread.Sleep(20);
        time.SecondsLeft.Should().BeLessThan(first - 0.015);
    }

    [Fact]
    public void SecondsLeft_WithoutABudget_AreEndless()
    {
        var time = new MeasuringTime(null, CancellationToken.None);
        (time.IsLimited, time.SecondsLeft).Should().Be((false, double.PositiveInfinity));
        time.ThrowIfCanceled();
    }

    [Fact]
    public void ThrowIfCanceled_CanceledToken_Throws() =>
        FluentActions.Invoking(() => new MeasuringTime(null, new CancellationToken(true)).ThrowIfCanceled()).Should().Throw<OperationCanceledException>();

    [Fact]
    public void MeasuredSamples_WithoutALimit_AreAllInOrder()
    {
        var samples = new MeasuredSamples([.. Enumerable.Range(0, 250).Select(k => (long)k)]);
        Parts(samples, null, most: 100).Should().Equal(100, 100, 50);
        samples.Numbers.Should().BeInAscendingOrder();
        samples.Count.Should().Be(250);
    }

    [Fact]
    public void MeasuredSamples_WithTimeEnough_AreAllInGrowingParts()
    {
        var samples = new MeasuredSamples([.. Enumerable.Range(0, 250).Select(k => (long)k)]);
        Parts(samples, TimeSpan.FromDays(1), most: 100).Should().Equal(8, 16, 32, 64, 100, 30);
        samples.Numbers.Should().NotBeInAscendingOrder().And.OnlyHaveUniqueItems();
        Parts(samples, TimeSpan.FromDays(1), most: 100).Should().Equal([100, 100, 50], "how many there is time for is known");
    }

    [Fact]
    public void MeasuredSamples_WithoutTime_AreAFewAndThoseLaterToo()
    {
        var samples = new MeasuredSamples([.. Enumerable.Range(0, 250).Select(k => (long)k)]);
        Parts(samples, TimeSpan.FromTicks(1), most: 100).Should().Equal(8);
        samples.Count.Should().Be(8);
        long[] first = samples.Numbers[..8];
        Parts(samples, TimeSpan.FromDays(1), most: 5).Should().Equal(5, 3);
        samples.Numbers[..8].Should().Equal(first);
    }

    [Fact]
    public void MeasuredSamples_Canceled_Throw()
    {
        var samples = new MeasuredSamples([1, 2, 3]);
        samples.Begin(new MeasuringTime(null, new CancellationToken(canceled: true)));
        samples.Invoking(one => one.Next(0, 2)).Should().Throw<OperationCanceledException>();
    }

    private static List<int> Parts(MeasuredSamples samples, TimeSpan? budget, int most)
    {
        var parts = new List<int>();
        samples.Begin(new MeasuringTime(budget, CancellationToken.None));
        for (int count; (count = samples.Next(parts.Sum(), most)) > 0;)
        {
            parts.Add(count);
        }

        return parts;
    }
}
