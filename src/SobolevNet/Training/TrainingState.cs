using System.Globalization;
using System.Numerics;

namespace SobolevNet;

/// <summary>
/// All that a training is in the middle of, besides the data and the options: what a checkpoint holds. Shuffling needs no
/// state, since an epoch's order follows from the seed and the epoch's number.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class TrainingState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Format = "SobolevNet checkpoint 1";
    private const int HistoryColumns = 10;

    public TrainingState(Mlp<T> network, SobolevLoss loss, OptimizerState<T> optimizer, OrderBalance balance, int order, string fingerprint)
    {
        (Network, Loss, Optimizer, Balance, Fingerprint) = (network, loss, optimizer, balance, fingerprint);
        LossSums = new double[order + 1];
    }

    public Mlp<T> Network { get; }

    public SobolevLoss Loss { get; private set; }

    public OptimizerState<T> Optimizer { get; }

    public OrderBalance Balance { get; }

    /// <summary>Says what options and shapes the state belongs to.</summary>
    public string Fingerprint { get; }

    /// <summary>The current epoch, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Mini-batches done in the current epoch.</summary>
    public int Step { get; set; }

    /// <summary>Mini-batches done at all.</summary>
    public long TotalSteps { get; set; }

    /// <summary>Eₖ summed over the samples of the current epoch.</summary>
    public double[] LossSums { get; }

    /// <summary>Seconds of training by earlier runs.</summary>
    public double Seconds { get; set; }

    /// <summary>The epochs done.</summary>
    public List<EpochRecord> History { get; } = [];

    /// <summary>The best validation error so far.</summary>
    public double BestError { get; set; } = double.PositiveInfinity;

    /// <summary>Epochs since the best validation error improved.</summary>
    public int Waited { get; set; }

    /// <summary>The parameters that had the best validation error; empty if they are not kept.</summary>
    public T[] BestParameters { get; set; } = [];

    public void Save(string path, double seconds)
    {
        var tensors = new List<SafetensorsTensor>
        {
            SafetensorsTensor.Create<T>("parameters", Network.Parameters, Network.Parameters.Length),
            SafetensorsTensor.Create<T>("best.parameters", BestParameters, BestParameters.Length),
            SafetensorsTensor.Create<long>("position", [Epoch, Step, TotalSteps, Waited], 4),
            SafetensorsTensor.Create<double>("clock", [seconds, BestError], 2),
            SafetensorsTensor.Create<double>("balance", Balance.Measured, Balance.Measured.Length),
            SafetensorsTensor.Create<double>("loss.sums", LossSums, LossSums.Length),
            SafetensorsTensor.Create("loss.components", Loss.ComponentWeights, Loss.ComponentWeights.Length),
            SafetensorsTensor.Create("loss.outputs", Loss.OutputWeights, Loss.OutputWeights.Length),
            SafetensorsTensor.Create("loss.means", Loss.OutputMeans, Loss.OutputMeans.Length),
            SafetensorsTensor.Create("loss.normalizers", Loss.Normalizers, Loss.Normalizers.Length),
            SafetensorsTensor.Create<double>("history", [.. History.SelectMany(Row)], History.Count, HistoryColumns),
        };
        foreach (var (name, values) in Optimizer.Tensors)
        {
            tensors.Add(SafetensorsTensor.Create<T>("optimizer." + name, values, values.Length));
        }

        NetworkTensors.AddScalings(Network, tensors);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["fingerprint"] = Fingerprint,
        };
        SafetensorsFile.Write(path, metadata, tensors);
    }

    public void Load(SafetensorsFile file, string path)
    {
        string format = file.GetMetadata("format");
        if (format != Format)
        {
            throw new InvalidDataException($"{path} is \"{format}\"; expected \"{Format}\".");
        }

        string fingerprint = file.GetMetadata("fingerprint");
        if (fingerprint != Fingerprint)
        {
            throw new InvalidDataException(
                $"{path} belongs to another training. It has\n  {fingerprint}\nand this one is\n  {Fingerprint}\nResume with the options, network and data " +
                "that training was started with.");
        }

        // Everything is read before anything is changed.
        var parameters = Read<T>(file, "parameters", Network.Parameters.Length);
        var best = file.GetTensor("best.parameters");
        var bestParameters = new T[best.Length];
        best.CopyTo<T>(bestParameters);
        if (best.Length != 0 && best.Length != parameters.Length)
        {
            throw new InvalidDataException($"{path} has {best.Length} best parameters; expected 0 or {parameters.Length}.");
        }

        long[] position = Read<long>(file, "position", 4);
        double[] clock = Read<double>(file, "clock", 2);
        double[] balance = Read<double>(file, "balance", Balance.Measured.Length);
        double[] sums = Read<double>(file, "loss.sums", LossSums.Length);
        var loss = new SobolevLoss(
            Loss.Layout, Read<double>(file, "loss.components", Loss.ComponentWeights.Length),
            Read<double>(file, "loss.outputs", Loss.OutputWeights.Length), Read<double>(file, "loss.means", Loss.OutputMeans.Length),
            Read<double>(file, "loss.normalizers", Loss.Normalizers.Length));
        var states = Optimizer.Tensors.Select(tensor => (tensor.Values, Read<T>(file, "optimizer." + tensor.Name, tensor.Values.Length))).ToList();
        var history = file.GetTensor("history");
        var rows = new double[history.Length];
        history.CopyTo<double>(rows);
        var (inputScaling, outputScaling) = NetworkTensors.ReadScalings<T>(file, Network.Architecture);

        parameters.CopyTo(Network.Parameters);
        Network.InputScaling = inputScaling;
        Network.OutputScaling = outputScaling;
        BestParameters = bestParameters;
        (Epoch, Step, TotalSteps, Waited) = ((int)position[0], (int)position[1], position[2], (int)position[3]);
        (Seconds, BestError) = (clock[0], clock[1]);
        balance.CopyTo(Balance.Measured, 0);
        sums.CopyTo(LossSums, 0);
        Loss = loss;
        foreach (var (values, read) in states)
        {
            read.CopyTo(values, 0);
        }

        Optimizer.Restored();
        History.Clear();
        for (int row = 0; row + HistoryColumns <= rows.Length; row += HistoryColumns)
        {
            History.Add(Record(rows.AsSpan(row, HistoryColumns), LossSums.Length));
        }
    }

    private static TElement[] Read<TElement>(SafetensorsFile file, string name, int length)
        where TElement : unmanaged
    {
        var values = new TElement[length];
        file.GetTensor(name, [length]).CopyTo<TElement>(values);
        return values;
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

    private static EpochRecord Record(ReadOnlySpan<double> row, int orders) => new(
        (int)row[0], row.Slice(1, orders).ToArray(), row.Slice(4, orders).ToArray(), Math.Sqrt(row[1]), row[7], row[8], row[9]);

    /// <summary>What must be the same for a training to go on as if it had not stopped.</summary>
    public static string FingerprintOf(Mlp<T> network, SobolevTrainingOptions options, IJetSource<T> source, int order, IJetSource<T>? validation) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{typeof(T).Name} {network.Architecture}; order {order} of {source.Layout}; {source.Count} samples{(source.IsEndless ? ", endless" : "")}; " +
            $"validation {validation?.Count ?? 0}; epochs {options.PlannedEpochs?.ToString(CultureInfo.InvariantCulture) ?? "unlimited"}, time {options.TimeBudget?.ToString() ?? "unlimited"}, batch {options.BatchSize}, seed {options.Seed}, shuffle {options.Shuffle}; " +
            $"{options.Optimizer.Fingerprint}; {options.Schedule}; weights {(options.OrderWeights is null ? "automatic" : string.Join(" | ", options.OrderWeights))}; " +
            $"clip {options.GradientClipNorm?.ToString("R", CultureInfo.InvariantCulture) ?? "none"}; balance {options.BalanceOutputs}; {options.EarlyStopping?.ToString() ?? "no early stopping"}");
}
