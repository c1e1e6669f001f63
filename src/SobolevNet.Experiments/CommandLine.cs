using System.CommandLine;
using SobolevNet.Experiments.Commands;
using SobolevNet.Experiments.Cube;
using SobolevNet.Experiments.Frontier;
using SobolevNet.Experiments.Predict;
using SobolevNet.Experiments.Render;
using SobolevNet.Experiments.Robust;
using SobolevNet.Experiments.Study;
using SobolevNet.Experiments.Surrogate;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments;

/// <summary>All commands of the program, and how errors reach the user.</summary>
internal static class CommandLine
{
    /// <summary>How long a training may take after Ctrl-C to write its checkpoint before the process ends anyway.</summary>
    private static readonly TimeSpan CheckpointTime = TimeSpan.FromSeconds(60);

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, Console.Error);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellationToken = default)
    {
        var terminal = new ConsoleOutput(output, errors);
        var parsed = Root(terminal).Parse(args.Length == 0 ? [CubeExperiment.Command] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Error(error.Message);
            }

            terminal.Error("Run with --help for all commands and options.");
            return ExitCode.WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = CheckpointTime,
                Output = output,
                Error = errors,
            }, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            terminal.Error("Interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception failure)
        {
            // One line with the reason; a stack trace would not help the user.
            terminal.Error($"error: {Describe(failure)}");
            return ExitCode.Failed;
        }
    }

    internal static string Describe(Exception failure)
    {
        string message = failure switch
        {
            AggregateException { InnerException: { } inner } => Describe(inner),
            TypeInitializationException { InnerException: { } inner } => Describe(inner),
            ArgumentException { ParamName: { } name } argument => argument.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
            OutOfMemoryException => "There is not enough memory; use fewer images or a smaller network.",
            _ => failure.Message,
        };
        return string.Join(' ', message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static RootCommand Root(ConsoleOutput terminal)
    {
        var root = new RootCommand(
            "Trains networks with and without derivatives, and measures what the derivatives improve.\n" +
            "Without a command: cube --preset quick.");
        foreach (var command in Commands())
        {
            root.Add(command.Create(terminal));
        }

        return root;
    }

    /// <summary>All commands in the order of the help.</summary>
    private static ConsoleCommand[] Commands() =>
    [
        new CubeExperiment(), new FrontierExperiment(), new SurrogateExperiment(), new RenderCommand(), new PredictCommand(), new StudyExperiment(),
        new RobustExperiment(), new AttackCommand(),
    ];
}
