namespace SobolevNet.Experiments.Workflow;

/// <summary>What the threads of an experiment do.</summary>
/// <param name="Help">The help of --threads.</param>
/// <param name="ChangesOutcome">Whether the results depend on their number; then they cannot be changed when an experiment is resumed.</param>
internal sealed record ThreadUse(string Help, bool ChangesOutcome)
{
    /// <summary>All threads work on one training.</summary>
    public static ThreadUse OneTraining { get; } = new("Threads; 0 for all cores. The outcome is the same for any number.", false);

    /// <summary>Each thread does a training of its own.</summary>
    public static ThreadUse SeveralTrainings { get; } =
        new("Networks trained at a time; 0 for one for each core. The outcome is the same for any number.", false);

    /// <summary>All threads work on a training that ends after a given time.</summary>
    public static ThreadUse TimedTraining { get; } = new("Threads; 0 for all cores.", true);
}
