using SobolevNet.Experiments.CubeImages;
using SobolevNet.Experiments.Workflow;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Cube;

/// <summary>Settings of the cube experiment.</summary>
internal sealed record CubeSettings : ExperimentSettings
{
    /// <summary>The orders to train, each from the same initial network; rising, no repeats.</summary>
    public required int[] Orders { get; init; }

    /// <summary>Widths of the hidden layers.</summary>
    public required int[] Hidden { get; init; }

    public string Activation { get; init; } = "silu";

    public required int TrainingImages { get; init; }

    /// <summary>Images on which the error is measured after every epoch; none if 0.</summary>
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

    /// <summary>Adam's β₂. A short memory follows a loss that falls fast.</summary>
    public double AdamMemory { get; init; } = 0.98;

    /// <summary>The weights of the loss of order 1, see <see cref="OrderWeightText"/>.</summary>
    public required string WeightsOfOrder1 { get; init; }

    /// <summary>The weights of the loss of order 2.</summary>
    public required string WeightsOfOrder2 { get; init; }

    /// <summary>
    /// Number of features of a linear front end, 0 to train on the pixels. They are found for each order from the training images and
    /// their derivatives up to that order, and folded into the first layer after the training.
    /// </summary>
    public int Features { get; init; }

    /// <summary>The weight of second derivatives in finding the features.</summary>
    public double FeatureCurvature { get; init; } = 0.1;

    /// <summary>Whether inputs and outputs are standardized by their means and deviations.</summary>
    public bool Standardize { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>float or double.</summary>
    public string Precision { get; init; } = "float";

    public double CheckpointSeconds { get; init; } = 30;

    /// <summary>Memory for rendered images. Images that do not fit are rendered again in every epoch.</summary>
    public double CacheGigabytes { get; init; } = 4;

    /// <summary>Rows and columns of an image.</summary>
    public int ImageSize { get; init; } = 41;

    /// <summary>Standard deviation of the Gaussian that smooths the image.</summary>
    public double Sigma { get; init; } = 0.03;

    public double FocalLength { get; init; } = 5;

    public double CameraDistance { get; init; } = 5;

    /// <summary>Largest angle by which a pose is rotated, in radians.</summary>
    public double MaximalAngle { get; init; } = Math.PI / 8;

    /// <summary>Largest translation of a pose along each axis.</summary>
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

    /// <summary>How many images fill the paper's range of poses as densely as the training images fill theirs.</summary>
    public double ImagesOverPapersRange() => TrainingImages * CubePoses.TimesSmaller(Range());

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
        OrderWeights = OrderWeightText.Parse(WeightsOf(order), order),
        Optimizer = Optimizer == "soap" ? SobolevNet.Optimizer.Soap(learningRate: LearningRate) : SobolevNet.Optimizer.Adam(learningRate: LearningRate, beta2: AdamMemory),
        Threads = Threads,
        Checkpoint = new CheckpointOptions(checkpoint) { Every = TimeSpan.FromSeconds(CheckpointSeconds) },
    };
}
