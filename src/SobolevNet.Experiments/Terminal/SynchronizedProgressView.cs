namespace SobolevNet.Experiments.Terminal;

/// <summary>Lets several threads use a view that is made for one: the calls of all of them are passed on one at a time.</summary>
internal sealed class SynchronizedProgressView(IProgressView view) : IProgressView
{
    private readonly Lock _gate = new();

    public IProgressPart Start(string name)
    {
        lock (_gate)
        {
            return new Part(view.Start(name), _gate);
        }
    }

    private sealed class Part(IProgressPart part, Lock gate) : IProgressPart
    {
        public void Report(TrainingProgress value)
        {
            lock (gate)
            {
                part.Report(value);
            }
        }

        public void Report(double value)
        {
            lock (gate)
            {
                part.Report(value);
            }
        }

        public void Done(string outcome)
        {
            lock (gate)
            {
                part.Done(outcome);
            }
        }
    }
}
