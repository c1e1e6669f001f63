namespace SobolevNet.Tests.Training;

/// <summary>Reports on the training thread, so that a test sees every report in order and can cancel at one.</summary>
internal sealed class SynchronousProgress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
