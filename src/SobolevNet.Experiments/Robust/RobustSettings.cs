using SobolevNet.Experiments.Workflow;
using SobolevNet.Rendering;

namespace SobolevNet.Experiments.Robust;

/// <summary>Settings of the robustness experiment.</summary>
internal sealed record RobustSettings : ExperimentSettings
{
    private const ulong TrainingPoses = 0;

    /// <summary>Names of the methods, see <see cref="RobustMethod"/>.</summary>
    public required string[] Methods { get; init; }

    /// <summary>Widths of the first hidden layer: the capacities compared, rising. The rows of ∂N lie in the span of that many images.</summary>
    public required int[] Widths { get; init; }

    /// <summary>Widths of the hidden layers after the first.</summary>
    public required int[] Inner { get; init; }

    /// <summary>The strengths of each method that has one.</summary>
    public required IReadOnlyDictionary<string, double[]> Strengths { get; init; }

    public string Activation { get; init; } = "silu";

    /// <summary>Training images; rendered anew in every epoch if <see cref="FreshImages"/>.</summary>
    public required int TrainingImages { get; init; }

    public bool FreshImages { get; init; } = true;

    public required int Epochs { get; init; }

    /// <summary>Time of each training, whatever its number of epochs; 0 if <see cref="Epochs"/> decides.</summary>
    public int Seconds { get; init; }

    public int BatchSize { get; init; } = 32;

    /// <summary>adam or soap.</summary>
    public string Optimizer { get; init; } = "adam";

    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Adam's β₂.</summary>
    public double AdamMemory { get; init; } = 0.98;

    /// <summary>Whether networks have scalings: one for all pixels, and one for each output.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Random directions of jacobian, and of each frequency band of bands.</summary>
    public int Directions { get; init; } = 1;

    /// <summary>Random output vectors whose worst combination gives a steepest direction.</summary>
    public int Sketch { get; init; } = 3;

    /// <summary>Standard deviation of pixel noise that sets the weight of universal2's directions relative to the manifold's.</summary>
    public double PerturbationScale { get; init; } = 3;

    /// <summary>λ₂ of universal2 at the start.</summary>
    public double SecondOrderWeight { get; init; } = 2e-5;

    /// <summary>
    /// Last over first weight of the derivatives that are trained to the oracle's. They do not conflict with the values, so a network
    /// that has learned them needs little weight to keep them.
    /// </summary>
    public double LastWeight { get; init; } = 0.01;

    /// <summary>Ascent steps of pgd and trades.</summary>
    public int AscentSteps { get; init; } = 5;

    /// <summary>β of trades.</summary>
    public double TradesWeight { get; init; } = 3;

    public required MeasureSettings Measure { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Time between checkpoints of a training.</summary>
    public double CheckpointSeconds { get; init; } = 60;

    public Activation ActivationKind() => Enum.Parse<Activation>(Activation, ignoreCase: true);

    /// <summary>The length of each training in words.</summary>
    public string Length() => Seconds > 0 ? $"{Seconds} seconds in epochs" : $"{Epochs} epochs";

    public int[] Hidden(int width) => [width, .. Inner];

    /// <summary>Clean training images with derivatives up to an order.</summary>
    public IJetSource<float> Clean(int order) => new CubeSource(
        Measure.Renderer(), order, TrainingImages, new RandomStream(Seed, TrainingPoses).NextBits(), FreshImages);

    /// <summary>All networks to be trained, in the order of the report.</summary>
    public IReadOnlyList<PlannedRun> Plan() =>
    [
        .. from name in Methods
           let method = RobustMethod.Named(name)
           from strength in method.HasStrength ? Strengths[name].Select(value => (double?)value) : [null]
           from width in Widths
           select new PlannedRun(method, strength, width),
    ];

    /// <summary>How one network is trained.</summary>
    public SobolevTrainingOptions Training(PlannedRun run, string checkpoint) => new()
    {
        Epochs = Seconds > 0 ? null : Epochs,
        TimeBudget = Seconds > 0 ? TimeSpan.FromSeconds(Seconds) : null,
        BatchSize = BatchSize,
        Seed = Seed,
        Standardize = Standardize,
        OrderWeights = run.Method.Weights(run.Strength ?? 0, this),
        Optimizer = Optimizer == "soap"
            ? SobolevNet.Optimizer.Soap(learningRate: run.Method.SoapRate * LearningRate)
            : SobolevNet.Optimizer.Adam(learningRate: LearningRate, beta2: AdamMemory),
        Threads = 1,
        Checkpoint = new CheckpointOptions(checkpoint) { Every = TimeSpan.FromSeconds(CheckpointSeconds) },
    };
}

/// <summary>A network to be trained; its width is that of the first hidden layer.</summary>
internal sealed record PlannedRun(RobustMethod Method, double? Strength, int Width)
{
    /// <summary>The folder of the networks in the report's folder.</summary>
    public const string Folder = "networks";

    /// <summary>The name of its files.</summary>
    public string Name => FormattableString.Invariant($"{Method.Name}{(Strength is null ? "" : "-")}{Strength}-{Width}");

    /// <summary>The network's file in the report's folder.</summary>
    public string Network => $"{Folder}/{Name}.safetensors";

    /// <summary>The checkpoint's file in the report's folder.</summary>
    public string Checkpoint => $"{Folder}/{Name}.checkpoint";

    /// <summary>Its row in the report, without figures.</summary>
    public RobustRun Row() => new()
    {
        Method = Method.Name, Kind = Method.Kind.ToString().ToLowerInvariant(), Strength = Strength, Width = Width, Network = Network,
    };
}
