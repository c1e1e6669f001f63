using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SobolevNet.Experiments.Reporting;

/// <summary>The machine and the software that figures were measured with.</summary>
internal sealed record MachineReport
{
    public required string Version { get; init; }

    public required string Runtime { get; init; }

    public required string System { get; init; }

    public required int Cores { get; init; }

    /// <summary>Width of the widest vector registers in bits.</summary>
    public required int VectorBits { get; init; }

    public static MachineReport Current() => new()
    {
        Version = typeof(SobolevTrainingOptions).Assembly.GetName().Version?.ToString(3) ?? "unknown",
        Runtime = RuntimeInformation.FrameworkDescription,
        System = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        Cores = Environment.ProcessorCount,
        VectorBits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64,
    };

    /// <summary>The last sentence of a report: what measured it, and when it was begun.</summary>
    /// <param name="started">When the experiment was begun, UTC.</param>
    public string Line(DateTime started) => string.Create(
        CultureInfo.InvariantCulture, $"SobolevNet {Version}, {Runtime}, {System}, {Cores} cores, vectors of {VectorBits} bits; begun {started:yyyy-MM-dd HH:mm} UTC.");
}
