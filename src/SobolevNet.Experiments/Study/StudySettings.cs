using SobolevNet.Experiments.Workflow;

namespace SobolevNet.Experiments.Study;

/// <summary>Which cases of the study are trained, and how often.</summary>
internal sealed record StudySettings : ExperimentSettings
{
    /// <summary>The preset with short trainings, which runs the whole study within minutes.</summary>
    public const string Quick = "quick";

    public static Presets<StudySettings> Presets { get; } = new(
        "minutes, or an hour or two",
        new StudySettings { Preset = Quick, Groups = [.. StudyPlan.Groups], Seeds = [1] },
        new StudySettings { Preset = "small", Groups = [.. StudyPlan.Groups], Seeds = [1, 2, 3] });

    /// <summary>Names of groups, see <see cref="StudyPlan"/>.</summary>
    public required string[] Groups { get; init; }

    /// <summary>Each names poses, initial weights and shuffling of one run.</summary>
    public required int[] Seeds { get; init; }

    public int TestImages { get; init; } = 2000;

    public IReadOnlyList<StudyCase> Cases() => [.. StudyPlan.Cases(shortened: Preset == Quick).Where(one => Groups.Contains(one.Group))];
}
