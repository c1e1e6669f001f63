using System.Diagnostics;

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

    private readonly (Action<int, int>? Task, int Tasks, long Alone)[] _known = new (Action<int, int>?, int, long)[32];
    private int _oldest;
    private long _aloneUntil = long.MinValue;

    /// <summary>Whether the caller is to do a set of tasks alone.</summary>
    public bool IsAlone(Action<int, int> task, int tasks) =>
        Stopwatch.GetTimestamp() < _aloneUntil || (Find(task, tasks) is var k && k >= 0 && _known[k].Alone == 0);

    /// <summary>Takes note of a set of tasks that the caller did alone.</summary>
    public void AddAlone(Action<int, int> task, int tasks, long ticks)
    {
        int k = Find(task, tasks);
        if (k >= 0)
        {
            long before = _known[k].Alone;
            _known[k].Alone = Math.Max(1, before == 0 ? ticks : before + ((ticks - before) / 4));
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
            _known[_oldest] = (task, tasks, 0);
            _oldest = (_oldest + 1) % _known.Length;
            return;
        }

        long lost = now - begun - _known[k].Alone;
        if (lost > SmallestLoss)
        {
            _aloneUntil = now + (AloneForLoss * lost);
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
}
