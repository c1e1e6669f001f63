using System.Numerics;

namespace SobolevNet;

/// <summary>Makes the reports of a training that goes on: several a second, and one at the end of every epoch.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="receiver">Receives the reports; null if nobody does.</param>
/// <param name="state">The training.</param>
/// <param name="course">Its time and progress.</param>
/// <param name="order">The highest order trained.</param>
/// <param name="steps">Mini-batches of an epoch.</param>
internal sealed class TrainingReporter<T>(
    IProgress<TrainingProgress>? receiver, TrainingState<T> state, TrainingCourse<T> course, int order, int steps)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The time from a report to the next within an epoch, at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private TimeSpan _last;
    private long _samplesDone;

    /// <summary>Counts a mini-batch, and reports it if the last report is old enough; the last one of an epoch is left to the epoch's own report.</summary>
    /// <param name="samples">Samples of the mini-batch.</param>
    public void AfterStep(int samples)
    {
        _samplesDone += samples;
        if (receiver is not null && state.Step < steps && course.Elapsed - _last >= Interval)
        {
            receiver.Report(Describe(isEndOfEpoch: false));
        }
    }

    /// <summary>The report of an epoch that ends, to be sent when the state is complete: the receiver may cancel.</summary>
    public TrainingProgress? DescribeEndOfEpoch() => receiver is null ? null : Describe(isEndOfEpoch: true);

    /// <summary>Sends a report.</summary>
    public void Send(TrainingProgress? report)
    {
        if (report is not null)
        {
            receiver!.Report(report);
        }
    }

    private TrainingProgress Describe(bool isEndOfEpoch)
    {
        _last = course.Elapsed;
        double[] losses = state.MeanLosses();
        return new TrainingProgress
        {
            Epoch = state.Epoch + 1,
            Epochs = course.Epochs,
            Step = state.Step,
            StepsPerEpoch = steps,
            Fraction = course.Progress,
            OrderLosses = losses,
            OrderWeights = state.Weights[..(order + 1)],
            TermLosses = state.Terms.Means(),
            Loss = state.MeanLoss(),
            TrainingError = Math.Sqrt(losses[0]),
            ValidationError = state.History.Count > 0 ? state.History[^1].ValidationError : double.NaN,
            LearningRateFactor = state.RateFactor,
            Elapsed = course.Elapsed,
            Remaining = course.Remaining,
            SamplesPerSecond = _samplesDone / course.Elapsed.TotalSeconds,
            IsEndOfEpoch = isEndOfEpoch,
        };
    }
}
