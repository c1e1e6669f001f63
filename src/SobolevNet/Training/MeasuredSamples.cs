using System.Diagnostics;

namespace SobolevNet;

/// <summary>Samples that a network is measured on again and again.</summary>
/// <remarks>
/// Where time is limited, the first measurement takes as many as it has time for, chosen at random; later ones take the same, so that figures can be compared with each other.
/// </remarks>
/// <param name="samples">The numbers of the samples; shuffled where time is limited.</param>
internal sealed class MeasuredSamples(long[] samples)
{
    private MeasuringTime _time;
    private bool _isLimited;
    private bool _isCounted;
    private long _begun;
    private int _part;

    /// <summary>The numbers of the samples; the first <see cref="Count"/> are measured.</summary>
    public long[] Numbers => samples;

    /// <summary>Samples measured; final after the first measurement.</summary>
    public int Count { get; private set; } = samples.Length;

    /// <summary>Begins a measurement.</summary>
    /// <param name="time">Ends it.</param>
    public void Begin(MeasuringTime time)
    {
        (_time, _isLimited, _begun) = (time, time.IsLimited && !_isCounted, Stopwatch.GetTimestamp());
        if (_isLimited)
        {
            SourceSurvey.Shuffle(samples);
        }
    }

    /// <summary>How many samples to measure next; 0 at the end.</summary>
    /// <param name="done">Samples measured since the beginning.</param>
    /// <param name="most">The most that are taken at once.</param>
    /// <exception cref="OperationCanceledException">The measurement was canceled.</exception>
    public int Next(int done, int most)
    {
        _time.ThrowIfCanceled();
        if (_isLimited)
        {
            double speed = done / Stopwatch.GetElapsedTime(_begun).TotalSeconds;
            _part = done == 0 ? Math.Min(SourceSurvey.Block, most) : (int)Math.Min(most, Math.Min(2.0 * _part, speed * _time.SecondsLeft));
            (Count, most) = (_part < 1 ? done : Count, _part);
        }

        int count = Math.Min(most, Count - done);
        _isCounted |= count <= 0;
        return Math.Max(0, count);
    }
}
