using System.CommandLine;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>A command of the program.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="description">Its help in one or two sentences.</param>
internal abstract class ConsoleCommand(string name, string description)
{
    /// <summary>How the program is started from the repository; a command and its options follow.</summary>
    public const string Program = "dotnet run -c Release --project src/SobolevNet.Experiments --";

    public string Name => name;

    /// <summary>Makes the command for the parser.</summary>
    public Command Create(ConsoleOutput terminal)
    {
        var command = new Command(name, description);
        AddOptions(command);

        // On another thread, so that Ctrl-C reaches the computation through its token.
        command.SetAction((parsed, cancellationToken) => Task.Run(() => Run(parsed, terminal, cancellationToken), CancellationToken.None));
        return command;
    }

    /// <summary>Adds the command's options in the order of its help.</summary>
    protected abstract void AddOptions(Command command);

    /// <summary>Carries the command out.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    /// <exception cref="OperationCanceledException">The user pressed Ctrl-C.</exception>
    protected abstract int Run(ParseResult parsed, ConsoleOutput terminal, CancellationToken cancellationToken);
}
