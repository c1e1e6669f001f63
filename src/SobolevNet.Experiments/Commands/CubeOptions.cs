using System.CommandLine;
using SobolevNet.Experiments.Cubes;

namespace SobolevNet.Experiments.Commands;

/// <summary>The options of the cube command: a preset, and what shall differ from it.</summary>
internal sealed class CubeOptions
{
    private static readonly string[] Activations = [.. Enum.GetNames<Activation>().Select(name => name.ToLowerInvariant())];

    private readonly Option<string?> _preset = Options.Word("--preset", "Settings to start from: minutes, half an hour, or the paper's sizes. [default: quick]", [.. CubePresets.Names]);
    private readonly Option<int[]?> _orders = Options.Integers("--orders", "LIST", "Orders of derivatives to train, as in 0,1,2.", 0, 2);
    private readonly Option<int[]?> _hidden = Options.Integers("--hidden", "LIST", "Widths of the hidden layers, as in 128,128,128.", 1, MlpArchitecture.MaxFeatures);
    private readonly Option<string?> _activation = Options.Word("--activation", "Activation between layers.", Activations);
    private readonly Option<int?> _train = Options.Integer("--train", "COUNT", "Training images.", 2);
    private readonly Option<int?> _validation = Options.Integer("--validation", "COUNT", "Images that the error is measured on after every epoch; 0 for none.", 0);
    private readonly Option<int?> _test = Options.Integer("--test", "COUNT", "Fresh images of the final error.", 2);
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Render new training images in every epoch." };
    private readonly Option<int?> _epochs = Options.Integer("--epochs", "COUNT", "Passes over the training images.", 1);
    private readonly Option<int?> _batch = Options.Integer("--batch", "COUNT", "Images of a mini-batch.", 1);
    private readonly Option<double?> _rate = Options.Real("--rate", "NUMBER", "Highest learning rate (Adam, short rise, cosine fall).", 0);
    private readonly Option<string?> _weights1 = Options.Weights("--weights1", 1, "Weights of orders 0,1 in the loss of order 1, or auto.");
    private readonly Option<string?> _weights2 = Options.Weights(
        "--weights2", 2, "Weights of orders 0,1,2 in the loss of order 2, or auto. FROM:TO falls geometrically, @END drops the order after that part.");
    private readonly Option<string?> _standardize = Options.Word("--standardize", "Whether inputs and outputs are standardized.", "yes", "no");
    private readonly Option<ulong?> _seed = Options.Seed("Names poses, initial weights and shuffling.");
    private readonly Option<string?> _precision = Options.Word("--precision", "Type of numbers.", "float", "double");
    private readonly Option<double?> _checkpoint = Options.Real("--checkpoint", "SECONDS", "Time between checkpoints.", 0);
    private readonly Option<double?> _cache = Options.Real("--cache", "GIGABYTES", "Keep rendered images if they fit in this much memory.", 0);
    private readonly Option<int?> _size = Options.Integer("--size", "PIXELS", "Rows and columns of an image.", 2, 1024);
    private readonly Option<double?> _sigma = Options.Real("--sigma", "NUMBER", "Width of the Gaussian that smooths the image.", 0);
    private readonly Option<double?> _focal = Options.Real("--focal", "NUMBER", "Focal length.", 0);
    private readonly Option<double?> _distance = Options.Real("--distance", "NUMBER", "Distance of the camera.", 0);
    private readonly Option<double?> _maxAngle = Options.Real("--max-angle", "RADIANS", "Largest angle of rotation of a pose.", 0);
    private readonly Option<double?> _maxTranslation = Options.Real("--max-translation", "NUMBER", "Largest translation of a pose along each axis.", 0);

    public Option<int?> Threads { get; } = Options.Integer("--threads", "COUNT", "Threads; 0 for all cores. The outcome is the same for any number.", 0, 1024);

    public Option<string?> Out { get; } = Options.Path("--out", "DIR", "Report folder. [default: reports/cube-<time>]");

    public Option<string?> Resume { get; } = Options.Path("--resume", "DIR", "Go on with an interrupted experiment; its settings are read from its report.");

    private IReadOnlyList<Option> OfSettings =>
    [
        _preset, _orders, _hidden, _activation, _train, _validation, _test, _fresh, _epochs, _batch, _rate, _weights1, _weights2, _standardize,
        _seed, _precision, _checkpoint, _cache, _size, _sigma, _focal, _distance, _maxAngle, _maxTranslation,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in OfSettings.Concat([Threads, Out, Resume]))
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(Resume) is not null && OfSettings.Append(Out).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other)
            {
                result.AddError($"--resume takes all settings from its folder, so {other.Name} cannot be given; only --threads can.");
            }
        });
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
            LearningRate = parsed.GetValue(_rate) ?? preset.LearningRate,
            WeightsOfOrder1 = parsed.GetValue(_weights1) ?? preset.WeightsOfOrder1,
            WeightsOfOrder2 = parsed.GetValue(_weights2) ?? preset.WeightsOfOrder2,
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
    /// <summary>A list that was given; the parser makes an empty one where none was.</summary>
    private static int[]? Given(ParseResult parsed, Option<int[]?> option) => parsed.GetValue(option) is { Length: > 0 } list ? list : null;
}
