using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Surrogate;

/// <summary>Which cases are learned from how many points.</summary>
internal sealed record SurrogateSettings : ExperimentSettings
{
    public static Presets<SurrogateSettings> Presets { get; } = new(
        "two minutes, or a quarter of an hour",
        new SurrogateSettings { Preset = "quick", Cases = [.. SurrogateCase.Names], Samples = [8192], Seeds = [1, 2, 3] },
        new SurrogateSettings { Preset = "full", Cases = [.. SurrogateCase.Names], Samples = [1024, 4096, 8192, 16384, 65536], Seeds = [1, 2, 3] });

    /// <summary>Names of cases, see <see cref="SurrogateCase"/>.</summary>
    public required string[] Cases { get; init; }

    /// <summary>Numbers of training points.</summary>
    public required int[] Samples { get; init; }

    /// <summary>Each names the basket, the points and paths, the initial weights and the shuffling of one repetition.</summary>
    public required int[] Seeds { get; init; }

    public int TestPoints { get; init; } = 8192;
}
