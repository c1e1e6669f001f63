using SobolevNet.Robustness;

namespace SobolevNet.Experiments.Robust;

/// <summary>A way to train for robustness, or a point of reference.</summary>
/// <param name="Name">How it is called on the command line and in reports.</param>
/// <param name="Kind">What it assumes.</param>
/// <param name="StrengthMeans">What its strength is; null if it has none.</param>
/// <param name="Order">The order of derivatives of clean images that it needs.</param>
internal sealed record RobustMethod(string Name, MethodKind Kind, string? StrengthMeans, int Order)
{
    public static readonly RobustMethod Plain = new("plain", MethodKind.Reference, null, 0);
    public static readonly RobustMethod FirstDerivatives = new("order1", MethodKind.Reference, null, 1);
    public static readonly RobustMethod Universal = new("universal", MethodKind.Universal, "deviation of the noise it is made robust to", 1);
    public static readonly RobustMethod Universal2 = new("universal2", MethodKind.Universal, "deviation of the noise it is made robust to", 2);
    public static readonly RobustMethod UniversalBands = new("bands", MethodKind.Universal, "deviation of the noise it is made robust to", 1);
    public static readonly RobustMethod Gaussian = new("gaussian", MethodKind.Invariance, "deviation of the noise", 0);
    public static readonly RobustMethod Jacobian = new("jacobian", MethodKind.Invariance, "deviation of the noise it is made invariant to", 1);
    public static readonly RobustMethod Adversarial = new("pgd", MethodKind.Invariance, "radius of perturbations in L2", 0);
    public static readonly RobustMethod Trades = new("trades", MethodKind.Invariance, "radius of perturbations in L2", 0);

    public static IReadOnlyList<RobustMethod> All { get; } =
        [Plain, FirstDerivatives, Universal, Universal2, UniversalBands, Gaussian, Jacobian, Adversarial, Trades];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    public bool HasStrength => StrengthMeans is not null;

    public static RobustMethod Named(string name) => All.FirstOrDefault(method => method.Name == name)
        ?? throw new ArgumentException($"There is no method \"{name}\"; expected one of {string.Join(", ", Names)}.", nameof(name));

    /// <summary>One sentence for the report.</summary>
    public string Describe(RobustSettings settings) => Name switch
    {
        "plain" => "values alone.",
        "order1" => "values and first derivatives along the manifold of clean images.",
        "universal" => $"values, and the network's derivatives along the {settings.Directions} directions that it is most wrong along (singular vectors of ∂N − ∂O, new in every step) trained to the oracle's.",
        "universal2" => "universal, and the second derivatives along these directions and mixed with the six degrees of freedom.",
        "bands" => $"order1, and derivatives along random directions of three frequency bands, {settings.BandDirections} of each, trained to the oracle's.",
        "gaussian" => "values; noise is added to the images, targets stay.",
        "jacobian" => $"values; derivatives along the {settings.Directions} directions that the network moves most along are trained to zero.",
        "pgd" => $"values; images are perturbed against the network by {settings.AscentSteps} steps of projected gradient ascent, targets stay.",
        _ => $"values, and {settings.TradesWeight} times the squared difference between the outputs at perturbed and clean images.",
    };

    /// <summary>The training data.</summary>
    /// <param name="clean">Clean images, with derivatives of at least <see cref="Order"/>.</param>
    /// <param name="strength">The strength; ignored where there is none.</param>
    /// <param name="settings">Everything else.</param>
    public IJetSource<float> Source(IJetSource<float> clean, double strength, RobustSettings settings)
    {
        clean = clean.Truncate(Order);
        int pixels = clean.InputFeatures;
        DirectionGroup[] worst = [new(DirectionSampler.Worst(pixels, settings.Directions), settings.Directions)];
        var options = new RobustSourceOptions { Directions = worst, PerturbationScale = HasStrength ? strength : 1, Seed = settings.Seed };
        var ascent = new AdversarialOptions(HasStrength ? strength : 1) { Steps = settings.AscentSteps, Seed = settings.Seed };
        return Name switch
        {
            "plain" or "order1" => clean,
            "universal" => new RobustSource<float>(clean, options with { ManifoldOrder = 0 }),
            "universal2" => new RobustSource<float>(clean, options with { SecondDerivatives = true, MixedDerivatives = true }),
            "bands" => new RobustSource<float>(
                clean, options with { Directions = DirectionGroup.Bands(settings.Measure.ImageSize, settings.Measure.ImageSize, settings.BandDirections) }),
            "jacobian" => new RobustSource<float>(clean, options with { ManifoldOrder = 0, Target = DirectionTarget.Zero }),
            "gaussian" => new GaussianNoiseSource<float>(clean, strength, settings.Seed),
            "pgd" => new AdversarialSource<float>(clean, ascent),
            _ => new TradesSource<float>(clean, settings.TradesWeight, ascent),
        };
    }
}

/// <summary>What a method assumes about perturbed images.</summary>
internal enum MethodKind
{
    /// <summary>Nothing.</summary>
    Reference,

    /// <summary>The right answer is the oracle's.</summary>
    Universal,

    /// <summary>The right answer does not change.</summary>
    Invariance,
}
