using System.Diagnostics;

namespace SobolevNet.Experiments.Terminal;

/// <summary>Writes a line every few seconds, for files and pipes.</summary>
internal sealed class PlainProgressView(TextWriter output) : IProgressView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public IProgressPart Start(string name)
    {
        WriteLine($"{name} …");
        return new Part(this, name);
    }

    private void WriteLine(string text)
    {
        output.WriteLine(text);
        output.Flush();
    }

    private sealed class Part(PlainProgressView view, string name) : IProgressPart
    {
        private readonly Stopwatch _sinceLine = Stopwatch.StartNew();

        public void Report(TrainingProgress value)
        {
            if (IsDue())
            {
                string validation = double.IsFinite(value.ValidationError) ? $", fresh {ProgressText.Percent(value.ValidationError)}" : "";
                view.WriteLine(
                    $"{name}: epoch {value.Epoch} of {value.Epochs}, error {ProgressText.Percent(value.TrainingError)}{validation}, " +
                    $"loss by order {ProgressText.Losses(value.OrderLosses)}, {ProgressText.Time(value.Remaining)} left");
            }
        }

        public void Report(double value)
        {
            if (IsDue())
            {
                view.WriteLine($"{name}: {ProgressText.Percent(value)} done");
            }
        }

        public void Done(string outcome) => view.WriteLine($"{name}: {outcome}");

        /// <summary>Whether the last line is old enough for another one.</summary>
        private bool IsDue()
        {
            bool due = _sinceLine.Elapsed >= Interval;
            if (due)
            {
                _sinceLine.Restart();
            }

            return due;
        }
    }
}
