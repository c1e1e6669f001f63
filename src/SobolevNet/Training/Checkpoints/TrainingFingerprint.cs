using System.Globalization;
using System.Numerics;
using System.Text;
using SobolevNet.Files;

namespace SobolevNet;

/// <summary>
/// What must be the same for a training to go on as if it had not stopped: network, data and options, as named fields that a
/// checkpoint holds. All that influences the result is in it, numbers in full and in no culture.
/// </summary>
internal sealed class TrainingFingerprint
{
    private const string Prefix = "training.";
    private const string Unlimited = "unlimited";
    private const string InitialParameters = "InitialParameters";
    private const string InitialCoefficients = "InitialCoefficients";
    private const int LongestShown = 120;

    private readonly Dictionary<string, string> _fields = [];

    private TrainingFingerprint()
    {
    }

    /// <summary>The fields, by name.</summary>
    public IReadOnlyDictionary<string, string> Fields => _fields;

    /// <summary>The fingerprint of a training that is about to start, of a network as it was given.</summary>
    public static TrainingFingerprint Of<T>(
        Mlp<T> network, SobolevTrainingOptions options, IJetSource<T> source, int order, IJetSource<T>? validation,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var fingerprint = new TrainingFingerprint();
        var fields = fingerprint._fields;
        fields["Precision"] = typeof(T).Name;
        fields["Network"] = network.Architecture.ToString();
        fields[InitialParameters] = SourceHash.Of<T>(network.Parameters);
        fingerprint.AddSource("Training", source, order, cancellationToken);
        fingerprint.AddSource("Validation", validation, Math.Min(order, validation?.Layout.Order ?? 0), cancellationToken);
        AddOptions(fields, options);
        return fingerprint;
    }

    /// <summary>Adds what the user's own terms are; nothing where labels alone are trained.</summary>
    public void AddTerms<T>(TrainingTerms<T> terms, T[] coefficients, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var (name, own) in terms.Own.Select(own => ("Training", own)).Concat(terms.OwnValidation.Select(own => ("Validation", own))))
        {
            string prefix = $"{name}Term{Text(own.Index)}.";
            AddSource(prefix, own.Source, own.Source.Layout.Order, cancellationToken);
            _fields[prefix + "Weight"] = own.Term.Weight.Fingerprint;
            _fields[prefix + "Loss"] = new LossProbe<T>(own, coefficients.Length).Hash(cancellationToken);
        }

        if (coefficients.Length > 0)
        {
            _fields["Coefficients"] = Text(coefficients.Length);
            _fields[InitialCoefficients] = SourceHash.Of<T>(coefficients);
        }
    }

    private void AddSource<T>(string name, IJetSource<T>? data, int highest, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _fields[name + "Samples"] = Text(data?.Count ?? 0);
        _fields[name + "Layout"] = data is null ? "none" : Text(data.Layout.Truncate(highest));
        _fields[name + "IsEndless"] = Text(data?.IsEndless ?? false);
        _fields[name + "InputsShareUnit"] = Text(data?.InputsShareUnit ?? false);
        if (data is { HasMissingLabels: true })
        {
            _fields[name + "HasMissingLabels"] = Text(true);
        }

        _fields[name + "Data"] = data is null ? "none" : SourceHash.Of(data, highest, cancellationToken);
    }

    /// <summary>Writes the fields among a checkpoint's metadata.</summary>
    public void AddTo(Dictionary<string, string> metadata)
    {
        foreach (var (name, value) in _fields)
        {
            metadata[Prefix + name] = value;
        }
    }

    /// <summary>Refuses a checkpoint of another training; takes over how the training of this one began.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="path">Its path.</param>
    /// <param name="isFresh">
    /// Whether the network has not been trained. Then it and the coefficients must be those that the training began with; trained ones are replaced by
    /// those of the checkpoint, whatever they are.
    /// </param>
    /// <exception cref="InvalidDataException">A field differs that may not.</exception>
    public void Resume(SafetensorsFile file, string path, bool isFresh)
    {
        var stored = file.Metadata
            .Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[Prefix.Length..], pair => pair.Value);
        var differences = new StringBuilder();
        foreach (string name in _fields.Keys.Union(stored.Keys).Order(StringComparer.Ordinal))
        {
            string before = stored.GetValueOrDefault(name, "missing");
            string now = _fields.GetValueOrDefault(name, "missing");
            if (before == now || (name is InitialParameters or InitialCoefficients && !isFresh && stored.ContainsKey(name)) || MayGrow(name, before, now))
            {
                continue;
            }

            differences.Append(CultureInfo.InvariantCulture, $"\n  {Short(name)} is {Short(before)} in the checkpoint and {Short(now)} here");
        }

        if (differences.Length > 0)
        {
            throw new InvalidDataException(
                $"{path} belongs to another training:{differences}.\nResume with the network, the data and the options that the training " +
                $"was started with. {nameof(SobolevTrainingOptions.Threads)}, {nameof(SobolevTrainingOptions.Checkpoint)} and {nameof(SobolevTrainingOptions.Propagation)} may differ, " +
                $"{nameof(SobolevTrainingOptions.Epochs)} and {nameof(SobolevTrainingOptions.TimeBudget)} may be larger.");
        }

        foreach (string name in new[] { InitialParameters, InitialCoefficients }.Where(_fields.ContainsKey))
        {
            _fields[name] = stored[name];
        }
    }

    /// <summary>The limits of the checkpoint's training; null where there was none.</summary>
    public static (int? Epochs, TimeSpan? Time) Limits(SafetensorsFile file)
    {
        long? epochs = Epochs(file.GetMetadata(Prefix + nameof(SobolevTrainingOptions.Epochs)));
        var time = Budget(file.GetMetadata(Prefix + nameof(SobolevTrainingOptions.TimeBudget)));
        return (epochs == long.MaxValue ? null : (int?)epochs, time == TimeSpan.MaxValue ? null : time);
    }

    private static void AddOptions(Dictionary<string, string> fields, SobolevTrainingOptions options)
    {
        fields[nameof(options.Epochs)] = options.Epochs is { } epochs ? Text(epochs) : Unlimited;
        fields[nameof(options.TimeBudget)] = options.TimeBudget?.ToString("c", CultureInfo.InvariantCulture) ?? Unlimited;
        fields[nameof(options.BatchSize)] = Text(options.BatchSize);
        fields[nameof(options.Seed)] = Text(options.Seed);
        fields[nameof(options.Shuffle)] = Text(options.Shuffle);
        fields[nameof(options.BalanceOutputs)] = Text(options.BalanceOutputs);
        fields[nameof(options.Standardize)] = Text(options.Standardize);
        fields[nameof(options.InputScaling)] = options.InputScaling.ToString();
        fields[nameof(options.ScaleDirections)] = Text(options.ScaleDirections);
        fields[nameof(options.GradientClipNorm)] = options.GradientClipNorm is { } norm ? Text(norm) : "none";
        fields[nameof(options.Schedule)] = options.Schedule.Fingerprint;
        fields[nameof(options.OrderWeights)] = options.OrderWeights is { } weights
            ? string.Join(" | ", weights.Select(weight => weight.Fingerprint))
            : "automatic";
        fields[nameof(options.OutputWeights)] = Text(options.OutputWeights);
        fields[nameof(options.ComponentWeights)] = Text(options.ComponentWeights);
        foreach (var (name, value) in options.Optimizer.Settings)
        {
            fields[name.Length == 0 ? nameof(options.Optimizer) : $"{nameof(options.Optimizer)}.{name}"] = value;
        }

        if (options.EarlyStopping is not { } stopping)
        {
            fields[nameof(options.EarlyStopping)] = "none";
            return;
        }

        fields[$"{nameof(options.EarlyStopping)}.{nameof(stopping.Patience)}"] = Text(stopping.Patience);
        fields[$"{nameof(options.EarlyStopping)}.{nameof(stopping.Improvement)}"] = Text(stopping.Improvement);
        fields[$"{nameof(options.EarlyStopping)}.{nameof(stopping.AnnealingEpochs)}"] =
            stopping.AnnealingEpochs is { } annealing ? Text(annealing) : "automatic";
    }

    /// <summary>Whether a field is a limit of the training that is now the same or larger.</summary>
    private static bool MayGrow(string name, string before, string now) => name switch
    {
        nameof(SobolevTrainingOptions.Epochs) => Epochs(before) is { } epochs && Epochs(now) >= epochs,
        nameof(SobolevTrainingOptions.TimeBudget) => Budget(before) is { } budget && Budget(now) >= budget,
        _ => false,
    };

    private static long? Epochs(string text) =>
        text == Unlimited ? long.MaxValue
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs) && epochs > 0 ? epochs
        : null;

    private static TimeSpan? Budget(string text) =>
        text == Unlimited ? TimeSpan.MaxValue
        : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var budget) && budget > TimeSpan.Zero ? budget
        : null;

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(IReadOnlyList<double>? weights) => weights is null ? "equal" : string.Join(" | ", weights.Select(weight => Text(weight)));

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(JetLayout layout) => string.Create(
        CultureInfo.InvariantCulture,
        $"order {layout.Order}, {layout.Tangents} tangents, {layout.Count} components, {SourceHash.Of(layout)}");

    private static string Short(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";
}
