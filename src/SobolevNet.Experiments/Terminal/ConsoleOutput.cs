using Spectre.Console;

namespace SobolevNet.Experiments.Terminal;

/// <summary>The program's output: color and live progress on a terminal, plain lines in a file or pipe.</summary>
internal sealed class ConsoleOutput
{
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly IAnsiConsole _console;

    public ConsoleOutput(TextWriter output, TextWriter errors)
    {
        (_output, _errors) = (output, errors);
        bool isConsole = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isConsole ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isConsole ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isConsole ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isConsole)
        {
            // A pipe has no width: this is wide enough for every table.
            _console.Profile.Width = 160;
        }

        IsLive = isConsole && _console.Profile.Capabilities.Ansi && _console.Profile.Capabilities.Interactive;
    }

    /// <summary>Whether the terminal can rewrite lines.</summary>
    public bool IsLive { get; }

    /// <summary>Writes a line.</summary>
    public void Line(string text = "") => _output.WriteLine(text);

    /// <summary>Writes a line to the error output.</summary>
    public void Error(string text) => _errors.WriteLine(text);

    /// <summary>Writes a table.</summary>
    /// <param name="columns">The headers.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="words">Number of left-aligned columns; the columns after them are right-aligned numbers.</param>
    public void Table(IEnumerable<string> columns, IEnumerable<IEnumerable<string>> rows, int words = 1)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (string column in columns)
        {
            table.AddColumn(table.Columns.Count < words ? new TableColumn(column) : new TableColumn(column).RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        _console.Write(table);
    }

    /// <summary>Runs a computation and shows its progress.</summary>
    /// <param name="work">The computation; any of its threads may use the view that it gets.</param>
    public void WithProgress(Action<IProgressView> work)
    {
        if (!IsLive)
        {
            work(new SynchronizedProgressView(new PlainProgressView(_output)));
            return;
        }

        var view = new LiveProgressView(_console.Profile.Width);
        _console.Live(view.Table).AutoClear(false).Start(context =>
        {
            view.Attach(context);
            work(new SynchronizedProgressView(view));
            view.Refresh(force: true);
        });
    }
}
