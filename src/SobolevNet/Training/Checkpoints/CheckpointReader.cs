using System.Globalization;
using System.Numerics;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>
/// Reads the state of a training from a checkpoint. The file is not trusted: every number must be one that a training can have,
/// and all are looked at before anything is changed.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class CheckpointReader<T>(SafetensorsFile file, string path)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Some three thousand years.</summary>
    private const double MaxSeconds = 1e11;

    /// <summary>Whether the first layer was trained through a metric of the inputs.</summary>
    public bool HasMetric => file.TryGetTensor("optimizer." + MetricState<T>.Metric, out _);

    /// <summary>Options with the limits that the checkpoint's training had, which <see cref="TrainingFingerprint.Resume"/> has checked.</summary>
    public SobolevTrainingOptions WithLimits(SobolevTrainingOptions options)
    {
        var (epochs, time) = TrainingFingerprint.Limits(file);
        return options with { Epochs = epochs, TimeBudget = time };
    }

    /// <summary>Refuses a file that is not a checkpoint of this version.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void CheckFormat()
    {
        string format = file.GetMetadata("format");
        if (format != CheckpointFile.Format)
        {
            throw new InvalidDataException($"{path} is \"{format}\"; expected \"{CheckpointFile.Format}\".");
        }
    }

    /// <summary>Puts a state where the checkpoint's training was.</summary>
    /// <param name="state">The state of a training of the same network, data and options.</param>
    /// <param name="options">Its options.</param>
    /// <param name="steps">Mini-batches of an epoch.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public void Restore(TrainingState<T> state, SobolevTrainingOptions options, int steps)
    {
        var network = state.Network;
        int orders = state.LossSums.Length;
        var parameters = Values("parameters", network.Parameters.Length);
        var best = file.GetTensor("best.parameters").Length == 0 ? [] : Values("best.parameters", parameters.Length);
        double[] errors = Numbers("best.errors", 2, error => error >= 0, "at least 0");
        Require(double.IsFinite(errors[0]) == (best.Length > 0), "best.errors[0]", errors[0], "finite if there are best parameters, else infinite");
        Require(errors[1] >= errors[0], "best.errors[1]", errors[1], $"at least {errors[0]:R}, the best error");
        double seconds = Numbers("clock", 1, IsTime, $"in [0, {MaxSeconds:G1}]")[0];
        double[] rates = Numbers("step", 1 + state.Weights.Length, IsSize, "finite and at least 0");
        double[] balance = Numbers("balance", state.Balance.Measured.Length, IsSize, "finite and at least 0");
        Require(balance.All(value => value == 0) || balance.All(IsPositive), "balance", balance.Min(), "above 0 in all orders or in none");
        double[] sums = Numbers("loss.sums", orders, IsSizeOrNone, "at least 0 or NaN");
        var loss = new SobolevLoss(
            state.Loss.Layout, Numbers("loss.components", state.Loss.ComponentWeights.Length, IsSize, "finite and at least 0"),
            Numbers("loss.outputs", state.Loss.OutputWeights.Length, IsSize, "finite and at least 0"),
            Numbers("loss.means", state.Loss.OutputMeans.Length, double.IsFinite, "finite"),
            Numbers("loss.normalizers", state.Loss.Normalizers.Length, IsPositive, "finite and above 0"));
        Require(loss.OutputWeights.ContainsAnyExcept(0.0), "loss.outputs", 0, "one above 0");
        var memories = state.Optimizer.Tensors.Select(tensor => (tensor.Values, Read: Memory(tensor.Name, tensor.Values.Length))).ToList();
        long[] position = Read<long>("position", 5);
        var history = History(position[0], orders, state.Terms.Weights.Length, seconds);
        CheckPosition(position, options, steps);
        var start = Start(position, steps, seconds);
        var restoreTerms = Terms(state, hasBest: best.Length > 0);
        var (inputScaling, outputScaling) = NetworkTensors.ReadScalings<T>(file, network.Architecture);

        parameters.CopyTo(network.Parameters);
        network.InputScaling = inputScaling;
        network.OutputScaling = outputScaling;
        (state.Epoch, state.Step, state.TotalSteps, state.AnnealedFrom) = ((int)position[0], (int)position[1], position[2], (int)position[4]);
        (state.Best.Error, state.Best.ErrorToImprove, state.Best.Waited, state.Best.Values) = (errors[0], errors[1], (int)position[3], best);
        (state.Seconds, state.Start, state.RateFactor, state.Loss) = (seconds, start, rates[0], loss);
        rates.AsSpan(1).CopyTo(state.Weights);
        balance.CopyTo(state.Balance.Measured, 0);
        sums.CopyTo(state.LossSums, 0);
        foreach (var (values, read) in memories)
        {
            read.CopyTo(values, 0);
        }

        restoreTerms();
        state.Optimizer.Restored();
        state.History.Clear();
        state.History.AddRange(history);
    }

    private static bool IsSize(double value) => double.IsFinite(value) && value >= 0;

    private static bool IsPositive(double value) => double.IsFinite(value) && value > 0;

    private static bool IsSizeOrNone(double value) => double.IsNaN(value) || value >= 0;

    private static bool IsTime(double value) => value is >= 0 and <= MaxSeconds;

    private void CheckPosition(long[] position, SobolevTrainingOptions options, int steps)
    {
        var (epoch, step, total, waited, annealed) = (position[0], position[1], position[2], position[3], position[4]);
        int most = options.Epochs ?? int.MaxValue;
        Require(epoch <= most, "the epochs done", epoch, $"at most {most}, the epochs of this training");
        Require(step >= 0 && step <= (epoch < most ? steps : 0), "the steps of the epoch", step, $"0 to {(epoch < most ? steps : 0)}");
        Require(
            total >= epoch + step && total <= (epoch * steps) + step, "all steps", total, $"{epoch + step} to {(epoch * steps) + step}");
        Require(waited >= 0 && waited <= epoch, "the epochs without improvement", waited, $"0 to {epoch}");
        long latest = options.EarlyStopping is null ? 0 : epoch;
        Require(annealed >= 0 && annealed <= latest, "the epochs before annealing", annealed, $"0 to {latest}");
    }

    private CourseStart Start(long[] position, int steps, double seconds)
    {
        var (epoch, step, annealed) = (position[0], position[1], position[4]);
        double[] start = Numbers("start", 4, IsSize, "finite and at least 0");
        Require(start[0] <= 1, "start[0]", start[0], "in [0, 1]");
        Require(start[1] <= (annealed > 0 ? 1 : 0), "start[1]", start[1], annealed > 0 ? "in [0, 1]" : "0 before annealing");
        Require(start[2] >= annealed && start[2] <= epoch + ((double)step / steps), "start[2]", start[2], $"{annealed} to the epochs done");
        Require(start[3] <= seconds, "start[3]", start[3], $"at most {seconds:R}, the seconds of training");
        return new CourseStart(start[0], start[1], start[2], start[3]);
    }

    /// <summary>Reads what the user's own terms have added.</summary>
    /// <returns>Puts the state there.</returns>
    private Action Terms(TrainingState<T> state, bool hasBest)
    {
        var terms = state.Terms;
        int count = terms.Weights.Length;
        double[] read = count > 0 ? Read<double>("terms", 3, count) : [];
        Checked("terms", read[..count], IsSize, "finite and at least 0");
        Checked("terms", read[count..(2 * count)], value => !double.IsInfinity(value), "finite or NaN");
        Checked("terms", read[(2 * count)..], IsSize, "finite and at least 0");
        var coefficients = state.Coefficients;
        int numbers = coefficients?.Values.Length ?? 0;
        T[] values = numbers > 0 ? Values("coefficients", numbers) : [];
        T[] best = numbers > 0 && hasBest ? Values("best.coefficients", numbers) : [];
        var memories = (coefficients?.Optimizer.Tensors ?? [])
            .Select(tensor => (tensor.Values, Read: Memory("coefficients." + tensor.Name, tensor.Values.Length))).ToList();
        return () =>
        {
            read.AsSpan(0, count).CopyTo(terms.Weights);
            read.AsSpan(count, count).CopyTo(terms.Sums);
            read.AsSpan(2 * count).CopyTo(terms.Samples);
            values.CopyTo(coefficients?.Values ?? []);
            state.Best.Coefficients = best;
            memories.ForEach(memory => memory.Read.CopyTo(memory.Values, 0));
        };
    }

    private List<EpochRecord> History(long epochs, int orders, int terms, double seconds)
    {
        var tensor = file.GetTensor("history");
        Require(
            epochs >= 0 && epochs == tensor.Length / CheckpointFile.HistoryColumns, "the epochs done", epochs,
            $"{tensor.Length / CheckpointFile.HistoryColumns}, as many as the history has");
        double[] rows = Read<double>("history", (int)epochs, CheckpointFile.HistoryColumns);
        double[] ofTerms = terms > 0 ? Read<double>("terms.history", (int)epochs, 1 + terms) : [];
        var history = new List<EpochRecord>();
        double before = 0;
        for (int epoch = 1; epoch <= epochs; epoch++)
        {
            var row = rows.AsSpan((epoch - 1) * CheckpointFile.HistoryColumns, CheckpointFile.HistoryColumns);
            double[] losses = row.Slice(1, orders).ToArray();
            double[] weights = row.Slice(4, orders).ToArray();
            string name = string.Create(CultureInfo.InvariantCulture, $"history[{epoch - 1}]");
            Require(row[0] == epoch, $"the epoch of {name}", row[0], $"{epoch}");
            Checked($"the losses of {name}", losses, IsSizeOrNone, "at least 0 or NaN");
            Checked($"the weights of {name}", weights, IsSize, "finite and at least 0");
            Require(IsSizeOrNone(row[7]), $"the validation error of {name}", row[7], "at least 0 or NaN");
            Require(IsSize(row[8]), $"the learning-rate factor of {name}", row[8], "finite and at least 0");
            Require(row[9] >= before && row[9] <= seconds, $"the seconds of {name}", row[9], $"in [{before:R}, {seconds:R}]");
            before = row[9];
            history.Add(new EpochRecord
            {
                Epoch = epoch,
                OrderLosses = losses,
                OrderWeights = weights,
                TrainingError = Math.Sqrt(losses[0]),
                Loss = terms > 0 ? ofTerms[(epoch - 1) * (1 + terms)] : losses.Zip(weights, (loss, weight) => weight == 0 ? 0 : loss * weight).Sum(),
                TermLosses = terms > 0 ? ofTerms.AsSpan(((epoch - 1) * (1 + terms)) + 1, terms).ToArray() : [],
                ValidationError = row[7],
                LearningRateFactor = row[8],
                Seconds = row[9],
            });
        }

        return history;
    }

    /// <summary>Parameters, all of which are finite.</summary>
    private T[] Values(string name, int length) => Checked(name, Read<T>(name, length), T.IsFinite, "finite");

    /// <summary>What an optimizer remembers: never NaN, and no mean of squares or step below 0. A mean of squares may have overflowed.</summary>
    private T[] Memory(string name, int length)
    {
        name = "optimizer." + name;
        return OptimizerState<T>.IsNeverNegative(name)
            ? Checked(name, Read<T>(name, length), value => value >= T.Zero, "at least 0")
            : Checked(name, Read<T>(name, length), value => !T.IsNaN(value), "a number");
    }

    private double[] Numbers(string name, int length, Func<double, bool> allowed, string expected) =>
        Checked(name, Read<double>(name, length), allowed, expected);

    private TElement[] Checked<TElement>(string name, TElement[] values, Func<TElement, bool> allowed, string expected)
    {
        for (int k = 0; k < values.Length; k++)
        {
            if (!allowed(values[k]))
            {
                Require(false, string.Create(CultureInfo.InvariantCulture, $"{name}[{k}]"), values[k], expected);
            }
        }

        return values;
    }

    private void Require(bool isRight, string field, object? value, string expected)
    {
        if (!isRight)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} is damaged: {field} is {value}; expected {expected}."));
        }
    }

    private TElement[] Read<TElement>(string name, params ReadOnlySpan<int> shape)
        where TElement : unmanaged
    {
        var tensor = file.GetTensor(name, shape);
        var values = new TElement[tensor.Length];
        tensor.CopyTo<TElement>(values);
        return values;
    }
}
