using System.Diagnostics;
using Spectre.Console;

namespace SobolevNet.Experiments.Terminal;

/// <summary>A table on the terminal that is rewritten during the computation, with a progress bar for each part.</summary>
internal sealed class LiveProgressView : IProgressView
{
    private const int BarColumn = 1;
    private const int LeastBar = 8;
    private const int MostBar = 40;

    /// <summary>Blank characters between two columns of the table.</summary>
    private const int Gap = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    /// <summary>The columns with their least widths. In a narrow terminal the column with the lowest rank is left out first.</summary>
    private static readonly (string Header, int Width, int Rank)[] Columns =
        [("", 12, 6), ("", LeastBar, 5), ("epoch", 7, 2), ("error", 7, 4), ("fresh", 7, 3), ("loss by order", 23, 0), ("left", 5, 1)];

    private readonly int _barWidth;
    private readonly int[] _places;
    private readonly Stopwatch _sinceRefresh = Stopwatch.StartNew();
    private LiveDisplayContext? _context;

    /// <summary>Makes a table that fits a terminal; the least important columns are left out where there is no room for all.</summary>
    /// <param name="width">Width of the terminal in characters.</param>
    public LiveProgressView(int width)
    {
        var shown = Columns.Select((column, k) => (Column: column, Place: k)).ToList();
        while (shown.Count > 2 && shown.Sum(one => one.Column.Width + Gap) > width)
        {
            shown.Remove(shown.MinBy(one => one.Column.Rank));
        }

        int others = shown.Sum(one => (one.Place == BarColumn ? 0 : one.Column.Width) + Gap);
        _barWidth = Math.Clamp(width - others, LeastBar, MostBar);
        _places = [.. Columns.Select((_, k) => shown.FindIndex(one => one.Place == k))];
        Table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var (column, place) in shown)
        {
            var added = new TableColumn($"[grey]{column.Header}[/]").NoWrap();
            Table.AddColumn(place > BarColumn ? added.RightAligned() : added);
        }
    }

    public Table Table { get; }

    public void Attach(LiveDisplayContext context) => _context = context;

    public void Refresh(bool force)
    {
        if (force || _sinceRefresh.Elapsed >= Interval)
        {
            _sinceRefresh.Restart();
            _context?.Refresh();
        }
    }

    public IProgressPart Start(string name)
    {
        Table.AddRow([Markup.Escape(name), .. Enumerable.Repeat("", Table.Columns.Count - 1)]);
        Refresh(force: true);
        return new Row(this, Table.Rows.Count - 1);
    }

    private sealed class Row(LiveProgressView view, int row) : IProgressPart
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        public void Report(TrainingProgress value)
        {
            Set(1, Bar(value.Fraction));
            Set(2, $"{value.Epoch}/{value.Epochs}");
            Set(3, ProgressText.Percent(value.TrainingError));
            Set(4, ProgressText.Percent(value.ValidationError));
            Set(5, ProgressText.Losses(value.OrderLosses));
            Set(6, ProgressText.Time(value.Remaining));
            view.Refresh(force: false);
        }

        public void Report(double value)
        {
            Set(1, Bar(value));
            view.Refresh(force: false);
        }

        public void Done(string outcome)
        {
            Set(1, $"[green]{Markup.Escape(outcome)}[/]");
            Set(6, $"[grey]{ProgressText.Time(_clock.Elapsed)}[/]");
            view.Refresh(force: true);
        }

        private void Set(int column, string markup)
        {
            if (view._places[column] >= 0)
            {
                view.Table.UpdateCell(row, view._places[column], markup);
            }
        }

        private string Bar(double fraction)
        {
            int done = (int)Math.Round(Math.Clamp(fraction, 0, 1) * view._barWidth);
            return $"[yellow]{new string('━', done)}[/][grey]{new string('━', view._barWidth - done)}[/]";
        }
    }
}
