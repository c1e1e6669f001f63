using System.Diagnostics;

namespace SobolevNet;

/// <summary>
/// A few threads that wait for work: a numbered set of tasks which they take one by one. No allocation for a run, and no
/// result may depend on which thread does what.
/// </summary>
/// <remarks>
/// A training step is a few sets of tasks with hardly a pause between them, and waking a thread that sleeps takes as long as
/// many a task. So who waits looks again and again for a while before it goes to sleep.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    private static readonly long SpinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 5_000 : 0;

    private const int SpinsBetweenLooks = 10;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly ManualResetEventSlim _done = new(true);
    private Action<int, int>? _task;
    private int _tasks;
    private int _next;
    private int _busy;
    private Exception? _failure;
    private volatile bool _disposed;

    /// <summary>The most workers of a team: enough for all cores and for tests of any number, and no more than a process can bear.</summary>
    public static int MaxWorkers { get; } = Math.Max(64, Environment.ProcessorCount);

    /// <summary>Starts a team; the thread that calls <see cref="Run"/> is one of its workers.</summary>
    /// <param name="workers">Number of workers, at least 1. Above <see cref="MaxWorkers"/> the team has so many.</param>
    public WorkerTeam(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _threads = new Thread[Math.Min(workers, MaxWorkers) - 1];
        for (int k = 0; k < _threads.Length; k++)
        {
            int worker = k + 1;
            _threads[k] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"SobolevNet worker {worker}" };
            _threads[k].Start();
        }
    }

    /// <summary>Number of workers, the calling thread included.</summary>
    public int Workers => _threads.Length + 1;

    /// <summary>Calls <paramref name="task"/>(task, worker) for all tasks 0 to <paramref name="tasks"/> − 1 and returns when all are done.</summary>
    /// <exception cref="Exception">The first exception that a task threw.</exception>
    public void Run(int tasks, Action<int, int> task)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int helpers = Math.Min(_threads.Length, tasks - 1);
        if (helpers <= 0)
        {
            for (int k = 0; k < tasks; k++)
            {
                task(k, 0);
            }

            return;
        }

        _task = task;
        _tasks = tasks;
        _next = 0;
        _failure = null;
        _busy = helpers;
        _done.Reset();
        _start.Release(helpers);
        Drain(0);
        for (long begun = Stopwatch.GetTimestamp(); !_done.IsSet && Stopwatch.GetTimestamp() - begun < SpinTicks;)
        {
            Thread.SpinWait(SpinsBetweenLooks);
        }

        _done.Wait();
        _task = null;
        if (_failure is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _start.Release(_threads.Length + 1);
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _done.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            for (long begun = Stopwatch.GetTimestamp(); _start.CurrentCount == 0 && Stopwatch.GetTimestamp() - begun < SpinTicks;)
            {
                Thread.SpinWait(SpinsBetweenLooks);
            }

            _start.Wait();
            if (_disposed)
            {
                return;
            }

            Drain(worker);
            if (Interlocked.Decrement(ref _busy) == 0)
            {
                _done.Set();
            }
        }
    }

    private void Drain(int worker)
    {
        try
        {
            int k;
            while ((k = Interlocked.Increment(ref _next) - 1) < _tasks && _failure is null)
            {
                _task!(k, worker);
            }
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }
}
