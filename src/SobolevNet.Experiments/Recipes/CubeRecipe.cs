using SobolevNet.Experiments.Cubes;

namespace SobolevNet.Experiments.Recipes;

/// <summary>A way to train a network on cubes, whatever the number of images and the length.</summary>
internal record CubeRecipe
{
    /// <summary>All derivatives up to the order.</summary>
    public const string AllDirections = "all";

    /// <summary>All first derivatives, and the second ones of one random direction with all others.</summary>
    public const string HessianVectorProducts = "hvp";

    /// <summary>The highest order of derivatives in the loss.</summary>
    public required int Order { get; init; }

    /// <summary>λ of every order, see <see cref="OrderWeightText"/>.</summary>
    public required string OrderWeights { get; init; }

    /// <summary>Which derivatives: all, hvp, or a number of random directions that are new in every epoch.</summary>
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

    /// <summary>How it is trained, but for how long.</summary>
    /// <param name="seed">Names the shuffling.</param>
    /// <param name="threads">Threads; all cores if 0.</param>
    public SobolevTrainingOptions Training(ulong seed, int threads) => new()
    {
        BatchSize = BatchSize,
        Order = Order,
        Seed = seed,
        Standardize = false,
        OrderWeights = OrderWeightText.TryParse(OrderWeights, Order, out var weights)
            ? weights
            : throw new FormatException($"The weights of a recipe of order {Order} are \"{OrderWeights}\"; expected {OrderWeightText.Example(Order)}, say."),
        Optimizer = Optimizer == "soap" ? new Soap { LearningRate = LearningRate } : new Adam { LearningRate = LearningRate, Beta2 = 0.98 },
        Threads = threads,
    };
}
