using System.Diagnostics;

namespace SobolevNet.Tests.Workers;

public class LostTimeTests
{
    private static readonly Action<int, int> Task = (_, _) => { };

    [Fact]
    public void IsAlone_AfterARoundThatWaited_OnlyIfTheCallerAloneIsFaster()
    {
        foreach (var (aloneTakes, isLoss) in new[] { (1, true), (1000, false) })
        {
            var lost = new LostTime();
            lost.IsAlone(Task, 2).Should().BeFalse();
            Waited(lost);
            lost.IsAlone(Task, 2).Should().BeTrue("it is not known how long the caller takes alone");
            lost.IsAlone(Task, 3).Should().BeFalse();
            lost.IsAlone((_, _) => { }, 2).Should().BeFalse();
            lost.AddAlone(Task, 2, Milliseconds(aloneTakes));
            lost.IsAlone(Task, 2).Should().BeFalse();
            Waited(lost);
            lost.IsAlone(Task, 3).Should().Be(isLoss, "where cores are busy, other tasks wait too");
        }
    }

    [Fact]
    public void IsAlone_AfterALoss_EndsAfterTenTimesThat()
    {
        var lost = new LostTime();
        Waited(lost);
        lost.AddAlone(Task, 2, Milliseconds(1));
        var clock = Stopwatch.StartNew();
        Waited(lost);
        while (lost.IsAlone(Task, 2))
        {
        }

        clock.Elapsed.TotalMilliseconds.Should().BeGreaterThan(900);
    }

    [Fact]
    public void IsAlone_RoundsWithOneLongTask_AreMeasuredRarely()
    {
        var lost = new LostTime();
        int alone = 0;
        for (int round = 0; round < 100; round++)
        {
            if (lost.IsAlone(Task, 2))
            {
                alone++;
                lost.AddAlone(Task, 2, Milliseconds(1000));
            }
            else
            {
                Waited(lost);
            }
        }

        alone.Should().BeInRange(2, 10);
    }

    [Fact]
    public void IsAlone_TimeAloneThatWasInterrupted_IsMeasuredAgain()
    {
        var lost = new LostTime();
        Waited(lost);
        lost.AddAlone(Task, 2, Milliseconds(1000));
        int rounds = 0;
        for (; rounds < 50 && !lost.IsAlone(Task, 3); rounds++)
        {
            if (lost.IsAlone(Task, 2))
            {
                lost.AddAlone(Task, 2, Milliseconds(1));
            }
            else
            {
                Waited(lost);
            }
        }

        rounds.Should().BeLessThan(50);
    }

    [Fact]
    public void IsAlone_RoundsThatShareTheWork_StayTogether()
    {
        var lost = new LostTime();
        for (int round = 0; round < 10; round++)
        {
            long now = Stopwatch.GetTimestamp();
            lost.AddTogether(Task, 2, now - Milliseconds(100), now - Milliseconds(10), own: 1);
            lost.IsAlone(Task, 2).Should().BeFalse();
        }
    }

    /// <summary>The caller did its task in no time and waited 100 ms for that of a helper.</summary>
    private static void Waited(LostTime lost)
    {
        long begun = Stopwatch.GetTimestamp() - Milliseconds(100);
        lost.AddTogether(Task, 2, begun, begun + 1, own: 1);
    }

    private static long Milliseconds(int count) => count * Stopwatch.Frequency / 1000;
}
