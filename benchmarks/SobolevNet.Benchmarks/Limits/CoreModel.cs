using System.Diagnostics;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// The time of work on any number of cores: its tasks are cut as for so many workers, run one after the other and timed, and then dealt out as a team of that
/// size would take them.
/// </summary>
/// <remarks>
/// Three terms: what is outside of tasks, which no core shares; for each set of tasks the time until the last of them is done, each taken in order by the first worker
/// that is free; and handing a set over. It leaves out that cores share caches, memory and a clock.
/// </remarks>
internal static class CoreModel
{
    private const int Rounds = 5;

    /// <summary>Seconds that a team of threads takes for a set of tasks which have nothing to do.</summary>
    public static double Handover(int threads)
    {
        const int Sets = 20_000;
        using var team = new WorkerTeam(threads);
        long begun = Stopwatch.GetTimestamp();
        for (int set = 0; set < Sets; set++)
        {
            team.Run(2 * threads, static (_, _) => { });
        }

        return Stopwatch.GetElapsedTime(begun).TotalSeconds / Sets;
    }

    /// <summary>Seconds of work on so many cores, by the model; of each task the shortest time counts.</summary>
    /// <param name="cores">Number of cores.</param>
    /// <param name="handover">Seconds of handing a set of tasks over.</param>
    /// <param name="prepare">Prepares the work for a team; it has the same sets of tasks each time.</param>
    public static CoreTime Time(int cores, double handover, Func<WorkerTeam, Action> prepare)
    {
        var sets = new List<double[]>();
        int set = 0;
        double inTasks = 0;
        using var team = WorkerTeam.Modeled(cores, (tasks, task) =>
        {
            if (set == sets.Count)
            {
                sets.Add([.. Enumerable.Repeat(double.PositiveInfinity, tasks)]);
            }

            for (int k = 0; k < tasks; k++)
            {
                long begun = Stopwatch.GetTimestamp();
                task(k, 0);
                double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                sets[set][k] = Math.Min(sets[set][k], seconds);
                inTasks += seconds;
            }

            set++;
        });
        var work = prepare(team);
        double serial = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            (set, inTasks) = (0, 0);
            long begun = Stopwatch.GetTimestamp();
            work();
            serial = Math.Min(serial, Math.Max(0, Stopwatch.GetElapsedTime(begun).TotalSeconds - inTasks));
        }

        return new CoreTime(serial + sets.Sum(tasks => Makespan(tasks, cores) + (Math.Min(cores, tasks.Length) > 1 ? handover : 0)), serial);
    }

    /// <summary>Seconds of work by a team of threads, the shortest of a few times.</summary>
    public static CoreTime Measure(int threads, double _, Func<WorkerTeam, Action> prepare)
    {
        using var team = new WorkerTeam(threads);
        var work = prepare(team);
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            long begun = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return new CoreTime(best, 0);
    }

    private static double Makespan(double[] tasks, int workers)
    {
        double[] free = new double[workers];
        foreach (double task in tasks)
        {
            free[Array.IndexOf(free, free.Min())] += task;
        }

        return free.Max();
    }
}

/// <summary>Seconds of work, and the part of them outside of tasks.</summary>
internal readonly record struct CoreTime(double Total, double Serial);
