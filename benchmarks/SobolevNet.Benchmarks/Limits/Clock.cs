using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// Times work against the machine's peak in the same breath. Clocks and neighbors change from second to second, so a slice
/// of pure arithmetic runs before and after every slice of work, and what counts is the ratio of the two.
/// </summary>
/// <remarks>
/// A round is quiet if both slices of arithmetic around it came near the best one seen. The result is the median over the
/// quiet rounds; over all, if hardly any was quiet.
/// </remarks>
internal sealed class Clock : IDisposable
{
    private const double QuietMargin = 1.06;
    private const int FewestQuiet = 5;
    private const double SliceSeconds = 1.5e-3;
    private const double WarmUpSeconds = 0.5;

    private readonly Thread[] _threads;
    private readonly Barrier _barrier;
    private Action<int>? _task;
    private readonly double[] _seconds;
    private double _peakBefore;

    public Clock(int threads)
    {
        Threads = threads;
        _seconds = new double[threads];
        _barrier = new Barrier(threads);
        _threads = new Thread[threads - 1];
        for (int k = 0; k < _threads.Length; k++)
        {
            int worker = k + 1;
            _threads[k] = new Thread(() => Work(worker)) { IsBackground = true };
            _threads[k].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Seconds that the slowest thread needs when all run a task each, at the same time.</summary>
    public double Time(Action<int> task)
    {
        _task = task;
        _barrier.SignalAndWait();
        RunTask(task, 0);
        _barrier.SignalAndWait();
        return _seconds.Max();
    }

    /// <summary>The peak rate of all threads together, in flop a second: the best of many slices.</summary>
    public double Peak<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double best = 0;
        for (int k = 0; k < 60; k++)
        {
            best = Math.Max(best, Slice<T>());
        }

        return best;
    }

    /// <summary>The rate of one slice of pure arithmetic on all threads.</summary>
    public double Slice<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // About four flop a lane and nanosecond make the slice a millisecond or two on any machine.
        int iterations = (int)(SliceSeconds * 1e9 / 8);
        double seconds = Time(_ => PeakKernel.Run<T>(VectorWidths.Current, iterations));
        return Threads * PeakKernel.Flop<T>(VectorWidths.Current, iterations) / seconds;
    }

    /// <summary>The share of the peak that work reaches.</summary>
    /// <param name="flop">Operations of one call on one thread.</param>
    /// <param name="work">The work; its argument is the thread.</param>
    /// <param name="rounds">Rounds measured.</param>
    public double ShareOfPeak<T>(double flop, Action<int> work, int rounds = 15)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double once = Time(work);
        once = Math.Min(once, Time(work));
        int repetitions = (int)Math.Clamp(3e-3 / once, 1, 1e6);
        void Repeat(int worker)
        {
            for (int k = 0; k < repetitions; k++)
            {
                work(worker);
            }
        }

        // Methods that are called often enough are compiled again, better, in the background; give that its time.
        for (int k = 0; k < 5; k++)
        {
            Time(Repeat);
        }

        var series = new Series();
        double before = Slice<T>();
        for (int round = 0; round < rounds; round++)
        {
            double rate = Threads * flop * repetitions / Time(Repeat);
            double after = Slice<T>();
            series.Add(before, rate, after);
            before = after;
        }

        return series.Ratio;
    }

    /// <summary>Starts a series of rounds whose work somebody else times.</summary>
    public Series Begin<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _peakBefore = Slice<T>();
        return new Series();
    }

    /// <summary>Ends a round of such a series and begins the next.</summary>
    public void Add<T>(Series series, double rate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double after = Slice<T>();
        series.Add(_peakBefore, rate, after);
        _peakBefore = after;
    }

    /// <summary>Calls work until the compiler has seen it often enough and has had the time to compile it well.</summary>
    public static void WarmUp(Action work)
    {
        for (double begun = ThreadTime.Now; ThreadTime.Now - begun < WarmUpSeconds; Thread.Sleep(1))
        {
            work();
        }
    }

    /// <summary>The best of several calls, in seconds.</summary>
    public static double Best(Action work, int calls)
    {
        double best = double.PositiveInfinity;
        for (int k = 0; k < calls; k++)
        {
            double start = ThreadTime.Now;
            work();
            best = Math.Min(best, ThreadTime.Now - start);
        }

        return best;
    }

    public void Dispose()
    {
        _task = null;
        _barrier.SignalAndWait();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _barrier.Dispose();
    }

    private void Work(int worker)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_task is not { } task)
            {
                return;
            }

            RunTask(task, worker);
            _barrier.SignalAndWait();
        }
    }

    private void RunTask(Action<int> task, int worker)
    {
        double start = ThreadTime.Now;
        task(worker);
        _seconds[worker] = ThreadTime.Now - start;
    }

    /// <summary>Rounds of work between slices of arithmetic.</summary>
    internal sealed class Series
    {
        private readonly List<(double Before, double Rate, double After)> _rounds = [];

        public int Count => _rounds.Count;

        /// <summary>Rate of the work over the rate of the arithmetic around it: the median over the quiet rounds.</summary>
        public double Ratio
        {
            get
            {
                double best = _rounds.Max(round => Math.Max(round.Before, round.After));
                var quiet = _rounds.Where(round => Math.Min(round.Before, round.After) * QuietMargin >= best).ToList();
                var ratios = (quiet.Count >= FewestQuiet ? quiet : _rounds)
                    .Select(round => 2 * round.Rate / (round.Before + round.After))
                    .Order()
                    .ToList();
                return ratios[ratios.Count / 2];
            }
        }

        public void Add(double before, double rate, double after) => _rounds.Add((before, rate, after));

        public void Clear() => _rounds.Clear();
    }
}
