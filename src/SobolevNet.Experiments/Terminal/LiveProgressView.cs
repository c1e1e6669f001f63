using System.Diagnostics;
using Spectre.Console;

namespace SobolevNet.Experiments.Terminal;

/// <summary>A table on the terminal that is rewritten as work goes on, with a bar for each training.</summary>
internal sealed class LiveProgressView : IProgressView
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private readonly int _barWidth;
    private readonly Stopwatch _sinceRefresh = Stopwatch.StartNew();
    private LiveDisplayContext? _context;

    public LiveProgressView(int width)
    {
        _barWidth = Math.Clamp(width - 72, 8, 40);
        Table = new Table { Border = TableBorder.None, ShowHeaders = true };
        Table.AddColumn(new TableColumn("").NoWrap());
        Table.AddColumn(new TableColumn("").NoWrap());
        foreach (string header in new[] { "epoch", "error", "fresh", "loss by order", "left" })
        {
            Table.AddColumn(new TableColumn($"[grey]{header}[/]").NoWrap().RightAligned());
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

    public IProgressPart Start(string name) => AddRow(name);

    public IWorkPart StartWork(string name) => AddRow(name);

    public ITrainingPart StartTraining(string name) => AddRow(name);

    private Row AddRow(string name)
    {
        Table.AddRow(Markup.Escape(name), "", "", "", "", "", "");
        Refresh(force: true);
        return new Row(this, Table.Rows.Count - 1);
    }

    private sealed class Row(LiveProgressView view, int row) : ITrainingPart, IWorkPart
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
            lock (view)
            {
                Set(1, Bar(value));
                view.Refresh(force: false);
            }
        }

        public void Done(string outcome)
        {
            Set(1, $"[green]{Markup.Escape(outcome)}[/]");
            Set(6, $"[grey]{ProgressText.Time(_clock.Elapsed)}[/]");
            view.Refresh(force: true);
        }

        private void Set(int column, string markup) => view.Table.UpdateCell(row, column, markup);

        private string Bar(double fraction)
        {
            int done = (int)Math.Round(Math.Clamp(fraction, 0, 1) * view._barWidth);
            return $"[yellow]{new string('━', done)}[/][grey]{new string('━', view._barWidth - done)}[/]";
        }
    }
}
