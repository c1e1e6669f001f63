using System.Diagnostics;

namespace SobolevNet;

/// <summary>
/// A few threads that share numbered tasks, which they take one by one. No allocation for a run, and no result may depend on
/// which thread does what.
/// </summary>
/// <remarks>
/// <para>
/// A run ends when its tasks are done, not when its helpers have been there: the caller takes tasks too, and waits only for
/// those that a helper has taken. What is shared is the number of tasks left. A helper that wakes late either finds none, or
/// takes a task of the current run; only then does it read what that task is, and the run cannot end before it is done.
/// </para>
/// <para>
/// A training step is a few runs with hardly a pause between them, and waking a thread takes as long as many a task. So waiting
/// threads spin for 200 µs before they block.
/// </para>
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    private static readonly long SpinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 5_000 : 0;

    private const int SpinsBetweenLooks = 10;

    /// <summary>Multiply-adds that take about as long as handing a task to another thread and waiting for it.</summary>
    private const long WorkOfHandover = 32_768;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly LostTime _lost = new();
    private readonly Action<int, Action<int, int>>? _runner;
    private Action<int, int>? _task;
    private int _tasks;
    private int _left;
    private int _pending;
    private int _sleepers;
    private int _callerSleeps;
    private int _running;
    private Exception? _failure;
    private volatile bool _disposed;

    /// <summary>Starts a team; the thread that calls <see cref="Run"/> is one of its workers.</summary>
    /// <param name="workers">Number of workers, at least 1; more than <see cref="MaxWorkers"/> are no more than that.</param>
    public WorkerTeam(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = Math.Min(workers, MaxWorkers);
        _threads = new Thread[Workers - 1];
        for (int k = 0; k < _threads.Length; k++)
        {
            int worker = k + 1;
            _threads[k] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"SobolevNet worker {worker}" };
            _threads[k].Start();
        }
    }

    private WorkerTeam(int workers, Action<int, Action<int, int>> runner) => (Workers, _threads, _runner) = (workers, [], runner);

    /// <summary>
    /// The most workers of a team: four for each processor, and at least 16. More threads than that only take memory, and some
    /// ten thousand end the process.
    /// </summary>
    public static int MaxWorkers { get; } = Math.Max(16, 4 * Environment.ProcessorCount);

    /// <summary>Number of workers, the calling thread included.</summary>
    public int Workers { get; }

    /// <summary>A team without threads, for a model of more cores than there are: tasks are cut as for so many workers, and the caller's runner does them.</summary>
    /// <param name="workers">Number of workers.</param>
    /// <param name="runner">Does the tasks 0 to count − 1, by worker 0.</param>
    public static WorkerTeam Modeled(int workers, Action<int, Action<int, int>> runner) => new(workers, runner);

    /// <summary>Calls <paramref name="task"/>(task, worker) for all tasks 0 to <paramref name="tasks"/> − 1 and returns when all are done.</summary>
    /// <param name="tasks">Number of tasks.</param>
    /// <param name="task">Receives the number of the task and that of the worker.</param>
    /// <param name="work">About how many multiply-adds all tasks have; few are done by the caller alone.</param>
    /// <exception cref="InvalidOperationException">The team is running already.</exception>
    /// <exception cref="Exception">The first exception that a task threw; tasks that no worker had taken are then left out.</exception>
    public void Run(int tasks, Action<int, int> task, long work = long.MaxValue)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException("A team runs one set of tasks at a time.");
        }

        try
        {
            if (_runner is not null)
            {
                _runner(tasks, task);
            }
            else if (Math.Min(_threads.Length, tasks - 1) <= 0 || work < WorkOfHandover)
            {
                RunAlone(tasks, task);
            }
            else if (_lost.IsAlone(task, tasks))
            {
                long begun = Stopwatch.GetTimestamp();
                RunAlone(tasks, task);
                _lost.AddAlone(task, tasks, Stopwatch.GetTimestamp() - begun);
            }
            else
            {
                RunTogether(tasks, task);
            }
        }
        finally
        {
            Volatile.Write(ref _running, 0);
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
        Interlocked.MemoryBarrier();
        Wake(_threads.Length);
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _done.Dispose();
    }

    private static void RunAlone(int tasks, Action<int, int> task)
    {
        for (int k = 0; k < tasks; k++)
        {
            task(k, 0);
        }
    }

    private void RunTogether(int tasks, Action<int, int> task)
    {
        _task = task;
        _tasks = tasks;
        _failure = null;
        _pending = tasks;
        Interlocked.Exchange(ref _left, tasks);
        long begun = Stopwatch.GetTimestamp();
        Wake(Math.Min(_threads.Length, tasks - 1));
        Drain(0);
        WaitForTasks();
        _lost.AddTogether(task, tasks, Stopwatch.GetTimestamp() - begun);
        _task = null;
        if (_failure is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Work(int worker)
    {
        while (!_disposed)
        {
            Drain(worker);
            for (long begun = Stopwatch.GetTimestamp(); !HasNews() && Stopwatch.GetTimestamp() - begun < SpinTicks;)
            {
                Thread.SpinWait(SpinsBetweenLooks);
            }

            if (!HasNews())
            {
                Sleep();
            }
        }
    }

    private bool HasNews() => Volatile.Read(ref _left) != 0 || _disposed;

    /// <summary>Takes tasks until none is left.</summary>
    private void Drain(int worker)
    {
        int taken = 0;
        for (int left = Volatile.Read(ref _left); left != 0; left = Volatile.Read(ref _left))
        {
            if (Interlocked.CompareExchange(ref _left, left - 1, left) != left)
            {
                continue;
            }

            taken++;
            try
            {
                if (Volatile.Read(ref _failure) is null)
                {
                    _task!(_tasks - left, worker);
                }
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref _failure, failure, null);
            }
        }

        // Until this worker's tasks are counted as done, the run they belong to goes on.
        if (taken > 0 && Interlocked.Add(ref _pending, -taken) == 0 && Interlocked.Exchange(ref _callerSleeps, 0) == 1)
        {
            _done.Release();
        }
    }

    /// <summary>Waits for the tasks that helpers have taken.</summary>
    private void WaitForTasks()
    {
        for (long begun = Stopwatch.GetTimestamp(); Volatile.Read(ref _pending) != 0 && Stopwatch.GetTimestamp() - begun < SpinTicks;)
        {
            Thread.SpinWait(SpinsBetweenLooks);
        }

        if (Volatile.Read(ref _pending) == 0)
        {
            return;
        }

        // Either the caller takes its mark away again, or the helper that does releases it.
        Interlocked.Exchange(ref _callerSleeps, 1);
        if (Volatile.Read(ref _pending) != 0 || Interlocked.Exchange(ref _callerSleeps, 0) == 0)
        {
            _done.Wait();
        }
    }

    /// <summary>Blocks a helper until it is woken. Whoever takes a sleeper off the count releases one, so that none is released twice.</summary>
    private void Sleep()
    {
        Interlocked.Increment(ref _sleepers);
        if (!HasNews() || TakeSleepers(1) == 0)
        {
            _start.Wait();
        }
    }

    private void Wake(int helpers)
    {
        int sleepers = TakeSleepers(helpers);
        if (sleepers > 0)
        {
            _start.Release(sleepers);
        }
    }

    private int TakeSleepers(int most)
    {
        while (true)
        {
            int sleepers = Volatile.Read(ref _sleepers);
            int taken = Math.Min(sleepers, most);
            if (taken == 0 || Interlocked.CompareExchange(ref _sleepers, sleepers - taken, sleepers) == sleepers)
            {
                return taken;
            }
        }
    }
}
