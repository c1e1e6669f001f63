using SobolevNet.Experiments.CubeImages;

namespace SobolevNet.Experiments.Frontier;

/// <summary>A recipe that is trained for a given time.</summary>
internal sealed record FrontierRecipe : CubeRecipe
{
    // Must stand before All, which uses it.
    private static readonly FrontierRecipe FeaturesWide = new()
    {
        Name = "features-wide",
        Description = "values alone, on principal components, by SOAP, a wider network",
        Order = 0,
        OrderWeights = "1",
        Features = 256,
        Hidden = [512, 256, 256],
        ImagesPerSecond = 6000,
        BatchSize = 2048,
        Optimizer = "soap",
        LearningRate = 1.2e-2,
    };

    public required string Name { get; init; }

    /// <summary>What it is, in a line.</summary>
    public required string Description { get; init; }

    /// <summary>Images rendered for each second of the given time. The training passes over them many times.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Largest angle of the training images over that of the test images.</summary>
    public double AngleFactor { get; init; } = 1;

    /// <summary>Exponent of the density of the training images' angles, see <see cref="Rendering.PoseRange.AngleExponent"/>; 0 for that of the test images.</summary>
    public double AngleExponent { get; init; }

    /// <summary>All recipes, the plainest first.</summary>
    public static IReadOnlyList<FrontierRecipe> All { get; } =
    [
        new()
        {
            Name = "plain",
            Description = "values alone, on pixels, by Adam",
            Order = 0,
            OrderWeights = "1",
            Hidden = [256, 128, 128],
            ImagesPerSecond = 4000,
            BatchSize = 256,
            Optimizer = "adam",
            LearningRate = 2e-3,
        },
        new()
        {
            Name = "plain-soap",
            Description = "values alone, on pixels, by SOAP",
            Order = 0,
            OrderWeights = "1",
            Hidden = [256, 128, 128],
            ImagesPerSecond = 4000,
            BatchSize = 1024,
            Optimizer = "soap",
            LearningRate = 1.2e-2,
        },
        new()
        {
            Name = "features",
            Description = "values alone, on principal components, by SOAP",
            Order = 0,
            OrderWeights = "1",
            Features = 256,
            Hidden = [256, 128, 128],
            ImagesPerSecond = 8000,
            BatchSize = 1024,
            Optimizer = "soap",
            LearningRate = 1.2e-2,
        },
        FeaturesWide,
        FeaturesWide with
        {
            Name = "far-turned",
            Description = "as features-wide, with more images of cubes at large angles, the hardest ones",
            AngleFactor = 1.03,
            AngleExponent = 1.5,
        },
        new()
        {
            Name = "order1",
            Description = "values and first derivatives, on principal components, by SOAP",
            Order = 1,
            OrderWeights = "1,1:1e-3",
            Features = 256,
            Hidden = [256, 128, 128],
            ImagesPerSecond = 1500,
            BatchSize = 256,
            Optimizer = "soap",
            LearningRate = 8e-3,
        },
        new()
        {
            Name = "order1-wide",
            Description = "values and first derivatives, on principal components, by SOAP, a wider network",
            Order = 1,
            OrderWeights = "1,1:1e-3",
            Features = 256,
            Hidden = [512, 256, 256],
            ImagesPerSecond = 2300,
            BatchSize = 512,
            Optimizer = "soap",
            LearningRate = 1e-2,
        },
        new()
        {
            Name = "order2",
            Description = "values, first and second derivatives, on principal components, by SOAP",
            Order = 2,
            OrderWeights = "1,1:1e-3,1e-5:1e-7",
            Features = 128,
            Hidden = [256, 128, 128],
            ImagesPerSecond = 700,
            BatchSize = 128,
            Optimizer = "soap",
            LearningRate = 6e-3,
        },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(recipe => recipe.Name)];

    public static FrontierRecipe Named(string name) =>
        All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new ArgumentException($"There is no recipe \"{name}\"; expected {string.Join(", ", Names)}.", nameof(name));
}
