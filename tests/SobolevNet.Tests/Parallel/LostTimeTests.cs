using System.Diagnostics;

namespace SobolevNet.Tests.Workers;

public class LostTimeTests
{
    private static readonly Action<int, int> Task = (_, _) => { };

    [Fact]
    public void IsAlone_SetNotYetMeasured_IsAskedOnceForEachSet()
    {
        var lost = new LostTime();
        lost.IsAlone(Task, 2).Should().BeFalse("helpers are tried first");
        lost.AddTogether(Task, 2, Milliseconds(100));
        lost.IsAlone(Task, 2).Should().BeTrue("it is not known how long the caller takes alone");
        lost.IsAlone(Task, 3).Should().BeFalse();
        lost.IsAlone((_, _) => { }, 2).Should().BeFalse();
        lost.AddAlone(Task, 2, Milliseconds(1));
        lost.IsAlone(Task, 2).Should().BeFalse();
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1000, false)]
    public void IsAlone_AfterASlowSet_OnlyIfTheCallerAloneIsFaster(int aloneTakes, bool isLoss)
    {
        var lost = Measured(aloneTakes);
        lost.AddTogether(Task, 2, Milliseconds(100));
        lost.IsAlone(Task, 3).Should().Be(isLoss, "where cores are busy, other tasks wait too");
    }

    [Fact]
    public void IsAlone_AfterALoss_EndsAfterTenTimesThat()
    {
        var lost = Measured(1);
        var clock = Stopwatch.StartNew();
        lost.AddTogether(Task, 2, Milliseconds(31));
        while (lost.IsAlone(Task, 3))
        {
        }

        clock.Elapsed.TotalMilliseconds.Should().BeInRange(299, 2000);
    }

    [Theory]
    [InlineData(15, false)]
    [InlineData(25, true)]
    public void IsAlone_ALossAfterSavings_OnlyBeyondTwentyMilliseconds(int loss, bool isAlone)
    {
        var lost = Measured(10);
        for (int round = 0; round < 1000; round++)
        {
            lost.AddTogether(Task, 2, Milliseconds(6));
        }

        lost.AddTogether(Task, 2, Milliseconds(10 + loss));
        lost.IsAlone(Task, 3).Should().Be(isAlone);
    }

    [Fact]
    public void IsAlone_SavingsAreSpent_ByTheFirstLoss()
    {
        var lost = Measured(10);
        for (int round = 0; round < 4; round++)
        {
            lost.AddTogether(Task, 2, Milliseconds(6));
        }

        lost.AddTogether(Task, 2, Milliseconds(22));
        lost.IsAlone(Task, 3).Should().BeFalse();
        lost.AddTogether(Task, 2, Milliseconds(22));
        lost.IsAlone(Task, 3).Should().BeTrue();
    }

    [Fact]
    public void IsAlone_TimeAlone_IsMeasuredRarely()
    {
        var lost = new LostTime();
        int alone = 0;
        for (int round = 0; round < 1000; round++)
        {
            if (lost.IsAlone(Task, 2))
            {
                alone++;
                lost.AddAlone(Task, 2, Milliseconds(1000));
            }
            else
            {
                lost.AddTogether(Task, 2, Milliseconds(500));
            }
        }

        alone.Should().Be(4, "the first time and after 8, 64 and 512 others");
    }

    [Fact]
    public void IsAlone_TimeAloneThatWasInterrupted_IsMeasuredAgain()
    {
        var lost = Measured(1000);
        int rounds = 0;
        for (; rounds < 50 && !lost.IsAlone(Task, 3); rounds++)
        {
            if (lost.IsAlone(Task, 2))
            {
                lost.AddAlone(Task, 2, Milliseconds(1));
            }
            else
            {
                lost.AddTogether(Task, 2, Milliseconds(100));
            }
        }

        rounds.Should().BeLessThan(50);
    }

    /// <summary>The caller alone takes so many milliseconds for two tasks.</summary>
    private static LostTime Measured(int milliseconds)
    {
        var lost = new LostTime();
        lost.AddTogether(Task, 2, 0);
        lost.AddAlone(Task, 2, Milliseconds(milliseconds));
        return lost;
    }

    private static long Milliseconds(int count) => count * Stopwatch.Frequency / 1000;
}
