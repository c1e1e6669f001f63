using System.Diagnostics;

namespace SobolevNet;

/// <summary>How long a measurement of data may take: until it is canceled, and under a time budget a twentieth of that.</summary>
/// <remarks>
/// Without a budget every sample that was chosen is looked at. Under one, samples are looked at in random order, so that those seen
/// until the time is over stand for all of them.
/// </remarks>
internal readonly struct MeasuringTime
{
    private const double ShareOfBudget = 0.05;

    private readonly CancellationToken _cancellation;
    private readonly long? _end;

    /// <summary>Starts a measurement now.</summary>
    /// <param name="budget">The time budget of the training; none if null.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    public MeasuringTime(TimeSpan? budget, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _end = budget is { } time ? Stopwatch.GetTimestamp() + (long)(ShareOfBudget * time.TotalSeconds * Stopwatch.Frequency) : null;
    }

    /// <summary>Whether the measurement may have to end before it has seen all samples.</summary>
    public bool IsLimited => _end is not null;

    /// <summary>Seconds until the measurement has to end; infinite without a budget.</summary>
    public double SecondsLeft => _end is { } end ? (double)(end - Stopwatch.GetTimestamp()) / Stopwatch.Frequency : double.PositiveInfinity;

    /// <summary>Whether to look at more samples: always at the first ones, then until the time is over.</summary>
    /// <param name="done">Samples looked at so far.</param>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public bool AllowsMore(long done)
    {
        ThrowIfCanceled();
        return done == 0 || SecondsLeft > 0;
    }

    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public void ThrowIfCanceled() => _cancellation.ThrowIfCancellationRequested();
}
