using System.Globalization;

namespace SobolevNet.Experiments.Frontiers;

/// <summary>Which recipes are trained for which times.</summary>
internal sealed record FrontierSettings
{
    public const string Quick = "quick";
    public const string Small = "small";
    public const string Full = "full";

    public static IReadOnlyList<string> Presets { get; } = [Quick, Small, Full];

    public required string Preset { get; init; }

    public required string[] Recipes { get; init; }

    /// <summary>The times in seconds; a run's rendering counts.</summary>
    public required int[] Seconds { get; init; }

    /// <summary>Each names poses, initial weights and shuffling of one run.</summary>
    public required int[] Seeds { get; init; }

    public int TestImages { get; init; } = 5000;

    /// <summary>Threads; all cores if 0.</summary>
    public int Threads { get; init; }

    public static FrontierSettings Named(string preset) => preset switch
    {
        Quick => new() { Preset = Quick, Recipes = AllRecipes, Seconds = [10, 30], Seeds = [1] },
        Small => new() { Preset = Small, Recipes = AllRecipes, Seconds = [30, 120], Seeds = [1, 2, 3] },
        Full => new() { Preset = Full, Recipes = AllRecipes, Seconds = [60, 180, 600, 1800], Seeds = [1, 2, 3] },
        _ => throw new ArgumentException($"There is no preset \"{preset}\"; expected {string.Join(", ", Presets)}.", nameof(preset)),
    };

    private static string[] AllRecipes => [.. FrontierRecipe.All.Select(recipe => recipe.Name)];

    /// <summary>The time that all runs take together.</summary>
    public TimeSpan Total() => TimeSpan.FromSeconds((long)Recipes.Length * Seeds.Length * Seconds.Sum());

    /// <summary>The command that repeats the experiment.</summary>
    public string ToCommand() => string.Create(
        CultureInfo.InvariantCulture,
        $"frontier --preset {Preset} --recipes {string.Join(',', Recipes)} --seconds {string.Join(',', Seconds)} --seeds {string.Join(',', Seeds)} " +
        $"--test {TestImages} --threads {Threads}");
}
