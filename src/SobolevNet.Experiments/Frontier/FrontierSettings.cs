using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Frontier;

/// <summary>Which recipes are trained for which times.</summary>
internal sealed record FrontierSettings : ExperimentSettings
{
    public static Presets<FrontierSettings> Presets { get; } = new(
        "minutes, an hour, or most of a day",
        new FrontierSettings { Preset = "quick", Recipes = [.. FrontierRecipe.Names], Seconds = [10, 30], Seeds = [1] },
        new FrontierSettings { Preset = "small", Recipes = [.. FrontierRecipe.Names], Seconds = [30, 120], Seeds = [1, 2, 3] },
        new FrontierSettings { Preset = "full", Recipes = [.. FrontierRecipe.Names], Seconds = [60, 180, 600, 1800], Seeds = [1, 2, 3] });

    /// <summary>Names of recipes, see <see cref="FrontierRecipe"/>. The others are compared with the first.</summary>
    public required string[] Recipes { get; init; }

    /// <summary>The times in seconds; a run's rendering counts.</summary>
    public required int[] Seconds { get; init; }

    /// <summary>Each names poses, initial weights and shuffling of one run.</summary>
    public required int[] Seeds { get; init; }

    public int TestImages { get; init; } = 5000;

    /// <summary>The time that all runs take together.</summary>
    public TimeSpan Total() => TimeSpan.FromSeconds((long)Recipes.Length * Seeds.Length * Seconds.Sum());
}
