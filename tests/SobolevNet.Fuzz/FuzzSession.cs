using System.Diagnostics;
using System.Globalization;

namespace SobolevNet.Fuzz;

/// <summary>Lets readers read damaged files, and notes those that fail.</summary>
internal sealed class FuzzSession : IDisposable
{
    /// <summary>Bytes that a reader may allocate for any file, and for each byte of it.</summary>
    private const long AllocatedAtLeast = 64L << 20;
    private const long AllocatedForAByte = 64;

    /// <summary>Failures after which the rest is not worth the time.</summary>
    private const int MaxFailures = 10;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(30);

    private readonly FuzzTarget[] _targets;
    private readonly string _folder;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"sobolevnet-fuzz-{Environment.ProcessId}");
    private readonly Timer _watch;
    private string _current = "";
    private long _started;
    private int _failures;

    public FuzzSession(FuzzTarget[] targets, string folder)
    {
        _targets = targets;
        _folder = folder;
        _watch = new Timer(_ => StopIfHung(), null, Hung, TimeSpan.FromSeconds(1));
    }

    /// <summary>Runs for some time; true if nothing failed.</summary>
    public bool Run(TimeSpan time, ulong seed)
    {
        var counts = new (int Read, int Refused)[_targets.Length];
        var clock = Stopwatch.StartNew();
        for (ulong k = 0; clock.Elapsed < time && _failures < MaxFailures; k++)
        {
            int t = (int)(k % (ulong)_targets.Length);
            bool read = RunOne(_targets[t], unchecked((seed * 0x9E3779B97F4A7C15UL) + (k / (ulong)_targets.Length)));
            counts[t] = read ? (counts[t].Read + 1, counts[t].Refused) : (counts[t].Read, counts[t].Refused + 1);
        }

        for (int t = 0; t < _targets.Length; t++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_targets[t].Name,-12} {counts[t].Read,8} read {counts[t].Refused,8} refused"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_failures} failures in {clock.Elapsed.TotalSeconds:F0} s, seed {seed}"));
        return _failures == 0;
    }

    public void Dispose()
    {
        _watch.Dispose();
        File.Delete(_file);
    }

    private bool RunOne(FuzzTarget target, ulong seed)
    {
        byte[] bytes = target.Damaged(seed);
        File.WriteAllBytes(_file, bytes);
        _current = $"{target.Name}-{seed:x16}";
        Volatile.Write(ref _started, Stopwatch.GetTimestamp());
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        bool read = false;
        try
        {
            target.Read(_file);
            read = true;
        }
        catch (InvalidDataException)
        {
        }
        catch (Exception fault)
        {
            Fail(fault.ToString());
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > AllocatedAtLeast + (AllocatedForAByte * bytes.Length))
        {
            Fail($"{bytes.Length} bytes made it allocate {allocated}.");
        }

        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (elapsed > Slow)
        {
            Fail($"It took {elapsed.TotalSeconds:F1} s.");
        }

        return read;
    }

    private void Fail(string what)
    {
        _failures++;
        string kept = Path.Combine(_folder, _current);
        File.Copy(_file, kept, overwrite: true);
        Console.WriteLine($"FAILED, file kept as {kept}:\n{what}");
    }

    /// <summary>A reader that does not come back cannot be stopped, so the process ends.</summary>
    private void StopIfHung()
    {
        if (Volatile.Read(ref _started) != 0 && Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) > Hung)
        {
            Fail($"It had not ended after {Hung.TotalSeconds} s.");
            Environment.Exit(1);
        }
    }
}
