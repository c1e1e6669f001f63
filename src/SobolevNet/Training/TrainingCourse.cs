using System.Diagnostics;
using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Where a training stands between its beginning and its end, by its epochs and its time, and the learning rate there.
/// </summary>
/// <remarks>
/// Progress is the larger of the parts of the epochs and of the time that are done, so it follows from the state and the options alone.
/// Where a training is resumed with more epochs or time, progress goes on from where it is, to 1 at the new end. When patience has ended,
/// it goes from where it is to 1 in the epochs of annealing, and the learning rate falls along half a cosine wave to a thousandth.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingCourse<T>(TrainingState<T> state, SobolevTrainingOptions options, int steps)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double AnnealedFactor = 1e-3;

    /// <summary>Longer estimates say nothing, and a TimeSpan could not hold them.</summary>
    private const double MaxRemainingSeconds = 1e11;

    private readonly Stopwatch _clock = new();
    private TimeSpan _phaseBegan;
    private double _phaseProgress;

    /// <summary>Time of this run.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Seconds of training, all runs added up.</summary>
    public double Seconds => state.Seconds + _clock.Elapsed.TotalSeconds;

    /// <summary>Whether patience has ended.</summary>
    public bool IsAnnealing => state.AnnealedFrom > 0;

    /// <summary>The part of the training that is done, in [0, 1].</summary>
    public double Progress => From(state.Start.Progress);

    public bool IsOver => Done >= 1 || state.Optimizer.HasConverged;

    /// <summary>Epochs that there will have been at the end; an estimate where only time limits them.</summary>
    public int Epochs
    {
        get
        {
            double epochs = IsAnnealing
                ? (double)state.AnnealedFrom + AnnealingEpochs
                : options.Epochs ?? Math.Ceiling(state.Start.Epochs + ((EpochsDone - state.Start.Epochs) / Math.Max(Done, 1e-9)));
            return (int)Math.Min(int.MaxValue, epochs);
        }
    }

    /// <summary>Epochs that anneal the learning rate, once it is known where they begin.</summary>
    public int AnnealingEpochs
    {
        get
        {
            // Twice as many come near the error of a training that knew its length from the start; as many as before leave up to twice that error.
            long wanted = options.EarlyStopping!.AnnealingEpochs ?? 2L * state.AnnealedFrom;
            long left = (options.Epochs ?? int.MaxValue) - state.AnnealedFrom;
            return (int)Math.Min(wanted, left);
        }
    }

    /// <summary>The time left, if it goes on as it did since the run or its annealing began.</summary>
    public TimeSpan Remaining
    {
        get
        {
            double progress = Progress;
            double share = progress - _phaseProgress;
            double seconds = share > 0 ? (Elapsed - _phaseBegan).TotalSeconds * ((1 - progress) / share) : 0;
            return TimeSpan.FromSeconds(Math.Min(seconds, MaxRemainingSeconds));
        }
    }

    private double EpochsDone => state.Epoch + ((double)state.Step / steps);

    /// <summary>The part of the annealing that is done, in [0, 1].</summary>
    private double Annealed => From(state.Start.Annealed);

    /// <summary>The part that is done of what was left at <see cref="TrainingState{T}.Start"/>, in [0, 1].</summary>
    private double Done
    {
        get
        {
            var start = state.Start;
            int? end = IsAnnealing ? state.AnnealedFrom + AnnealingEpochs : options.Epochs;
            double ofEpochs = end is { } epochs ? Part(EpochsDone - start.Epochs, epochs - start.Epochs) : 0;
            double ofTime = options.TimeBudget is { } budget ? Part(Seconds - start.Seconds, budget.TotalSeconds - start.Seconds) : 0;
            return Math.Max(ofEpochs, ofTime);
        }
    }

    /// <summary>Whether a training has other limits than before, which can only be larger ones.</summary>
    public bool IsLongerThan(SobolevTrainingOptions before) => (before.Epochs, before.TimeBudget) != (options.Epochs, options.TimeBudget);

    /// <summary>
    /// Stretches what is left of the schedules over the epochs and the time that a resumed training has now: they go on from where they are. A training that
    /// had ended has nothing left to stretch; it goes on where the longer training would be.
    /// </summary>
    /// <param name="before">The options until now; only their limits count.</param>
    /// <returns>The progress until now.</returns>
    public double Stretch(SobolevTrainingOptions before)
    {
        var old = new TrainingCourse<T>(state, before, steps);
        double progress = old.Progress;
        if (!old.IsOver)
        {
            state.Start = new CourseStart(progress, IsAnnealing ? old.Annealed : 0, EpochsDone, Seconds);
        }

        return progress;
    }

    /// <summary>Starts the clock.</summary>
    public void Begin()
    {
        _clock.Start();
        BeginPhase();
    }

    /// <summary>Ends the wait for a better validation error: from the end of this epoch on the learning rate is annealed.</summary>
    public void Anneal()
    {
        state.Start = new CourseStart(Progress, 0, EpochsDone, Seconds);
        state.AnnealedFrom = state.Epoch;
        BeginPhase();
    }

    /// <summary>The learning-rate factor of the next step.</summary>
    /// <param name="losses">The losses of the epochs done.</param>
    /// <exception cref="InvalidOperationException">A schedule of the user's gave a factor that is none.</exception>
    public double RateFactor(IReadOnlyList<double> losses)
    {
        if (IsAnnealing)
        {
            double wave = 0.5 * (1 + Math.Cos(Math.PI * Annealed));
            return state.History[state.AnnealedFrom - 1].LearningRateFactor * (AnnealedFactor + ((1 - AnnealedFactor) * wave));
        }

        double progress = Progress;
        double factor = options.Schedule.At(new SchedulePosition(progress, state.Epoch, losses));
        return double.IsFinite(factor) && factor >= 0
            ? factor
            : throw new InvalidOperationException(
                $"The schedule {options.Schedule.GetType().Name} gave the learning-rate factor {factor} in epoch {state.Epoch + 1} at progress {progress}; " +
                "it must be finite and at least 0.");
    }

    private static double Part(double done, double all) => done < all ? done / all : 1;

    /// <summary>What was at the start and goes on to 1, exactly 1 at the end.</summary>
    private double From(double atStart)
    {
        double done = Done;
        return done < 1 ? atStart + ((1 - atStart) * done) : 1;
    }

    private void BeginPhase() => (_phaseBegan, _phaseProgress) = (_clock.Elapsed, Progress);
}
