using System.Diagnostics;

namespace SobolevNet.Experiments.Terminal;

/// <summary>Lines now and then, for files and pipes.</summary>
internal sealed class PlainProgressView(TextWriter output) : IProgressView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public IProgressPart Start(string name)
    {
        output.WriteLine($"{name} …");
        output.Flush();
        return new Part(name, output);
    }

    public ITrainingPart StartTraining(string name)
    {
        output.WriteLine($"{name} …");
        output.Flush();
        return new TrainingPart(name, output);
    }

    public IWorkPart StartWork(string name)
    {
        output.WriteLine($"{name} …");
        output.Flush();
        return new WorkPart(name, output);
    }

    private class Part(string name, TextWriter output) : IProgressPart
    {
        protected string Name => name;

        protected TextWriter Output => output;

        public void Done(string outcome)
        {
            output.WriteLine($"{name}: {outcome}");
            output.Flush();
        }
    }

    private sealed class WorkPart(string name, TextWriter output) : Part(name, output), IWorkPart
    {
        private readonly Lock _gate = new();
        private readonly Stopwatch _sinceLine = Stopwatch.StartNew();

        public void Report(double value)
        {
            lock (_gate)
            {
                if (_sinceLine.Elapsed >= Interval)
                {
                    _sinceLine.Restart();
                    Output.WriteLine($"{Name}: {ProgressText.Percent(value)} done");
                    Output.Flush();
                }
            }
        }
    }

    private sealed class TrainingPart(string name, TextWriter output) : Part(name, output), ITrainingPart
    {
        private readonly Stopwatch _sinceLine = Stopwatch.StartNew();

        public void Report(TrainingProgress value)
        {
            if (_sinceLine.Elapsed < Interval)
            {
                return;
            }

            _sinceLine.Restart();
            string validation = double.IsFinite(value.ValidationError) ? $", fresh {ProgressText.Percent(value.ValidationError)}" : "";
            Output.WriteLine(
                $"{Name}: epoch {value.Epoch} of {value.Epochs}, error {ProgressText.Percent(value.TrainingError)}{validation}, " +
                $"loss by order {ProgressText.Losses(value.OrderLosses)}, {ProgressText.Time(value.Remaining)} left");
            Output.Flush();
        }
    }
}
