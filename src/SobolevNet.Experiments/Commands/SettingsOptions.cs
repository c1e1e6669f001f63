using System.Collections;
using System.CommandLine;

namespace SobolevNet.Experiments.Commands;

/// <summary>
/// The options that set the properties of some settings. Each is described once: the parser, the help with the values of the presets,
/// and the command that repeats an experiment all come from it.
/// </summary>
/// <typeparam name="TSettings">An immutable record.</typeparam>
internal sealed class SettingsOptions<TSettings> : IEnumerable<Option>
{
    private readonly List<SettingsOption> _all = [];

    /// <summary>Adds an option for one property.</summary>
    /// <param name="name">Its name with two dashes.</param>
    /// <param name="description">Its help; the values in the presets are added.</param>
    /// <param name="kind">The kind of its values.</param>
    /// <param name="get">The property.</param>
    /// <param name="set">The settings with another value of the property.</param>
    public void Add<T>(string name, string description, ValueKind<T> kind, Func<TSettings, T> get, Func<TSettings, T, TSettings> set)
        where T : notnull
    {
        var option = kind.Option(name, description);
        _all.Add(new SettingsOption(
            option,
            (parsed, settings) => parsed.Has(option) ? set(settings, parsed.GetValue(option)!) : settings,
            settings => kind.Show(get(settings)),
            settings => [name, kind.Write(get(settings))]));
    }

    /// <summary>Adds a flag: an option without a value, which can only be turned on.</summary>
    public void Add(string name, string description, Func<TSettings, bool> get, Func<TSettings, bool, TSettings> set)
    {
        var option = new Option<bool>(name) { Description = description };
        _all.Add(new SettingsOption(
            option,
            (parsed, settings) => parsed.GetValue(option) ? set(settings, true) : settings,
            null,
            settings => get(settings) ? [name] : []));
    }

    /// <summary>Adds the options of settings that are a part of these.</summary>
    /// <param name="inner">The options of the part.</param>
    /// <param name="get">The part.</param>
    /// <param name="set">The settings with another part.</param>
    public void Add<TInner>(SettingsOptions<TInner> inner, Func<TSettings, TInner> get, Func<TSettings, TInner, TSettings> set)
    {
        foreach (var one in inner._all)
        {
            _all.Add(new SettingsOption(
                one.Option,
                (parsed, settings) => set(settings, one.Apply(parsed, get(settings))),
                one.Show is null ? null : settings => one.Show(get(settings)),
                settings => one.Arguments(get(settings))));
        }
    }

    /// <summary>The settings with the values that were given on the command line.</summary>
    public TSettings Apply(ParseResult parsed, TSettings settings) => _all.Aggregate(settings, (current, one) => one.Apply(parsed, current));

    /// <summary>The arguments that give exactly these settings.</summary>
    public IEnumerable<string> Arguments(TSettings settings) => _all.SelectMany(one => one.Arguments(settings));

    /// <summary>Adds the value in each preset to the help of every option.</summary>
    public void ShowDefaults(IReadOnlyList<(string Name, TSettings Settings)> presets)
    {
        foreach (var one in _all.Where(one => one.Show is not null))
        {
            string[] values = [.. presets.Select(preset => one.Show!(preset.Settings))];
            one.Option.Description += values.Distinct().Count() == 1
                ? $" [default: {values[0]}]"
                : $" [{string.Join("; ", presets.Zip(values, (preset, value) => $"{preset.Name} {value}"))}]";
        }
    }

    public IEnumerator<Option> GetEnumerator() => _all.Select(one => one.Option).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed record SettingsOption(
        Option Option,
        Func<ParseResult, TSettings, TSettings> Apply,
        Func<TSettings, string>? Show,
        Func<TSettings, IEnumerable<string>> Arguments);
}
