using System.Globalization;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Cubes;

/// <summary>Everything that decides the outcome of a cube experiment; with the program's version enough to repeat it.</summary>
internal sealed record CubeSettings
{
    public required string Preset { get; init; }

    /// <summary>The orders trained, each from the same initial network; rising, no repeats.</summary>
    public required int[] Orders { get; init; }

    /// <summary>Widths of the hidden layers.</summary>
    public required int[] Hidden { get; init; }

    public string Activation { get; init; } = "silu";

    public required int TrainingImages { get; init; }

    /// <summary>Images of the curve of errors, measured after every epoch; none if 0.</summary>
    public required int ValidationImages { get; init; }

    /// <summary>Images of the final error.</summary>
    public required int TestImages { get; init; }

    /// <summary>Whether every epoch has new images, rendered as they are needed.</summary>
    public bool FreshImages { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>adam or soap.</summary>
    public string Optimizer { get; init; } = "adam";

    public required double LearningRate { get; init; }

    /// <summary>Adam's β₂. Short memories follow losses whose scale falls fast.</summary>
    public double AdamMemory { get; init; } = 0.98;

    /// <summary>The weights of the loss of order 1, see <see cref="OrderWeightText"/>.</summary>
    public required string WeightsOfOrder1 { get; init; }

    /// <summary>The weights of the loss of order 2.</summary>
    public required string WeightsOfOrder2 { get; init; }

    /// <summary>
    /// Features of a linear front end, found for each order in the training images and their derivatives up to that order, and folded into
    /// the first layer afterwards; 0 to train on the pixels.
    /// </summary>
    public int Features { get; init; }

    /// <summary>The weight of second derivatives in finding the features.</summary>
    public double FeatureCurvature { get; init; } = 0.1;

    /// <summary>Whether inputs and outputs are standardized by their means and deviations.</summary>
    public bool Standardize { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; all cores if 0. They do not change the outcome.</summary>
    public int Threads { get; init; }

    /// <summary>float or double.</summary>
    public string Precision { get; init; } = "float";

    public double CheckpointSeconds { get; init; } = 30;

    /// <summary>Rendered images are kept in memory if they fit in this much, and rendered again in every epoch if not.</summary>
    public double CacheGigabytes { get; init; } = 4;

    /// <summary>Rows and columns of an image.</summary>
    public int ImageSize { get; init; } = 41;

    /// <summary>Standard deviation of the Gaussian that smooths the image.</summary>
    public double Sigma { get; init; } = 0.03;

    public double FocalLength { get; init; } = 5;

    public double CameraDistance { get; init; } = 5;

    /// <summary>Poses are turned by up to this angle in radians.</summary>
    public double MaximalAngle { get; init; } = Math.PI / 8;

    /// <summary>Poses are moved by up to this along each axis.</summary>
    public double MaximalTranslation { get; init; } = 0.52;

    /// <summary>The highest order trained.</summary>
    public int HighestOrder() => Orders.Max();

    public Activation ActivationKind() => Enum.Parse<Activation>(Activation, ignoreCase: true);

    public CubeRenderer Renderer() => new(new CubeRendererOptions
    {
        Rows = ImageSize,
        Columns = ImageSize,
        Sigma = Sigma,
        FocalLength = FocalLength,
        CameraDistance = CameraDistance,
    });

    public PoseRange Range() => new(MaximalAngle, MaximalTranslation);

    /// <summary>The weights of the loss of an order as text.</summary>
    public string WeightsOf(int order) => order switch
    {
        0 => "1",
        1 => WeightsOfOrder1,
        _ => WeightsOfOrder2,
    };

    /// <summary>How one order is trained.</summary>
    /// <param name="order">0, 1 or 2.</param>
    /// <param name="checkpoint">The checkpoint file.</param>
    public SobolevTrainingOptions Training(int order, string checkpoint) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Order = order,
        Seed = Seed,
        Standardize = Standardize,
        OrderWeights = OrderWeightText.TryParse(WeightsOf(order), order, out var weights)
            ? weights
            : throw new FormatException($"The weights of order {order} are \"{WeightsOf(order)}\"; expected {OrderWeightText.Example(order)}, say."),
        Optimizer = Optimizer == "soap" ? SobolevNet.Optimizer.Soap(learningRate: LearningRate) : SobolevNet.Optimizer.Adam(learningRate: LearningRate, beta2: AdamMemory),
        Threads = Threads,
        Checkpoint = new CheckpointOptions(checkpoint) { Every = TimeSpan.FromSeconds(CheckpointSeconds) },
    };

    /// <summary>The command that repeats the experiment.</summary>
    public string ToCommand() => string.Create(
        CultureInfo.InvariantCulture,
        $"cube --preset {Preset} --orders {string.Join(',', Orders)} --hidden {string.Join(',', Hidden)} --activation {Activation} " +
        $"--train {TrainingImages} --validation {ValidationImages} --test {TestImages}{(FreshImages ? " --fresh" : "")} --epochs {Epochs} " +
        $"--batch {BatchSize} --optimizer {Optimizer} --rate {LearningRate} --memory {AdamMemory} --weights1 {WeightsOfOrder1} --weights2 {WeightsOfOrder2} " +
        $"--features {Features} --curvature {FeatureCurvature} --standardize {(Standardize ? "yes" : "no")} --seed {Seed} --threads {Threads} --precision {Precision} --checkpoint {CheckpointSeconds} " +
        $"--cache {CacheGigabytes} --size {ImageSize} --sigma {Sigma} --focal {FocalLength} --distance {CameraDistance} " +
        $"--max-angle {MaximalAngle} --max-translation {MaximalTranslation}");
}
