using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>
/// Seconds that the calling thread has run: on a machine with other work, the time that a thread waited for a core says
/// nothing about the code. Elsewhere than on Linux, the time on the wall.
/// </summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3;

    public static double Now
    {
        get
        {
            if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && ClockGetTime(ThreadClock, out var time) == 0)
            {
                return time.Seconds + (1e-9 * time.Nanoseconds);
            }

            return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
