using System.Diagnostics;
using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Decides when the caller of a team works alone, since its helpers cost time: where other programs use the cores, a helper may
/// lose its core in the middle of a task, and the caller waits for it.
/// </summary>
/// <remarks>
/// After a set of tasks that took longer together than it takes the caller alone, the caller works alone for ten times the time that
/// was lost; so helpers cost a tenth at most. How long the caller takes alone is measured by leaving it alone once with a set of
/// tasks that seemed slow: an estimate from the caller's own tasks alone would take one long task of a helper for a loss.
/// </remarks>
internal sealed class LostTime
{
    private const int AloneForLoss = 10;

    /// <summary>5 µs: below that, clocks and caches are as likely the cause.</summary>
    private static readonly long SmallestLoss = Stopwatch.Frequency / 200_000;

    private readonly Known[] _known = new Known[32];
    private int _oldest;
    private long _aloneUntil = long.MinValue;

    /// <summary>Whether the caller is to do a set of tasks alone.</summary>
    public bool IsAlone(Action<int, int> task, int tasks) =>
        Stopwatch.GetTimestamp() < _aloneUntil || (Find(task, tasks) is var k && k >= 0 && _known[k].IsAsked);

    /// <summary>Takes note of a set of tasks that the caller did alone.</summary>
    public void AddAlone(Action<int, int> task, int tasks, long ticks)
    {
        int k = Find(task, tasks);
        if (k >= 0)
        {
            // Interruptions only make it longer, so the shortest time counts; it may grow slowly, as tasks do.
            ref var known = ref _known[k];
            known.Alone = known.Alone == 0 ? ticks : Math.Min(ticks, known.Alone + (known.Alone / 8));
            known.IsAsked = false;
        }
    }

    /// <summary>Takes note of a set of tasks that the team did together.</summary>
    /// <param name="task">The tasks.</param>
    /// <param name="tasks">Their number.</param>
    /// <param name="begun">When the caller began.</param>
    /// <param name="drained">When no task was left to be taken.</param>
    /// <param name="own">Tasks that the caller took.</param>
    public void AddTogether(Action<int, int> task, int tasks, long begun, long drained, int own)
    {
        long now = Stopwatch.GetTimestamp();
        if (own > 0 && now - begun <= SmallestLoss + ((double)(drained - begun) / own * tasks))
        {
            return;
        }

        int k = Find(task, tasks);
        if (k < 0)
        {
            _known[_oldest] = new Known { Task = task, Tasks = tasks, IsAsked = true };
            _oldest = (_oldest + 1) % _known.Length;
            return;
        }

        ref var known = ref _known[k];
        long lost = now - begun - known.Alone;
        if (lost > SmallestLoss)
        {
            _aloneUntil = now + (AloneForLoss * lost);
        }
        else
        {
            // The time alone may have been an unlucky one: it is measured again, ever more rarely.
            known.IsAsked = BitOperations.IsPow2(++known.Kept);
        }
    }

    private int Find(Action<int, int> task, int tasks)
    {
        for (int k = 0; k < _known.Length; k++)
        {
            if (ReferenceEquals(_known[k].Task, task) && _known[k].Tasks == tasks)
            {
                return k;
            }
        }

        return -1;
    }

    /// <summary>A set of tasks that seemed slow.</summary>
    private struct Known
    {
        public Action<int, int>? Task;
        public int Tasks;

        /// <summary>Ticks that the caller takes alone.</summary>
        public long Alone;

        /// <summary>Times that the team was found no slower than that.</summary>
        public int Kept;

        /// <summary>Whether the caller is to be left alone, to measure that.</summary>
        public bool IsAsked;
    }
}
