namespace SobolevNet;

/// <summary>Training was canceled; says how far it had come. The network has the parameters reached.</summary>
public sealed class TrainingCanceledException : OperationCanceledException
{
    internal TrainingCanceledException(string message, Exception? cause, CancellationToken token)
        : base(message, cause, token)
    {
    }

    /// <summary>Epochs done, all runs added up; the one that was canceled does not count.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mini-batches done, all runs added up.</summary>
    public required long Steps { get; init; }

    /// <summary>Training time, all runs added up, validation included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Every epoch done.</summary>
    public required IReadOnlyList<EpochRecord> History { get; init; }

    /// <summary>
    /// The checkpoint that was written, to resume from; null if none was: the options name none, or writing it failed, and the reason is
    /// the <see cref="Exception.InnerException"/>.
    /// </summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The data were being measured.</summary>
    internal static TrainingCanceledException BeforeTheFirstStep(OperationCanceledException canceled) =>
        new("Training was canceled before its first step.", canceled, canceled.CancellationToken)
        {
            Epochs = 0,
            Steps = 0,
            Elapsed = TimeSpan.Zero,
            History = [],
            Checkpoint = null,
        };
}
