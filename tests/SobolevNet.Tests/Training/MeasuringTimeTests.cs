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
}
