using System.Globalization;
using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>A way to train for robustness, or a point of reference.</summary>
/// <param name="Name">Its name on the command line and in reports.</param>
/// <param name="Kind">Its assumption about perturbed images.</param>
/// <param name="StrengthMeans">Meaning of its strength; null if it has none.</param>
/// <param name="Order">The order of derivatives of clean images that it needs.</param>
internal sealed record RobustMethod(string Name, MethodKind Kind, string? StrengthMeans, int Order)
{
    private const string OfUniversal = "weight of first order in the loss at the start, λ₁";

    public static IReadOnlyList<RobustMethod> All { get; } =
    [
        new("plain", MethodKind.Reference, null, 0),
        new("order1", MethodKind.Reference, null, 1),
        new("universal", MethodKind.Universal, OfUniversal, 1),
        new("universal2", MethodKind.Universal, OfUniversal, 2),
        new("bands", MethodKind.Universal, "standard deviation of the pixel noise against which it is made robust", 1),
        new("gaussian", MethodKind.Invariance, "standard deviation of the pixel noise", 0),
        new("jacobian", MethodKind.Invariance, "standard deviation of the pixel noise to which it is made invariant", 0),
        new("pgd", MethodKind.Invariance, "radius of perturbations in L2", 0),
        new("trades", MethodKind.Invariance, "radius of perturbations in L2", 0),
        new("jacobian-steepest", MethodKind.Strengthened, "standard deviation of the pixel noise to which it is made invariant", 0),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    public bool HasStrength => StrengthMeans is not null;

    /// <summary>Factor on SOAP's learning rate. TRADES, whose targets are the network's own answers, diverges at rates that suit the others.</summary>
    public double SoapRate => Name == "trades" ? 0.4 : 1;

    public static RobustMethod Named(string name) => All.FirstOrDefault(method => method.Name == name)
        ?? throw new ArgumentException($"There is no method \"{name}\"; expected one of {string.Join(", ", Names)}.", nameof(name));

    /// <summary>A description for the report.</summary>
    public string Describe(RobustSettings settings) => Kind == MethodKind.Universal
        ? string.Create(CultureInfo.InvariantCulture, $"{What(settings)} Weights of derivatives fall to {settings.LastWeight} of their first value.")
        : What(settings);

    private string What(RobustSettings settings) => Name switch
    {
        "plain" => "values alone.",
        "order1" => "values and first derivatives along the manifold of clean images.",
        "universal" => "values, and the network's derivative along a direction of large error, (∂N − ∂O)ᵀu with the worst u of a random space, trained to the oracle's.",
        "universal2" => "order1 and universal with second derivatives along the direction and mixed ones with the six degrees of freedom.",
        "bands" => $"order1, and derivatives along random directions of three frequency bands, {settings.Directions} of each, trained to the oracle's.",
        "gaussian" => "values; noise is added to the images, targets stay.",
        "jacobian" => $"values; derivatives along {(settings.Directions == 1 ? "a random direction" : $"{settings.Directions} random directions")} are trained to zero.",
        "pgd" => $"values; images are perturbed against the network by {settings.AscentSteps} steps of projected gradient ascent, targets stay.",
        "trades" => $"values, and {settings.TradesWeight} times the squared difference between the outputs at perturbed and clean images.",
        _ => "values; the derivative along a direction of large change, ∂Nᵀu, is trained to zero. Not a published method: " +
            "it uses this library's directions, and is compared separately.",
    };

    /// <summary>The training data.</summary>
    /// <param name="clean">Clean images, with derivatives of at least <see cref="Order"/>.</param>
    /// <param name="strength">The strength; ignored where there is none.</param>
    /// <param name="settings">Everything else.</param>
    public IJetSource<float> Source(IJetSource<float> clean, double strength, RobustSettings settings)
    {
        clean = clean.Truncate(Order);
        int side = settings.Measure.ImageSize;
        DirectionGroup steepest = new(DirectionSampler.Steepest(clean.InputFeatures, clean.OutputFeatures, settings.Sketch));
        DirectionGroup white = new(DirectionSampler.White(clean.InputFeatures), settings.Directions);
        var oracle = new RobustSourceOptions { Directions = [steepest], PerturbationScale = settings.PerturbationScale, Seed = settings.Seed };
        RobustSourceOptions Zero(DirectionGroup group) => oracle with
        {
            Directions = [group],
            PerturbationScale = strength,
            ManifoldOrder = 0,
            Target = DirectionTarget.Zero,
        };
        AdversarialOptions Ascent() => new(strength) { Steps = settings.AscentSteps, Seed = settings.Seed };
        return Name switch
        {
            "plain" or "order1" => clean,
            "universal" => clean.Robust(oracle with { ManifoldOrder = 0 }),
            "universal2" => clean.Robust(oracle with { SecondDerivatives = true, MixedDerivatives = true }),
            "bands" => clean.Robust(oracle with { Directions = DirectionGroup.Bands(side, side, settings.Directions), PerturbationScale = strength }),
            "gaussian" => clean.WithGaussianNoise(strength, settings.Seed),
            "jacobian" => clean.Robust(Zero(white)),
            "pgd" => clean.Adversarial(Ascent()),
            "trades" => clean.Trades(settings.TradesWeight, Ascent()),
            _ => clean.Robust(Zero(steepest)),
        };
    }

    /// <summary>The weights of the orders of the loss.</summary>
    public OrderWeight[] Weights(double strength, RobustSettings settings)
    {
        OrderWeight Falling(double weight) => OrderWeight.Geometric(weight, settings.LastWeight * weight);
        return Name switch
        {
            "plain" or "gaussian" or "pgd" or "trades" => [1],
            "universal" => [1, Falling(strength)],
            "universal2" => [1, Falling(strength), Falling(settings.SecondOrderWeight)],
            "bands" => [1, Falling(1)],
            _ => [1, 1],
        };
    }
}

/// <summary>The assumption of a method about perturbed images.</summary>
internal enum MethodKind
{
    /// <summary>None: a point of reference.</summary>
    Reference,

    /// <summary>The right answer is the oracle's.</summary>
    Universal,

    /// <summary>The right answer does not change.</summary>
    Invariance,

    /// <summary>The right answer does not change; trained with more than the published methods have.</summary>
    Strengthened,
}
