using System.CommandLine;
using System.Globalization;
using SobolevNet.Experiments.Cubes;

namespace SobolevNet.Experiments.Commands;

/// <summary>The options of the cube command: a preset, and what shall differ from it.</summary>
internal sealed class CubeOptions
{
    private static readonly string[] Activations = [.. Enum.GetNames<Activation>().Select(name => name.ToLowerInvariant())];

    private readonly Option<string?> _preset = Options.Word(
        "--preset", "Settings to start from: minutes, half an hour, or the paper's sizes. [default: quick]", [.. CubePresets.Names]);
    private readonly Option<int[]?> _orders = Options.Integers(
        "--orders", "LIST", Describe("Orders of derivatives to train, as in 0,1,2.", preset => string.Join(',', preset.Orders)), 0, 2);
    private readonly Option<int[]?> _hidden = Options.Integers(
        "--hidden", "LIST", Describe("Widths of the hidden layers, as in 128,128,128.", preset => string.Join(',', preset.Hidden)), 1, MlpArchitecture.MaxFeatures);
    private readonly Option<string?> _activation = Options.Word(
        "--activation", Describe("Activation between layers.", preset => preset.Activation), Activations);
    private readonly Option<int?> _train = Options.Integer("--train", "COUNT", Describe("Training images.", preset => preset.TrainingImages), 2);
    private readonly Option<int?> _validation = Options.Integer(
        "--validation", "COUNT", Describe("Images that the error is measured on after every epoch; 0 for none.", preset => preset.ValidationImages), 0);
    private readonly Option<int?> _test = Options.Integer("--test", "COUNT", Describe("Fresh images of the final error.", preset => preset.TestImages), 2);
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Render new training images in every epoch." };
    private readonly Option<int?> _epochs = Options.Integer("--epochs", "COUNT", Describe("Passes over the training images.", preset => preset.Epochs), 1);
    private readonly Option<int?> _batch = Options.Integer("--batch", "COUNT", Describe("Images of a mini-batch.", preset => preset.BatchSize), 1);
    private readonly Option<string?> _optimizer = Options.Word(
        "--optimizer", Describe("How gradients become steps.", preset => preset.Optimizer), "adam", "soap");
    private readonly Option<double?> _rate = Options.Real(
        "--rate", "NUMBER", Describe("Highest learning rate (short rise, cosine fall).", preset => preset.LearningRate), 0);
    private readonly Option<double?> _memory = Options.Real(
        "--memory", "NUMBER", Describe("Adam's memory of squared gradients, below 1.", preset => preset.AdamMemory), 0, 1);
    private readonly Option<string?> _weights1 = Options.Weights(
        "--weights1", 1, Describe("Weights of orders 0,1 in the loss of order 1, or auto.", preset => preset.WeightsOfOrder1));
    private readonly Option<string?> _weights2 = Options.Weights(
        "--weights2", 2, Describe(
            "The same for orders 0,1,2. FROM:TO changes geometrically over the training; @END drops the order after that part of it.",
            preset => preset.WeightsOfOrder2));
    private readonly Option<int?> _features = Options.Integer(
        "--features", "COUNT", Describe("Linear features found in the training images, to train on instead of pixels; 0 for pixels.", preset => preset.Features), 0, 256);
    private readonly Option<double?> _curvature = Options.Real(
        "--curvature", "NUMBER", Describe("Weight of second derivatives in finding them, where order 2 is trained.", preset => preset.FeatureCurvature), 0);
    private readonly Option<string?> _standardize = Options.Word(
        "--standardize", Describe("Whether inputs and outputs are standardized.", preset => preset.Standardize ? "yes" : "no"), "yes", "no");
    private readonly Option<ulong?> _seed = Options.Seed("Names poses, initial weights and shuffling. [default: 1]");
    private readonly Option<string?> _precision = Options.Word("--precision", Describe("Type of numbers.", preset => preset.Precision), "float", "double");
    private readonly Option<double?> _checkpoint = Options.Seconds(
        "--checkpoint", Describe("Time between checkpoints.", preset => preset.CheckpointSeconds));
    private readonly Option<double?> _cache = Options.Real(
        "--cache", "GIGABYTES", Describe("Keep rendered images if they fit in this much memory.", preset => preset.CacheGigabytes), 0);
    private readonly Option<int?> _size = Options.Integer("--size", "PIXELS", Describe("Rows and columns of an image.", preset => preset.ImageSize), 2, 1024);
    private readonly Option<double?> _sigma = Options.Real(
        "--sigma", "NUMBER", Describe("Width of the Gaussian that smooths the image.", preset => preset.Sigma), 0);
    private readonly Option<double?> _focal = Options.Real("--focal", "NUMBER", Describe("Focal length.", preset => preset.FocalLength), 0);
    private readonly Option<double?> _distance = Options.Real("--distance", "NUMBER", Describe("Distance of the camera.", preset => preset.CameraDistance), 0);
    private readonly Option<double?> _maxAngle = Options.Real(
        "--max-angle", "RADIANS", Describe("Largest angle of rotation of a pose.", preset => preset.MaximalAngle), 0);
    private readonly Option<double?> _maxTranslation = Options.Real(
        "--max-translation", "NUMBER", Describe("Largest translation of a pose along each axis.", preset => preset.MaximalTranslation), 0);

    public Option<int?> Threads { get; } = Options.Integer("--threads", "COUNT", "Threads; 0 for all cores. The outcome is the same for any number.", 0, 1024);

    public Option<string?> Out { get; } = Options.Path("--out", "DIR", "Report folder. [default: reports/cube-<time>]");

    public Option<string?> Resume { get; } = Options.Path("--resume", "DIR", "Go on with an interrupted experiment; its settings are read from its report.");

    private IReadOnlyList<Option> OfSettings =>
    [
        _preset, _orders, _hidden, _activation, _train, _validation, _test, _fresh, _epochs, _batch, _optimizer, _rate, _memory, _weights1, _weights2, _features,
        _curvature, _standardize,
        _seed, _precision, _checkpoint, _cache, _size, _sigma, _focal, _distance, _maxAngle, _maxTranslation,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in OfSettings.Concat([Threads, Out, Resume]))
        {
            command.Add(option);
        }

        command.Validators.Add(result => Options.RefuseBeside(result, Resume, OfSettings.Append(Out)));
    }

    public CubeSettings Settings(ParseResult parsed)
    {
        var preset = CubePresets.Named(parsed.GetValue(_preset) ?? CubePresets.Quick);
        return preset with
        {
            Orders = Given(parsed, _orders)?.Distinct().Order().ToArray() ?? preset.Orders,
            Hidden = Given(parsed, _hidden) ?? preset.Hidden,
            Activation = parsed.GetValue(_activation) ?? preset.Activation,
            TrainingImages = parsed.GetValue(_train) ?? preset.TrainingImages,
            ValidationImages = parsed.GetValue(_validation) ?? preset.ValidationImages,
            TestImages = parsed.GetValue(_test) ?? preset.TestImages,
            FreshImages = parsed.GetValue(_fresh) || preset.FreshImages,
            Epochs = parsed.GetValue(_epochs) ?? preset.Epochs,
            BatchSize = parsed.GetValue(_batch) ?? preset.BatchSize,
            Optimizer = parsed.GetValue(_optimizer) ?? preset.Optimizer,
            LearningRate = parsed.GetValue(_rate) ?? preset.LearningRate,
            AdamMemory = parsed.GetValue(_memory) ?? preset.AdamMemory,
            WeightsOfOrder1 = parsed.GetValue(_weights1) ?? preset.WeightsOfOrder1,
            WeightsOfOrder2 = parsed.GetValue(_weights2) ?? preset.WeightsOfOrder2,
            Features = parsed.GetValue(_features) ?? preset.Features,
            FeatureCurvature = parsed.GetValue(_curvature) ?? preset.FeatureCurvature,
            Standardize = parsed.GetValue(_standardize) is { } standardize ? standardize == "yes" : preset.Standardize,
            Seed = parsed.GetValue(_seed) ?? preset.Seed,
            Threads = parsed.GetValue(Threads) ?? preset.Threads,
            Precision = parsed.GetValue(_precision) ?? preset.Precision,
            CheckpointSeconds = parsed.GetValue(_checkpoint) ?? preset.CheckpointSeconds,
            CacheGigabytes = parsed.GetValue(_cache) ?? preset.CacheGigabytes,
            ImageSize = parsed.GetValue(_size) ?? preset.ImageSize,
            Sigma = parsed.GetValue(_sigma) ?? preset.Sigma,
            FocalLength = parsed.GetValue(_focal) ?? preset.FocalLength,
            CameraDistance = parsed.GetValue(_distance) ?? preset.CameraDistance,
            MaximalAngle = parsed.GetValue(_maxAngle) ?? preset.MaximalAngle,
            MaximalTranslation = parsed.GetValue(_maxTranslation) ?? preset.MaximalTranslation,
        };
    }
    /// <summary>Says what an option is in the presets.</summary>
    private static string Describe(string description, Func<CubeSettings, object> value)
    {
        string[] values =
            [.. CubePresets.Names.Select(name => Convert.ToString(value(CubePresets.Named(name)), CultureInfo.InvariantCulture)!)];
        return values.Distinct().Count() == 1
            ? $"{description} [default: {values[0]}]"
            : $"{description} [{string.Join("; ", CubePresets.Names.Zip(values, (name, text) => $"{name} {text}"))}]";
    }

    /// <summary>A list that was given; the parser makes an empty one where none was.</summary>
    private static int[]? Given(ParseResult parsed, Option<int[]?> option) => parsed.GetValue(option) is { Length: > 0 } list ? list : null;
}
