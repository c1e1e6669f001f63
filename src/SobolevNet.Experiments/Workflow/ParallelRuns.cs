namespace SobolevNet.Experiments.Workflow;

/// <summary>Independent runs, several at a time.</summary>
internal static class ParallelRuns
{
    /// <summary>Does all runs, starting them in their order, each on one thread. If one fails, the others are stopped.</summary>
    /// <typeparam name="TRun">Description of a run.</typeparam>
    /// <param name="runs">The runs. If the longest ones come first, no core is idle at the end.</param>
    /// <param name="threads">Runs at a time; one for each core if 0.</param>
    /// <param name="action">Does a run.</param>
    /// <param name="cancellationToken">Stops all runs.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static void Do<TRun>(IEnumerable<TRun> runs, int threads, Action<TRun, CancellationToken> action, CancellationToken cancellationToken)
    {
        var queue = new Queue<TRun>(runs);
        int workers = Math.Min(threads == 0 ? Environment.ProcessorCount : threads, Math.Max(1, queue.Count));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(
            Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        var failed = tasks.Select(task => task.Exception?.InnerException).OfType<Exception>().ToArray();
        if ((failed.FirstOrDefault(failure => failure is not OperationCanceledException) ?? failed.FirstOrDefault()) is { } failure)
        {
            throw failure;
        }

        void Work()
        {
            try
            {
                while (true)
                {
                    TRun? next;
                    lock (queue)
                    {
                        stop.Token.ThrowIfCancellationRequested();
                        if (!queue.TryDequeue(out next))
                        {
                            return;
                        }
                    }

                    action(next, stop.Token);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }
    }
}
