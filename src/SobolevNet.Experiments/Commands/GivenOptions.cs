using System.CommandLine;

namespace SobolevNet.Experiments.Commands;

/// <summary>Which options the user gave.</summary>
internal static class GivenOptions
{
    /// <summary>Whether an option is on the command line.</summary>
    public static bool Has(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The value of an option, or another value if the option was not given.</summary>
    public static T ValueOr<T>(this ParseResult parsed, Option<T> option, T otherwise) => parsed.Has(option) ? parsed.GetValue(option)! : otherwise;

    /// <summary>Makes it an error of usage to give any of some options together with another one.</summary>
    /// <param name="command">The command that has the options.</param>
    /// <param name="option">The option that stands alone.</param>
    /// <param name="others">The options that cannot be given with it.</param>
    /// <param name="why">What the option does that leaves no room for the others.</param>
    public static void RefuseBeside(this Command command, Option option, IReadOnlyList<Option> others, string why) => command.Validators.Add(result =>
    {
        if (result.GetResult(option) is not null && others.FirstOrDefault(other => result.GetResult(other) is { Implicit: false }) is { } given)
        {
            result.AddError($"{option.Name} {why}, so {given.Name} cannot be given.");
        }
    });
}
