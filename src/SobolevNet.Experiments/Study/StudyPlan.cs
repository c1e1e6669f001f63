using SobolevNet.Experiments.CubeImages;
using static System.FormattableString;

namespace SobolevNet.Experiments.Study;

/// <summary>The cases of the study: around one base, one thing is varied at a time.</summary>
internal static class StudyPlan
{
    /// <summary>The group that varies the range of poses and the number of images.</summary>
    public const string Density = "density";

    private static readonly string[] Weights = ["1", "1,1:0.03", "1,1:0.03,1e-5:1e-7"];

    /// <summary>Names of the groups, in the order of the report.</summary>
    public static IReadOnlyList<string> Groups { get; } = [.. Cases(shortened: false).Select(one => one.Group).Distinct()];

    /// <summary>All cases.</summary>
    /// <param name="shortened">Whether images and epochs are so few that all trainings take minutes.</param>
    public static IReadOnlyList<StudyCase> Cases(bool shortened)
    {
        StudyCase[] all =
        [
            .. Capacities(), .. Sizes(), .. FrontEnds(), .. Activations(), .. WeightsOfOrder1(), .. WeightsOfOrder2(), .. Curricula(),
            .. Directions(), .. Nearby(), .. Optimizers(), .. Lengths(), .. Densities(),
        ];
        return shortened ? [.. all.Select(Shorten)] : all;
    }

    private static StudyCase Base(string group, string setting, int order) => new()
    {
        Group = group,
        Setting = setting,
        Order = order,
        OrderWeights = Weights[order],
        Features = 64,
        Hidden = [256, 128, 128],
        Images = 2000,
        Epochs = 120,
        BatchSize = 32,
        Optimizer = "soap",
        LearningRate = 5e-3,
    };

    private static IEnumerable<StudyCase> Orders(Func<int, StudyCase> make, int from = 0) => Enumerable.Range(from, 3 - from).Select(make);

    private static IEnumerable<StudyCase> Capacities()
    {
        int[][] shapes = [[64, 64], [128, 128, 128], [256, 128, 128], [512, 256, 256]];
        return shapes.SelectMany(shape => Orders(order => Base("capacity", string.Join('-', shape), order) with { Hidden = shape }));
    }

    private static IEnumerable<StudyCase> Sizes() => new[] { 500, 2000, 8000 }.SelectMany(images => Orders(order =>
        Base("images", $"{images} images, {240_000 / images} epochs", order) with { Images = images, Epochs = 240_000 / images }));

    private static IEnumerable<StudyCase> FrontEnds() => Orders(order => Base("front-end", "pixels", order) with { Features = 0 })
        .Concat(Orders(order => Base("front-end", "64 principal components", order)))
        .Concat(Orders(order => Base("front-end", "64 features with little curvature", order) with { FeatureCurvature = 0.1 }, 1));

    private static IEnumerable<StudyCase> Activations() => new[] { "silu", "gelu", "softplus", "tanh", "sine" }.SelectMany(activation =>
        Orders(order => Base("activation", activation, order) with { Activation = activation }));

    private static IEnumerable<StudyCase> WeightsOfOrder1() => new[] { "auto", "1,1", "1,0.1", "1,0.01", "1,1:0.03", "1,1:1e-3" }.Select(weights =>
        Base("weights-1", weights, 1) with { OrderWeights = weights });

    private static IEnumerable<StudyCase> WeightsOfOrder2() =>
        new[] { "auto", "1,1:0.03,1e-3:1e-5", "1,1:0.03,1e-4:1e-6", "1,1:0.03,1e-5:1e-7", "1,1:0.03,1e-6:1e-8" }.Select(weights =>
            Base("weights-2", weights, 2) with { OrderWeights = weights });

    private static IEnumerable<StudyCase> Curricula() => new[]
    {
        "1,1:0.03,1e-5:1e-7", "1,1:0.03,1e-4:1e-6@0.5", "1,1:0.03,1e-5:1e-7@0.5", "1,1:0.03,1e-5:1e-7@0.8", "1,1:0.03@0.8,1e-5:1e-7@0.5",
    }.Select(weights => Base("curriculum", weights, 2) with { OrderWeights = weights });

    private static IEnumerable<StudyCase> Directions() =>
    [
        Base("directions", "all", 1),
        Base("directions", "1", 1) with { Directions = "1" },
        Base("directions", "2", 1) with { Directions = "2" },
        Base("directions", "all", 2),
        Base("directions", "hvp", 2) with { Directions = "hvp" },
        Base("directions", "1", 2) with { Directions = "1" },
        Base("directions", "2", 2) with { Directions = "2" },
        Base("directions", "displaced", 2) with { Directions = CubeRecipe.DisplacedImages, OrderWeights = Weights[1] },
    ];

    /// <summary>Second derivatives themselves, and values and slopes nearby that are extrapolated from them, for about the same times.</summary>
    private static IEnumerable<StudyCase> Nearby() =>
    [
        .. new[] { 300, 900 }.Select(epochs => Long("first derivatives", 1, epochs)),
        .. new[] { 100, 300 }.Select(epochs => Long("second derivatives", 2, epochs) with { OrderWeights = "1,1:0.1,1e-5:1e-6" }),
        .. new[] { 300, 900 }.Select(epochs => Long("displaced", 2, epochs) with { Directions = CubeRecipe.DisplacedImages, OrderWeights = Weights[1] }),
    ];

    private static StudyCase Long(string setting, int order, int epochs) =>
        Base("nearby", $"{setting}, {epochs} epochs", order) with { Epochs = epochs, FeatureCurvature = 100, BatchSize = 128, LearningRate = 1e-2 };

    private static IEnumerable<StudyCase> Optimizers() => Orders(order => Base("optimizer", "SOAP, 5e-3, batch 32", order))
        .Concat(Orders(order => Base("optimizer", "SOAP, 1e-2, batch 128", order) with { LearningRate = 1e-2, BatchSize = 128 }))
        .Concat(Orders(order => Base("optimizer", "Adam, 2e-3, batch 16", order) with { Optimizer = "adam", LearningRate = 2e-3, BatchSize = 16 }))
        .Concat(Orders(order => Base("optimizer", "Adam, 2e-3, batch 32", order) with { Optimizer = "adam", LearningRate = 2e-3 }));

    private static IEnumerable<StudyCase> Lengths() => new[] { 40, 120, 360 }.SelectMany(epochs =>
        Orders(order => Base("epochs", $"{epochs} epochs", order) with { Epochs = epochs }));

    /// <summary>The same number of steps on few and many images of a small and a large range of poses.</summary>
    private static IEnumerable<StudyCase> Densities() =>
        from range in new[] { 0.3, 0.55, 1 }
        from images in new[] { 80, 160, 320, 640, 1280 }
        from order in new[] { 0, 1, 2 }
        select Base(Density, Invariant($"{range} of the range, {images} images"), order) with
        {
            Range = range,
            HasCurve = false,
            Images = images,
            Epochs = 320_000 / images,
            OrderWeights = order == 2 ? "1,1:0.1,1e-5:1e-6" : Weights[order],
            FeatureCurvature = order == 0 ? 0 : 100,
        };

    private static StudyCase Shorten(StudyCase one) => one with { Images = one.Images / 4, Epochs = Math.Max(2, one.Epochs / 12) };
}
