using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SobolevNet.Tests;

/// <summary>Runs a task of tests/SobolevNet.Child in a process of its own.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a task to its end.</summary>
    /// <param name="heapBytes">What its garbage-collected heap may hold at most.</param>
    /// <param name="arguments">The task and its arguments.</param>
    /// <returns>The exit code, and what was written to the output and error streams.</returns>
    public static (int ExitCode, string Output) Run(long heapBytes, params string[] arguments)
    {
        // The runtime lies in shared/Microsoft.NETCore.App/version below the folder of the host.
        string host = Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var start = new ProcessStartInfo(
            Path.GetFullPath(host), ["exec", Path.Combine(AppContext.BaseDirectory, "SobolevNet.Child.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{heapBytes:x}";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEndAsync();
        var errors = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(Patience))
        {
            child.Kill();
            throw new TimeoutException($"{string.Join(' ', arguments)} had not ended after {Patience.TotalSeconds} s.");
        }

        child.WaitForExit();
        return (child.ExitCode, output.Result + errors.Result);
    }
}
