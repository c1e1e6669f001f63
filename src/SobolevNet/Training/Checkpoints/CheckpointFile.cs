using System.Numerics.Tensors;
using System.Numerics;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>Writes the state of a training to a file.</summary>
internal static class CheckpointFile
{
    public const string Format = "SobolevNet checkpoint 3";
    public const int HistoryColumns = 10;

    /// <summary>
    /// Refuses a path that cannot be written, before training has cost anything, and removes what a killed training left beside it.
    /// </summary>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public static void Prepare(string path)
    {
        try
        {
            AtomicFile.Create(path).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint {path} cannot be written: {failure.Message} Its folder must exist and be writable.", failure);
        }
    }

    /// <summary>
    /// Whether a state can be gone on from. A step may have broken the network without anything noticing before the next one, and a
    /// checkpoint of that would replace a good one.
    /// </summary>
    public static bool CanHold<T>(TrainingState<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NotFinite.IndexIn<T>(state.Network.Parameters) < 0 && NotFinite.IndexIn<T>(state.Coefficients?.Values) < 0 && !state.Optimizer.Tensors.Any(tensor => TensorPrimitives.IsNaNAny<T>(tensor.Values));

    /// <summary>Writes a checkpoint; the old one is replaced in one step.</summary>
    /// <param name="state">What to write.</param>
    /// <param name="fingerprint">Which training it is.</param>
    /// <param name="path">The file.</param>
    /// <param name="seconds">Seconds of training, all runs added up.</param>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, stays.</exception>
    public static void Save<T>(TrainingState<T> state, TrainingFingerprint fingerprint, string path, double seconds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (network, loss, best, start) = (state.Network, state.Loss, state.Best, state.Start);
        var tensors = new List<SafetensorsTensor>
        {
            SafetensorsTensor.Create<T>("parameters", network.Parameters, network.Parameters.Length),
            SafetensorsTensor.Create<T>("best.parameters", best.Values, best.Values.Length),
            SafetensorsTensor.Create<double>("best.errors", [best.Error, best.ErrorToImprove], 2),
            SafetensorsTensor.Create<long>("position", [state.Epoch, state.Step, state.TotalSteps, best.Waited, state.AnnealedFrom], 5),
            SafetensorsTensor.Create<double>("start", [start.Progress, start.Annealed, start.Epochs, start.Seconds], 4),
            SafetensorsTensor.Create<double>("clock", [seconds], 1),
            SafetensorsTensor.Create<double>("step", [state.RateFactor, .. state.Weights], 1 + state.Weights.Length),
            SafetensorsTensor.Create<double>("balance", state.Balance.Measured, state.Balance.Measured.Length),
            SafetensorsTensor.Create<double>("loss.sums", state.LossSums, state.LossSums.Length),
            SafetensorsTensor.Create("loss.components", loss.ComponentWeights, loss.ComponentWeights.Length),
            SafetensorsTensor.Create("loss.outputs", loss.OutputWeights, loss.OutputWeights.Length),
            SafetensorsTensor.Create("loss.means", loss.OutputMeans, loss.OutputMeans.Length),
            SafetensorsTensor.Create("loss.normalizers", loss.Normalizers, loss.Normalizers.Length),
            SafetensorsTensor.Create<double>("history", [.. state.History.SelectMany(Row)], state.History.Count, HistoryColumns),
        };
        foreach (var (name, values) in state.Optimizer.Tensors)
        {
            tensors.Add(SafetensorsTensor.Create<T>("optimizer." + name, values, values.Length));
        }

        if (state.Terms.Weights.Length > 0)
        {
            AddTerms(state, tensors);
        }

        NetworkTensors.AddScalings(network, tensors);
        var metadata = new Dictionary<string, string> { ["format"] = Format };
        fingerprint.AddTo(metadata);
        SafetensorsFile.Write(path, metadata, tensors);
    }

    /// <summary>What the user's own terms add: weights, sums and samples of the epoch, the loss and the terms' losses of each epoch, and coefficients.</summary>
    private static void AddTerms<T>(TrainingState<T> state, List<SafetensorsTensor> tensors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var terms = state.Terms;
        int count = terms.Weights.Length;
        tensors.Add(SafetensorsTensor.Create<double>("terms", [.. terms.Weights, .. terms.Sums, .. terms.Samples], 3, count));
        tensors.Add(SafetensorsTensor.Create<double>(
            "terms.history", [.. state.History.SelectMany(record => record.TermLosses.Prepend(record.Loss))], state.History.Count, 1 + count));
        if (state.Coefficients is { } coefficients)
        {
            tensors.Add(SafetensorsTensor.Create<T>("coefficients", coefficients.Values, coefficients.Values.Length));
            tensors.Add(SafetensorsTensor.Create<T>("best.coefficients", state.Best.Coefficients, state.Best.Coefficients.Length));
            foreach (var (name, values) in coefficients.Optimizer.Tensors)
            {
                tensors.Add(SafetensorsTensor.Create<T>("optimizer.coefficients." + name, values, values.Length));
            }
        }
    }

    private static IEnumerable<double> Row(EpochRecord record)
    {
        yield return record.Epoch;
        for (int order = 0; order < 3; order++)
        {
            yield return order < record.OrderLosses.Count ? record.OrderLosses[order] : double.NaN;
        }

        for (int order = 0; order < 3; order++)
        {
            yield return order < record.OrderWeights.Count ? record.OrderWeights[order] : double.NaN;
        }

        yield return record.ValidationError;
        yield return record.LearningRateFactor;
        yield return record.Seconds;
    }
}
