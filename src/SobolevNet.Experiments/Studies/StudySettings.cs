using System.Globalization;

namespace SobolevNet.Experiments.Studies;

/// <summary>Which cases of the study are trained, and how often.</summary>
internal sealed record StudySettings
{
    public const string Quick = "quick";
    public const string Small = "small";

    public static IReadOnlyList<string> Presets { get; } = [Quick, Small];

    public required string Preset { get; init; }

    /// <summary>Names of groups, see <see cref="StudyPlan"/>.</summary>
    public required string[] Groups { get; init; }

    /// <summary>Each names poses, initial weights and shuffling of one run.</summary>
    public required int[] Seeds { get; init; }

    public int TestImages { get; init; } = 2000;

    /// <summary>Networks trained at a time, each by one thread; all cores if 0. The outcome does not depend on it.</summary>
    public int Threads { get; init; }

    public static StudySettings Named(string preset) => preset switch
    {
        Quick => new() { Preset = Quick, Groups = [.. StudyPlan.Groups], Seeds = [1] },
        Small => new() { Preset = Small, Groups = [.. StudyPlan.Groups], Seeds = [1, 2, 3] },
        _ => throw new ArgumentException($"There is no preset \"{preset}\"; expected {string.Join(", ", Presets)}.", nameof(preset)),
    };

    public IReadOnlyList<StudyCase> Cases() => [.. StudyPlan.Cases(Preset).Where(one => Groups.Contains(one.Group))];

    /// <summary>The command that repeats the study.</summary>
    public string ToCommand() => string.Create(
        CultureInfo.InvariantCulture,
        $"study --preset {Preset} --groups {string.Join(',', Groups)} --seeds {string.Join(',', Seeds)} --test {TestImages} --threads {Threads}");
}
