using Spectre.Console;

namespace SobolevNet.Experiments.Terminal;

/// <summary>Where text goes: a terminal with color and live progress, or plain lines to a file or pipe.</summary>
internal sealed class ConsoleOutput
{
    private readonly TextWriter _output;
    private readonly TextWriter _errors;

    public ConsoleOutput(TextWriter output, TextWriter errors)
    {
        (_output, _errors) = (output, errors);
        bool isConsole = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isConsole ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isConsole ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isConsole ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isConsole)
        {
            // A pipe has no width; tables must not be wrapped to that of some terminal.
            Console.Profile.Width = 160;
        }

        IsLive = isConsole && Console.Profile.Capabilities.Ansi && Console.Profile.Capabilities.Interactive;
    }

    /// <summary>For tables.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Whether lines can be rewritten.</summary>
    public bool IsLive { get; }

    /// <summary>Writes a line.</summary>
    public void Line(string text = "") => _output.WriteLine(text);

    /// <summary>Writes a line to the error output.</summary>
    public void Error(string text) => _errors.WriteLine(text);

    /// <summary>Does work under a view of its progress.</summary>
    public void WithProgress(Action<IProgressView> work)
    {
        if (!IsLive)
        {
            work(new PlainProgressView(_output));
            return;
        }

        var view = new LiveProgressView(Console.Profile.Width);
        Console.Live(view.Table).AutoClear(false).Start(context =>
        {
            view.Attach(context);
            work(view);
            view.Refresh(force: true);
        });
    }
}
