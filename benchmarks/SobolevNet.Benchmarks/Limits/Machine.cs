using System.Numerics;
using SobolevNet.Kernels;

namespace SobolevNet.Benchmarks.Limits;

/// <summary>What the machine can do, measured in this process.</summary>
internal sealed class Machine : IDisposable
{
    private readonly Dictionary<(int Threads, Type Type), double> _peaks = [];

    public Machine()
    {
        Cores = Environment.ProcessorCount;
        One = new Clock(1);
        All = Cores > 1 ? new Clock(Cores) : One;
        Clocks = Cores > 1 ? [One, All] : [One];
        foreach (var clock in Clocks)
        {
            _peaks[(clock.Threads, typeof(float))] = clock.Peak<float>();
            _peaks[(clock.Threads, typeof(double))] = clock.Peak<double>();
        }
    }

    public int Cores { get; }

    /// <summary>Times work on one thread.</summary>
    public Clock One { get; }

    /// <summary>Times work on all cores.</summary>
    public Clock All { get; }

    /// <summary>Both, or the one if they are the same.</summary>
    public IReadOnlyList<Clock> Clocks { get; }

    /// <summary>The FMA peak of the threads of a clock together, flop a second.</summary>
    public double Peak<T>(Clock clock) => _peaks[(clock.Threads, typeof(T))];

    /// <summary>A row for work that arithmetic binds.</summary>
    public LimitRow OfPeak<T>(Clock clock, string name, double share, double target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double peak = Peak<T>(clock) * 1e-9;
        return new LimitRow(
            $"{name}, {Label<T>(clock)}", share * peak, "GFLOP/s", peak, share, target, "FMA peak");
    }

    /// <summary>Bytes a second of reading a piece of memory from front to back, again and again.</summary>
    public static double ReadRate(int bytes)
    {
        float[] memory = Written(bytes / sizeof(float));
        int passes = Math.Max(1, 32_000_000 / bytes);
        double sum = 0;
        double seconds = Clock.Best(
            () =>
            {
                for (int pass = 0; pass < passes; pass++)
                {
                    sum += MemoryKernel.Read(memory);
                }
            },
            8);
        return sum > 0 ? (double)passes * bytes / seconds : throw new InvalidOperationException("Ones do not add up.");
    }

    /// <summary>Bytes a second, read and written together, of copying inside a working set of so many bytes.</summary>
    public static double CopyRate(int bytes)
    {
        float[] from = Written(bytes / 2 / sizeof(float));
        float[] to = Written(from.Length);
        int passes = Math.Max(1, 32_000_000 / bytes);
        double seconds = Clock.Best(
            () =>
            {
                for (int pass = 0; pass < passes; pass++)
                {
                    from.AsSpan().CopyTo(to);
                }
            },
            8);
        return (double)passes * bytes / seconds;
    }

    /// <summary>The rows that describe the machine.</summary>
    public IEnumerable<LimitRow> Rows()
    {
        foreach (var clock in Clocks)
        {
            yield return new LimitRow($"FMA peak, {Label<float>(clock)}", Peak<float>(clock) * 1e-9, "GFLOP/s", Bound: WidthName);
            yield return new LimitRow($"FMA peak, {Label<double>(clock)}", Peak<double>(clock) * 1e-9, "GFLOP/s", Bound: WidthName);
        }

        foreach (int bytes in new[] { 24 << 10, 512 << 10, 6 << 20, 128 << 20 })
        {
            string size = bytes < 1 << 20 ? $"{bytes >> 10} KB" : $"{bytes >> 20} MB";
            yield return new LimitRow($"Read {size}, 1 thread", ReadRate(bytes) * 1e-9, "GB/s");
            yield return new LimitRow($"Copy inside {size}, 1 thread", CopyRate(bytes) * 1e-9, "GB/s");
        }
    }

    public void Dispose()
    {
        if (All != One)
        {
            All.Dispose();
        }

        One.Dispose();
    }

    /// <summary>Memory that has been written to: fresh pages would all be the same page of zeros.</summary>
    private static float[] Written(int length)
    {
        var memory = new float[length];
        memory.AsSpan().Fill(1);
        return memory;
    }

    private static string WidthName => VectorWidths.Current == VectorWidth.Scalar ? "scalar" : $"{(int)VectorWidths.Current} bits";

    private static string Label<T>(Clock clock) =>
        $"{(typeof(T) == typeof(float) ? "float" : "double")}, {clock.Threads} thread{(clock.Threads == 1 ? "" : "s")}";
}
