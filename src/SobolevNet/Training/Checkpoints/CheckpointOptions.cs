namespace SobolevNet;

/// <summary>Where and how often training writes what it needs to go on later.</summary>
public sealed record CheckpointOptions
{
    private readonly TimeSpan _every = TimeSpan.FromMinutes(1);

    /// <summary>Names the file.</summary>
    /// <param name="path">The checkpoint file; replaced each time, in one step. Its folder must exist when training starts.</param>
    /// <exception cref="ArgumentException">The path is blank.</exception>
    public CheckpointOptions(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = path;
    }

    /// <summary>The checkpoint file.</summary>
    public string Path { get; }

    /// <summary>
    /// Least time between two checkpoints, at least 0; <see cref="TimeSpan.MaxValue"/> for none in between. One is also written at the
    /// end and when training is canceled.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of that range.</exception>
    public TimeSpan Every
    {
        get => _every;
        init => _every = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Every), value, "The time between two checkpoints is at least 0.");
    }
}
