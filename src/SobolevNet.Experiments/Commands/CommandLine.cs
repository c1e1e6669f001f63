using System.CommandLine;
using SobolevNet.Experiments.Terminal;

namespace SobolevNet.Experiments.Commands;

/// <summary>All commands, and what their outcomes mean to the shell.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    public const int Interrupted = 130;

    /// <summary>After Ctrl-C, how long training may take to write its checkpoint before the process ends anyway.</summary>
    private static readonly TimeSpan CheckpointTime = TimeSpan.FromSeconds(60);

    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, Console.Error);

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellationToken = default)
    {
        var terminal = new ConsoleOutput(output, errors);
        var parsed = Root(terminal).Parse(args.Length == 0 ? [CubeCommand.Name] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Error(error.Message);
            }

            terminal.Error("Run with --help to see what is possible.");
            return WrongUsage;
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
        catch (Exception failure)
        {
            // The user gets one line that says what is wrong; where in the program that was helps nobody.
            terminal.Error($"error: {Describe(failure)}");
            return Failed;
        }
    }

    /// <summary>Runs a command's work on another thread, so that Ctrl-C reaches it through the token.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Action(Func<ParseResult, CancellationToken, int> work) =>
        (parsed, cancellationToken) => Task.Run(() => work(parsed, cancellationToken), CancellationToken.None);

    internal static string Describe(Exception failure)
    {
        string message = failure switch
        {
            AggregateException { InnerException: { } inner } => Describe(inner),
            TypeInitializationException { InnerException: { } inner } => Describe(inner),
            ArgumentException { ParamName: { } name } argument => argument.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
            OutOfMemoryException => "There is not enough memory; use fewer images or a smaller network.",
            OperationCanceledException => "Interrupted.",
            _ => failure.Message,
        };
        return string.Join(' ', message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static RootCommand Root(ConsoleOutput terminal)
    {
        var root = new RootCommand(
            "Trains networks on rendered cubes with and without derivatives, and shows what the derivatives are worth.\n" +
            "Without a command: cube --preset quick.");
        root.Add(CubeCommand.Create(terminal));
        root.Add(FrontierCommand.Create(terminal));
        root.Add(SurrogateCommand.Create(terminal));
        root.Add(RenderCommand.Create(terminal));
        root.Add(PredictCommand.Create(terminal));
        root.Add(StudyCommand.Create(terminal));
        root.Add(RobustCommand.Create(terminal));
        root.Add(AttackCommand.Create(terminal));
        return root;
    }
}
