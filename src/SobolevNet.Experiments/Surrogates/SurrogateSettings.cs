using System.Globalization;

namespace SobolevNet.Experiments.Surrogates;

/// <summary>Which cases are trained with how many points.</summary>
internal sealed record SurrogateSettings
{
    public const string Quick = "quick";
    public const string Full = "full";

    public static IReadOnlyList<string> Presets { get; } = [Quick, Full];

    public required string Preset { get; init; }

    public required string[] Cases { get; init; }

    /// <summary>Numbers of training points.</summary>
    public required int[] Samples { get; init; }

    /// <summary>Each names the basket, the points and paths, the initial weights and the shuffling of one repetition.</summary>
    public required int[] Seeds { get; init; }

    public int TestPoints { get; init; } = 8192;

    /// <summary>Threads; all cores if 0.</summary>
    public int Threads { get; init; }

    public static SurrogateSettings Named(string preset) => preset switch
    {
        Quick => new() { Preset = Quick, Cases = AllCases, Samples = [8192], Seeds = [1, 2, 3] },
        Full => new() { Preset = Full, Cases = AllCases, Samples = [1024, 4096, 8192, 16384, 65536], Seeds = [1, 2, 3] },
        _ => throw new ArgumentException($"There is no preset \"{preset}\"; expected {string.Join(", ", Presets)}.", nameof(preset)),
    };

    private static string[] AllCases => [.. SurrogateCase.All.Select(known => known.Name)];

    /// <summary>The command that repeats the experiment.</summary>
    public string ToCommand() => string.Create(
        CultureInfo.InvariantCulture,
        $"surrogate --preset {Preset} --cases {string.Join(',', Cases)} --samples {string.Join(',', Samples)} --seeds {string.Join(',', Seeds)} " +
        $"--test {TestPoints} --threads {Threads}");
}
