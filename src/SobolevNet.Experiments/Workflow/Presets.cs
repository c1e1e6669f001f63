namespace SobolevNet.Experiments.Workflow;

/// <summary>Named settings of an experiment. The first ones are the default.</summary>
/// <typeparam name="TSettings">The settings.</typeparam>
/// <param name="durations">How long they take, for the help.</param>
/// <param name="all">The settings; each has its name in <see cref="ExperimentSettings.Preset"/>.</param>
internal sealed class Presets<TSettings>(string durations, params IReadOnlyList<TSettings> all)
    where TSettings : ExperimentSettings
{
    public string Durations => durations;

    public IReadOnlyList<string> Names { get; } = [.. all.Select(settings => settings.Preset)];

    public TSettings Default => all[0];

    /// <summary>The settings of a name.</summary>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public TSettings this[string name] => all.FirstOrDefault(settings => settings.Preset == name)
        ?? throw new ArgumentException($"There is no preset \"{name}\"; expected {string.Join(", ", Names)}.", nameof(name));
}
