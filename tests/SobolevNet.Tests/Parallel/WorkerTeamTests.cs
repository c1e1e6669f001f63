namespace SobolevNet.Tests.Workers;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public void Run_ManyRounds_DoesEachTaskOnceAndNoneOfAnotherRound(int workers)
    {
        using var team = new WorkerTeam(workers);
        var random = new RandomStream(7);
        int[] done = new int[40];
        int[] inside = new int[team.Workers];
        int current = 0;
        int wrong = 0;
        for (int round = 1; round <= 3000; round++)
        {
            int tasks = (int)(40 * random.NextUniform());
            int mine = round;
            Array.Clear(done);
            Volatile.Write(ref current, round);
            team.Run(tasks, (task, worker) =>
            {
                // No worker's number is used by two threads at a time, and no task of an earlier round is left over.
                bool ok = Interlocked.Increment(ref inside[worker]) == 1 && Volatile.Read(ref current) == mine;
                Thread.SpinWait(task % 7 * 20);
                Interlocked.Increment(ref done[task]);
                Interlocked.Decrement(ref inside[worker]);
                if (!ok)
                {
                    Interlocked.Increment(ref wrong);
                }
            });
            done.Should().Equal(Enumerable.Range(0, done.Length).Select(task => task < tasks ? 1 : 0));
        }

        wrong.Should().Be(0);
    }

    [Fact]
    public void Run_SomeTasksLong_ReturnsWhenAllAreDone()
    {
        using var team = new WorkerTeam(4);
        for (int round = 0; round < 20; round++)
        {
            int done = 0;
            team.Run(8, (task, _) =>
            {
                Thread.Sleep(task % 4 == round % 4 ? 3 : 0);
                Interlocked.Increment(ref done);
            });
            done.Should().Be(8);
        }
    }

    [Fact]
    public void Run_HelpersSleepBetweenRounds_AreWoken()
    {
        using var team = new WorkerTeam(2);
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(20);
            using var both = new Barrier(2);
            bool met = true;

            // Each task waits for the other: the round ends only if two threads take one each.
            team.Run(2, (_, _) => met &= both.SignalAndWait(10_000));
            met.Should().BeTrue();
        }
    }

    /// <summary>
    /// A helper that loses its core in the middle of a task holds up the round. Without working alone for a while after such
    /// rounds, all of them would be held up.
    /// </summary>
    [Fact]
    public void Run_HelpersThatLoseTheirCores_HoldUpFewRounds()
    {
        using var team = new WorkerTeam(3);
        int heldUp = 0;
        int rounds = 0;
        Action<int, int> work = (_, worker) =>
        {
            if (worker == 0)
            {
                Thread.SpinWait(500);
                return;
            }

            Interlocked.Exchange(ref heldUp, 1);
            Thread.Sleep(3);
        };
        for (int round = 0; round < 4_000; round++)
        {
            heldUp = 0;
            team.Run(4, work);
            rounds += heldUp;
        }

        rounds.Should().BeInRange(1, 1_000);
    }

    [Fact]
    public void Run_MoreWorkersThanCoresAndBusyCores_Ends()
    {
        bool stop = false;
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Thread.SpinWait(100);
            }
        })).ToArray();
        Array.ForEach(busy, thread => thread.Start());
        try
        {
            using var team = new WorkerTeam(8 * Environment.ProcessorCount);
            int done = 0;
            for (int round = 0; round < 200; round++)
            {
                team.Run(30, (_, _) => Interlocked.Increment(ref done));
            }

            done.Should().Be(200 * 30);
        }
        finally
        {
            Volatile.Write(ref stop, true);
            Array.ForEach(busy, thread => thread.Join());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_TaskThrows_ThrowsItAndTheTeamWorksOn(int workers)
    {
        using var team = new WorkerTeam(workers);
        for (int round = 0; round < 200; round++)
        {
            int thrower = round % 10;
            int running = 0;
            var run = () => team.Run(10, (task, _) =>
            {
                Interlocked.Increment(ref running);
                Thread.SpinWait(200);
                Interlocked.Decrement(ref running);
                if (task == thrower)
                {
                    throw new InvalidDataException($"task {task}");
                }
            });
            run.Should().Throw<InvalidDataException>().WithMessage($"task {thrower}");
            running.Should().Be(0);
            int done = 0;
            team.Run(10, (_, _) => Interlocked.Increment(ref done));
            done.Should().Be(10);
        }
    }

    [Fact]
    public void Run_TeamsWithinTeams_DoAllTasks()
    {
        using var outer = new WorkerTeam(3);
        int done = 0;
        outer.Run(6, (_, _) =>
        {
            using var inner = new WorkerTeam(3);
            for (int round = 0; round < 20; round++)
            {
                inner.Run(5, (_, _) => Interlocked.Increment(ref done));
            }
        });
        done.Should().Be(6 * 20 * 5);
    }

    [Fact]
    public void Run_WithinItself_IsRefused()
    {
        using var team = new WorkerTeam(2);
        var nested = () => team.Run(2, (_, _) => team.Run(2, (_, _) => { }));
        nested.Should().Throw<InvalidOperationException>().WithMessage("*one set of tasks at a time*");
    }

    [Fact]
    public void Run_LittleWork_IsDoneByTheCaller()
    {
        using var team = new WorkerTeam(4);
        for (int round = 0; round < 100; round++)
        {
            int others = 0;
            team.Run(20, (_, worker) => others += worker, work: 1000);
            others.Should().Be(0);
        }
    }

    [Fact]
    public void Run_Rounds_AllocateNothing()
    {
        using var team = new WorkerTeam(3);
        Action<int, int> work = (_, _) => Thread.SpinWait(50);
        Rounds(500);
        Allocations.Least(() => Rounds(500)).Should().Be(0);

        void Rounds(int rounds)
        {
            for (int round = 0; round < rounds; round++)
            {
                team.Run(6, work);
            }
        }
    }

    [Fact]
    public void Dispose_WhileHelpersSpinOrSleep_EndsThem()
    {
        for (int round = 0; round < 50; round++)
        {
            var team = new WorkerTeam(4);
            if (round % 2 == 0)
            {
                team.Run(8, (_, _) => Thread.SpinWait(20));
            }

            if (round % 5 == 0)
            {
                Thread.Sleep(5);
            }

            team.Dispose();
            team.Dispose();
            ((Action)(() => team.Run(1, (_, _) => { }))).Should().Throw<ObjectDisposedException>();
        }
    }

    [Fact]
    public void Construction_AnyNumberOfWorkers_IsBounded()
    {
        using (var team = new WorkerTeam(20_000))
        {
            team.Workers.Should().Be(WorkerTeam.MaxWorkers).And.BeLessThan(2_000);
        }

        ((Action)(() => _ = new WorkerTeam(0))).Should().Throw<ArgumentOutOfRangeException>();
    }
}
