using System.Globalization;

namespace SobolevNet;

/// <summary>What a learning-rate schedule may look at.</summary>
public readonly struct SchedulePosition
{
    internal SchedulePosition(double progress, int epoch, IReadOnlyList<double> losses) => (Progress, Epoch, Losses) = (progress, epoch, losses);

    /// <summary>The part of the training that is done, in [0, 1).</summary>
    public double Progress { get; internal init; }

    /// <summary>The current epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The losses of the epochs done: the validation error where there is one, else the training loss.</summary>
    public IReadOnlyList<double> Losses { get; }
}

/// <summary>How the learning rate changes while training goes on, as a factor of the optimizer's.</summary>
/// <remarks>
/// A schedule holds no state, so training resumes with the same factors. Where a training with checkpoints starts, a schedule of your
/// own is also asked for some factors by which the checkpoint knows it.
/// </remarks>
public abstract class LearningRateSchedule
{
    /// <summary>What tells this schedule from others: its numbers in full, or the hash of some factors for one of the user's.</summary>
    internal virtual string Fingerprint => $"own {FunctionHash.Of(this)}";

    /// <summary>Always 1.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantRate();

    /// <summary>Half a cosine wave from 1 to <paramref name="final"/>.</summary>
    /// <param name="final">The last factor, in [0, 1].</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is out of range.</exception>
    public static LearningRateSchedule Cosine(double final = 0.001)
    {
        CheckFactor(final, nameof(final), allowZero: true);
        return new CosineRate(final);
    }

    /// <summary>Multiplies by <paramref name="factor"/> every so many epochs.</summary>
    /// <param name="epochs">Epochs from a step to the next, at least 1.</param>
    /// <param name="factor">In (0, 1].</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LearningRateSchedule Step(int epochs, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        CheckFactor(factor, nameof(factor), allowZero: false);
        return new StepRate(epochs, factor);
    }

    /// <summary>Falls geometrically from 1 to <paramref name="final"/>.</summary>
    /// <param name="final">The last factor, in (0, 1].</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A factor is out of range.</exception>
    public static LearningRateSchedule Exponential(double final = 0.001)
    {
        CheckFactor(final, nameof(final), allowZero: false);
        return new ExponentialRate(final);
    }

    /// <summary>Multiplies by <paramref name="factor"/> whenever the loss has not improved for some epochs.</summary>
    /// <param name="patience">Epochs without improvement that are waited for, at least 1.</param>
    /// <param name="factor">In (0, 1).</param>
    /// <param name="improvement">The relative improvement that counts, in [0, 1).</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LearningRateSchedule Plateau(int patience = 10, double factor = 0.5, double improvement = 1e-3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        CheckFactor(factor, nameof(factor), allowZero: false);
        ArgumentOutOfRangeException.ThrowIfEqual(factor, 1);
        if (!(improvement >= 0 && improvement < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(improvement), improvement, "The improvement is in [0, 1).");
        }

        return new PlateauRate(patience, factor, improvement);
    }

    /// <summary>Rises linearly from near 0 over the first part of the training, and is this schedule from there on.</summary>
    /// <param name="part">The part of the training that the rise takes, in [0, 1).</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="part"/> is out of range.</exception>
    public LearningRateSchedule WithWarmUp(double part = 0.02)
    {
        if (!(part >= 0 && part < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(part), part, "The part is in [0, 1).");
        }

        return new WarmUp(part, this);
    }

    /// <summary>The factor at a point of the training.</summary>
    /// <param name="position">Where training is.</param>
    /// <returns>A factor of the optimizer's learning rate, finite and at least 0.</returns>
    public abstract double At(SchedulePosition position);

    private static void CheckFactor(double factor, string name, bool allowZero)
    {
        if (!(factor <= 1 && (factor > 0 || (allowZero && factor == 0))))
        {
            throw new ArgumentOutOfRangeException(name, factor, $"A learning-rate factor is in {(allowZero ? "[0" : "(0")}, 1].");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class ConstantRate : LearningRateSchedule
    {
        internal override string Fingerprint => "constant";

        public override double At(SchedulePosition position) => 1;
    }

    private sealed class CosineRate(double final) : LearningRateSchedule
    {
        internal override string Fingerprint => Text($"cosine to {final:R}");

        public override double At(SchedulePosition position) =>
            final + ((1 - final) * 0.5 * (1 + Math.Cos(Math.PI * position.Progress)));
    }

    private sealed class StepRate(int epochs, double factor) : LearningRateSchedule
    {
        internal override string Fingerprint => Text($"times {factor:R} every {epochs} epochs");

        public override double At(SchedulePosition position) => Math.Pow(factor, position.Epoch / epochs);
    }

    private sealed class ExponentialRate(double final) : LearningRateSchedule
    {
        internal override string Fingerprint => Text($"exponential to {final:R}");

        public override double At(SchedulePosition position) => Math.Pow(final, position.Progress);
    }

    private sealed class PlateauRate(int patience, double factor, double improvement) : LearningRateSchedule
    {
        internal override string Fingerprint => Text($"times {factor:R} on a plateau of {patience} epochs within {improvement:R}");

        public override double At(SchedulePosition position)
        {
            var losses = position.Losses;
            ArgumentNullException.ThrowIfNull(losses, $"{nameof(position)}.{nameof(position.Losses)}");
            double best = double.PositiveInfinity;
            double product = 1;
            int waited = 0;

            // By index: an enumerator would be allocated in every step.
            for (int k = 0; k < losses.Count; k++)
            {
                double loss = losses[k];
                if (loss < (best < 0 ? best * (1 + improvement) : best * (1 - improvement)))
                {
                    best = loss;
                    waited = 0;
                }
                else if (++waited >= patience)
                {
                    product *= factor;
                    waited = 0;
                }
            }

            return product;
        }
    }

    private sealed class WarmUp(double part, LearningRateSchedule then) : LearningRateSchedule
    {
        internal override string Fingerprint => Text($"{then.Fingerprint}, after a warm-up of {part:R}");

        public override double At(SchedulePosition position)
        {
            if (position.Progress >= part)
            {
                return then.At(position with { Progress = (position.Progress - part) / (1 - part) });
            }

            return then.At(position with { Progress = 0 }) * Math.Max(position.Progress / part, 1e-3);
        }
    }
}
