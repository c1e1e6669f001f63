using System.Diagnostics;
using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Decides when the caller of a team works alone, since its helpers cost more time than they save: where other programs use the cores, a helper may
/// lose its core in the middle of a task, and the caller waits for it.
/// </summary>
/// <remarks>
/// For each set of tasks it is known how long the caller takes alone. Sets done together save time or lose it against that, and the sum is kept. When
/// it falls below zero, the caller works alone for ten times what is missing; so helpers cost a tenth at most. What has been saved pays for a
/// later loss, up to 20 ms, about the time for which an operating system takes a core away: a core that is rarely lost is worth keeping.
/// </remarks>
internal sealed class LostTime
{
    private const int AloneForLoss = 10;

    private static readonly long MostSaved = Stopwatch.Frequency / 50;

    private readonly Known[] _known = new Known[32];
    private int _oldest;
    private long _saved;
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
    public void AddTogether(Action<int, int> task, int tasks, long ticks)
    {
        int k = Find(task, tasks);
        if (k < 0)
        {
            _known[_oldest] = new Known { Task = task, Tasks = tasks, IsAsked = true };
            _oldest = (_oldest + 1) % _known.Length;
            return;
        }

        ref var known = ref _known[k];
        _saved = Math.Min(_saved + known.Alone - ticks, MostSaved);
        if (_saved < 0)
        {
            _aloneUntil = Stopwatch.GetTimestamp() - (AloneForLoss * _saved);
            _saved = 0;
        }

        // The time alone may have been an unlucky one: it is measured again after 8, 64, 512, … times, since long sets are few.
        known.Together++;
        known.IsAsked = known.Together > 1 && BitOperations.IsPow2(known.Together) && BitOperations.Log2((uint)known.Together) % 3 == 0;
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

    /// <summary>A set of tasks.</summary>
    private struct Known
    {
        public Action<int, int>? Task;
        public int Tasks;

        /// <summary>Ticks that the caller takes alone.</summary>
        public long Alone;

        /// <summary>Times that the team did it.</summary>
        public int Together;

        /// <summary>Whether the caller is to do it alone next time, to measure that.</summary>
        public bool IsAsked;
    }
}
