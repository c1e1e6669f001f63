
namespace SobolevNet.Experiments.CubeImages;

/// <summary>A way to train a network on cubes; the number of images and the length of the training are left open.</summary>
internal record CubeRecipe
{
    /// <summary>All derivatives up to the order.</summary>
    public const string AllDirections = "all";

    /// <summary>All first derivatives, and the second ones of one random direction with all others.</summary>
    public const string HessianVectorProducts = "hvp";

    /// <summary>Values and first derivatives at places near the images, extrapolated from the second derivatives.</summary>
    public const string DisplacedImages = "displaced";

    /// <summary>The highest order of derivatives that is used.</summary>
    public required int Order { get; init; }

    /// <summary>The highest order of derivatives in the loss.</summary>
    public int TrainedOrder => Directions == DisplacedImages ? Order - 1 : Order;

    /// <summary>λ of every order in the loss, see <see cref="OrderWeightText"/>.</summary>
    public required string OrderWeights { get; init; }

    /// <summary>Which derivatives: all, hvp, displaced, or a number of random directions that are new in every epoch.</summary>
    public string Directions { get; init; } = AllDirections;

    /// <summary>Features of a linear front end; 0 to train on the pixels.</summary>
    public int Features { get; init; }

    /// <summary>The weight of second derivatives in finding the features; 0 finds them from values alone.</summary>
    public double FeatureCurvature { get; init; }

    public required int[] Hidden { get; init; }

    public string Activation { get; init; } = "silu";

    public required int BatchSize { get; init; }

    /// <summary>adam or soap.</summary>
    public required string Optimizer { get; init; }

    public required double LearningRate { get; init; }

    public Activation ActivationKind() => Enum.Parse<Activation>(Activation, ignoreCase: true);

    /// <summary>The inputs as text: pixels, or the number of features and the weight of curvature in finding them.</summary>
    public string FeaturesText() => Features == 0 ? "pixels" : FormattableString.Invariant($"{Features}, curvature {FeatureCurvature}");

    /// <summary>The options of a training, without its length.</summary>
    /// <param name="seed">Names the shuffling.</param>
    /// <param name="threads">Threads; all cores if 0.</param>
    public SobolevTrainingOptions Training(ulong seed, int threads) => new()
    {
        BatchSize = BatchSize,
        Order = TrainedOrder,
        Seed = seed,
        Standardize = false,
        OrderWeights = OrderWeightText.Parse(OrderWeights, TrainedOrder),
        Optimizer = Optimizer == "soap" ? SobolevNet.Optimizer.Soap(learningRate: LearningRate) : SobolevNet.Optimizer.Adam(learningRate: LearningRate, beta2: 0.98),
        Threads = threads,
    };
}
