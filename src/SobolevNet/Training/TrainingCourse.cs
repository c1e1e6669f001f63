using System.Diagnostics;
using System.Numerics;

namespace SobolevNet;

/// <summary>
/// Where a training stands between its beginning and its end, by its epochs and its time, and the learning rate there.
/// </summary>
/// <remarks>
/// Progress is the larger of the parts of the epochs and of the time that are done, so it follows from the state and the options alone:
/// a training that is resumed with more epochs goes on where the longer one would be. When patience has ended, progress goes from where
/// it was to 1 in the epochs of annealing, and the learning rate falls along half a cosine wave to a thousandth.
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
    public double Progress
    {
        get
        {
            if (!IsAnnealing)
            {
                return Planned(EpochsDone, Seconds);
            }

            double annealed = Annealed;
            double before = Planned(state.AnnealedFrom, SecondsBeforeAnnealing);
            return annealed < 1 ? before + ((1 - before) * annealed) : 1;
        }
    }

    public bool IsOver => Progress >= 1;

    /// <summary>Epochs that there will have been at the end; an estimate where only time limits them.</summary>
    public int Epochs
    {
        get
        {
            double epochs = IsAnnealing
                ? (double)state.AnnealedFrom + AnnealingEpochs
                : options.PlannedEpochs ?? Math.Ceiling(EpochsDone / Math.Max(Progress, 1e-9));
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
            long left = (options.PlannedEpochs ?? int.MaxValue) - state.AnnealedFrom;
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

    private double SecondsBeforeAnnealing => state.History[state.AnnealedFrom - 1].Seconds;

    /// <summary>The part of the annealing that is done, in [0, 1].</summary>
    private double Annealed
    {
        get
        {
            double ofEpochs = Part(EpochsDone - state.AnnealedFrom, AnnealingEpochs);
            double before = SecondsBeforeAnnealing;
            double ofTime = options.TimeBudget is { } budget ? Part(Seconds - before, budget.TotalSeconds - before) : 0;
            return Math.Max(ofEpochs, ofTime);
        }
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

    private double Planned(double epochs, double seconds)
    {
        double ofEpochs = options.PlannedEpochs is { } planned ? Part(epochs, planned) : 0;
        double ofTime = options.TimeBudget is { } budget ? Part(seconds, budget.TotalSeconds) : 0;
        return Math.Max(ofEpochs, ofTime);
    }

    private void BeginPhase() => (_phaseBegan, _phaseProgress) = (_clock.Elapsed, Progress);
}
