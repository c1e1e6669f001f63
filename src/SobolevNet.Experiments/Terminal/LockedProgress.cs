namespace SobolevNet.Experiments.Terminal;

/// <summary>Passes reports of several threads on one at a time: views are for one thread.</summary>
internal sealed class LockedProgress(IProgress<TrainingProgress> inner, Lock gate) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        lock (gate)
        {
            inner.Report(value);
        }
    }
}
