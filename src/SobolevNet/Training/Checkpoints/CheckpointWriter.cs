using System.Numerics;

namespace SobolevNet;

/// <summary>Writes the checkpoints of a training: as often as the options say, and when asked.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="options">Where and how often; null for never.</param>
/// <param name="fingerprint">Which training it is; null only without options.</param>
/// <param name="state">The training.</param>
/// <param name="course">Its time.</param>
internal sealed class CheckpointWriter<T>(
    CheckpointOptions? options, TrainingFingerprint? fingerprint, TrainingState<T> state, TrainingCourse<T> course)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private TimeSpan _last;

    /// <summary>The full path of the checkpoint; null without options. The current directory may change while training goes on.</summary>
    public string? Path { get; } = options is null ? null : System.IO.Path.GetFullPath(options.Path);

    /// <summary>Writes a checkpoint if the last one is old enough.</summary>
    /// <exception cref="IOException">The file cannot be written; the old one stays.</exception>
    public void AfterStep()
    {
        if (options is not null && course.Elapsed - _last >= options.Every)
        {
            Write();
        }
    }

    /// <summary>Writes a checkpoint if the options name one and the training can go on from the state.</summary>
    /// <returns>The path of the checkpoint; null if none was written.</returns>
    /// <exception cref="IOException">The file cannot be written; the old one stays.</exception>
    public string? Write()
    {
        if (Path is null || !CheckpointFile.CanHold(state))
        {
            return null;
        }

        CheckpointFile.Save(state, fingerprint!, Path, course.Seconds);
        _last = course.Elapsed;
        return Path;
    }
}
