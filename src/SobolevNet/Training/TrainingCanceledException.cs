namespace SobolevNet;

/// <summary>Training was canceled; says how far it had come. The network has the parameters reached.</summary>
public sealed class TrainingCanceledException : OperationCanceledException
{
    internal TrainingCanceledException(string message, Exception? cause, CancellationToken token)
        : base(message, cause, token)
    {
    }

    /// <summary>Epochs done, all runs added up; the one that was canceled does not count.</summary>
    public int Epochs { get; internal init; }

    /// <summary>Mini-batches done, all runs added up.</summary>
    public long Steps { get; internal init; }

    /// <summary>Training time, all runs added up, validation included.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>Every epoch done.</summary>
    public IReadOnlyList<EpochRecord> History { get; internal init; } = [];

    /// <summary>
    /// The checkpoint that was written, to resume from; null if none was: the options name none, or writing it failed, and the reason is
    /// the <see cref="Exception.InnerException"/>.
    /// </summary>
    public string? Checkpoint { get; internal init; }

    /// <summary>The data were being measured.</summary>
    internal static TrainingCanceledException BeforeTheFirstStep(OperationCanceledException canceled) =>
        new("Training was canceled before its first step.", canceled, canceled.CancellationToken);
}
