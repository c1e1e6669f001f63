using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Robust;

namespace SobolevNet.Experiments.Commands;

/// <summary>The options of the robust command: a preset, and what shall differ from it.</summary>
internal sealed class RobustOptions
{
    private static readonly string[] Activations = [.. Enum.GetNames<Activation>().Select(name => name.ToLowerInvariant())];

    private readonly Option<string?> _preset = Options.Word(
        "--preset", "Settings to start from: minutes, three quarters of an hour, or the paper's sizes. [default: quick]", [.. RobustPresets.Names]);
    private readonly Option<string[]?> _methods = Options.Words("--methods", "Methods to compare. [default: all]", RobustMethod.Names);
    private readonly Option<Dictionary<string, double[]>?> _strengths = Options.Strengths(
        "--strengths", Describe("Strengths of methods.", preset => StrengthText.Write(preset.Strengths)));
    private readonly Option<int[]?> _widths = Options.Integers(
        "--widths", "LIST", Describe("Widths of the first hidden layer: the capacities compared.", preset => string.Join(',', preset.Widths)), 1, MlpArchitecture.MaxFeatures);
    private readonly Option<int[]?> _inner = Options.Integers(
        "--inner", "LIST", Describe("Widths of the hidden layers after the first.", preset => string.Join(',', preset.Inner)), 1, MlpArchitecture.MaxFeatures);
    private readonly Option<string?> _activation = Options.Word("--activation", Describe("Activation between layers.", preset => preset.Activation), Activations);
    private readonly Option<int?> _train = Options.Integer("--train", "COUNT", Describe("Training images of an epoch.", preset => preset.TrainingImages), 2);
    private readonly Option<string?> _fresh = Options.Word(
        "--fresh", Describe("Whether every epoch has new images.", preset => preset.FreshImages ? "yes" : "no"), "yes", "no");
    private readonly Option<int?> _epochs = Options.Integer("--epochs", "COUNT", Describe("Epochs.", preset => preset.Epochs), 1);
    private readonly Option<int?> _batch = Options.Integer("--batch", "COUNT", Describe("Images of a mini-batch.", preset => preset.BatchSize), 1);
    private readonly Option<string?> _optimizer = Options.Word(
        "--optimizer", Describe("How gradients become steps.", preset => preset.Optimizer), "adam", "soap");
    private readonly Option<double?> _rate = Options.Real(
        "--rate", "NUMBER", Describe("Highest learning rate (short rise, cosine fall).", preset => preset.LearningRate), 0);
    private readonly Option<double?> _memory = Options.Real(
        "--memory", "NUMBER", Describe("Adam's memory of squared gradients, below 1.", preset => preset.AdamMemory), 0, 1);
    private readonly Option<string?> _standardize = Options.Word(
        "--standardize", Describe("Whether networks have scalings, one for all pixels and one for each output.", preset => preset.Standardize ? "yes" : "no"), "yes", "no");
    private readonly Option<int?> _directions = Options.Integer(
        "--directions", "COUNT", Describe("Random directions of jacobian, and of each frequency band of bands.", preset => preset.Directions), 1, 100);
    private readonly Option<int?> _sketch = Options.Integer(
        "--sketch", "COUNT", Describe("Random output vectors that a steepest direction is the worst combination of.", preset => preset.Sketch), 1, 9);
    private readonly Option<double?> _perturbation = Options.Real(
        "--perturbation", "NUMBER",
        Describe("Deviation of pixels that universal2 weighs directions against the manifold's by.", preset => preset.PerturbationScale), 0);
    private readonly Option<double?> _weight2 = Options.Real(
        "--weight2", "NUMBER", Describe("Weight of second order of universal2 at the start.", preset => preset.SecondOrderWeight), 0);
    private readonly Option<double?> _lastWeight = Options.Real(
        "--last-weight", "NUMBER",
        Describe("Part of their first weights that the weights of universal, universal2 and bands fall to.", preset => preset.LastWeight), 0);
    private readonly Option<int?> _ascentSteps = Options.Integer(
        "--ascent-steps", "COUNT", Describe("Ascent steps of pgd and trades.", preset => preset.AscentSteps), 1, 1000);
    private readonly Option<double?> _tradesWeight = Options.Real(
        "--trades-weight", "NUMBER", Describe("Weight of the perturbed difference of trades.", preset => preset.TradesWeight), 0);

    public MeasureOptions Measure { get; } = new(preset => RobustPresets.Named(preset).Measure);

    public Option<int?> Threads { get; } = Options.Integer("--threads", "COUNT", "Networks trained at a time; 0 for one for each core. The outcome is the same for any number.", 0, 1024);

    public Option<string?> Out { get; } = Options.Path("--out", "DIR", "Report folder. [default: reports/robust-<time>]");

    public Option<string?> Resume { get; } = Options.Path("--resume", "DIR", "Go on with an interrupted experiment; its settings are read from its report.");

    private IReadOnlyList<Option> OfSettings =>
    [
        _preset, _methods, _strengths, _widths, _inner, _activation, _train, _fresh, _epochs, _batch, _optimizer, _rate, _memory, _standardize, _directions, _sketch, _perturbation,
        _weight2, _lastWeight, _ascentSteps, _tradesWeight, .. Measure.All,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in OfSettings.Concat([Threads, Out, Resume]))
        {
            command.Add(option);
        }

        command.Validators.Add(result => Options.RefuseBeside(result, Resume, OfSettings.Append(Out)));
    }

    public RobustSettings Settings(ParseResult parsed)
    {
        var preset = RobustPresets.Named(parsed.GetValue(_preset) ?? RobustPresets.Quick);
        var measure = Measure.Settings(parsed, preset.Measure);
        var strengths = preset.Strengths.ToDictionary();
        foreach (var (method, values) in parsed.GetValue(_strengths) ?? [])
        {
            strengths[method] = values;
        }

        return preset with
        {
            Methods = parsed.GetValue(_methods) is { Length: > 0 } methods ? methods : preset.Methods,
            Strengths = strengths,
            Widths = parsed.GetValue(_widths) is { Length: > 0 } widths ? [.. widths.Distinct().Order()] : preset.Widths,
            Inner = parsed.GetValue(_inner) is { Length: > 0 } inner ? inner : preset.Inner,
            Activation = parsed.GetValue(_activation) ?? preset.Activation,
            TrainingImages = parsed.GetValue(_train) ?? preset.TrainingImages,
            FreshImages = parsed.GetValue(_fresh) is { } fresh ? fresh == "yes" : preset.FreshImages,
            Epochs = parsed.GetValue(_epochs) ?? preset.Epochs,
            BatchSize = parsed.GetValue(_batch) ?? preset.BatchSize,
            Optimizer = parsed.GetValue(_optimizer) ?? preset.Optimizer,
            LearningRate = parsed.GetValue(_rate) ?? preset.LearningRate,
            AdamMemory = parsed.GetValue(_memory) ?? preset.AdamMemory,
            Standardize = parsed.GetValue(_standardize) is { } standardize ? standardize == "yes" : preset.Standardize,
            Directions = parsed.GetValue(_directions) ?? preset.Directions,
            Sketch = parsed.GetValue(_sketch) ?? preset.Sketch,
            PerturbationScale = parsed.GetValue(_perturbation) ?? preset.PerturbationScale,
            SecondOrderWeight = parsed.GetValue(_weight2) ?? preset.SecondOrderWeight,
            LastWeight = parsed.GetValue(_lastWeight) ?? preset.LastWeight,
            AscentSteps = parsed.GetValue(_ascentSteps) ?? preset.AscentSteps,
            TradesWeight = parsed.GetValue(_tradesWeight) ?? preset.TradesWeight,
            Measure = measure,
            Seed = measure.Seed,
            Threads = parsed.GetValue(Threads) ?? preset.Threads,
        };
    }

    /// <summary>Says what an option is in the presets.</summary>
    private static string Describe(string description, Func<RobustSettings, object> value) =>
        MeasureOptions.Describe(description, preset => Convert.ToString(value(RobustPresets.Named(preset)), CultureInfo.InvariantCulture)!);
}
