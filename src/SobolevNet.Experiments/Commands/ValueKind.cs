using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;

namespace SobolevNet.Experiments.Commands;

/// <summary>A kind of option value: how it is read from the command line and written to a report.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Placeholder">Stands for the value in the help.</param>
/// <param name="Expected">What a value has to be, for the message about one that is not.</param>
/// <param name="TryRead">Reads a value and checks it.</param>
/// <param name="Write">Writes a value so that it can be read again.</param>
internal sealed record ValueKind<T>(string Placeholder, string Expected, ValueKind<T>.Reader TryRead, Func<T, string> Write)
    where T : notnull
{
    public delegate bool Reader(string text, [MaybeNullWhen(false)] out T value);

    /// <summary>Writes a value for the help; <see cref="Write"/> unless there is a shorter text.</summary>
    public Func<T, string> Show { get; init; } = Write;

    /// <summary>Makes an option whose values are of this kind. A wrong value is an error before the command starts.</summary>
    public Option<T> Option(string name, string description) => new(name)
    {
        HelpName = Placeholder,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Parse(result, name),
    };

    private T? Parse(ArgumentResult result, string name)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (TryRead(text, out var value))
        {
            return value;
        }

        result.AddError($"{name} is \"{text}\"; expected {Expected}.");
        return default;
    }
}
