using System.Diagnostics;
using System.Text.Json;

namespace SobolevNet.Mutations;

/// <summary>What became of a mutation.</summary>
internal enum Outcome
{
    /// <summary>All tests passed.</summary>
    Survived = 10,

    /// <summary>A test failed, or the test process died.</summary>
    Killed = 11,

    /// <summary>The tests did not end in time, which counts as noticed.</summary>
    TimedOut = 12,

    /// <summary>The compiler refused it.</summary>
    DoesNotCompile = 13,
}

/// <summary>A copy of the built tests in which the library is exchanged.</summary>
internal sealed class TestBench
{
    /// <summary>What a mutation may make the tests allocate before they die.</summary>
    private const string HeapLimit = "0x140000000";

    private readonly string _folder;
    private readonly TimeSpan _timeout;

    /// <param name="tests">The folder with the built tests.</param>
    /// <param name="folder">Where the copy goes.</param>
    /// <param name="timeout">What a run of tests may take.</param>
    public TestBench(string tests, string folder, TimeSpan timeout)
    {
        (_folder, _timeout) = (folder, timeout);
        foreach (string path in Directory.EnumerateFiles(tests, "*", SearchOption.AllDirectories))
        {
            Copy(path, Path.Combine(folder, Path.GetRelativePath(tests, path)));
        }

        foreach (string symbols in Directory.EnumerateFiles(folder, "SobolevNet.pdb"))
        {
            File.Delete(symbols);
        }

        const string Runner = "SobolevNet.Mutations.dll";
        Copy(Path.Combine(AppContext.BaseDirectory, Runner), Path.Combine(folder, Runner));
    }

    /// <summary>The library that the tests load.</summary>
    public string Library => Path.Combine(_folder, "SobolevNet.dll");

    /// <summary>Runs classes of tests to the first failure.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="passed">Receives the classes that passed, and their processor time.</param>
    /// <returns>What became of them, and the test that failed.</returns>
    public (Outcome Outcome, string By) Try(IEnumerable<TestClass> classes, Action<string, double> passed)
    {
        string by = "";
        int code = Run(new TestPlan([.. classes], null), line =>
        {
            if (line.StartsWith(TestPlan.FailedMark, StringComparison.Ordinal))
            {
                by = line[TestPlan.FailedMark.Length..];
            }
            else if (by.Length == 0 && Coverage(line) is { } coverage)
            {
                passed(coverage.Name, coverage.Seconds);
            }
        });
        return code switch
        {
            (int)Outcome.Survived => (Outcome.Survived, ""),
            (int)Outcome.TimedOut => (Outcome.TimedOut, by),
            _ => (Outcome.Killed, by.Length == 0 ? $"exit code {code}" : by),
        };
    }

    /// <summary>Runs classes of tests with a library that has probes.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="mutations">How many mutations there are.</param>
    /// <param name="report">Receives what each class reaches, and whether its tests passed.</param>
    /// <returns>How many classes were run; fewer than all if one ended the process.</returns>
    public int Measure(IEnumerable<TestClass> classes, int mutations, Action<ClassCoverage, bool> report)
    {
        string hits = Path.Combine(_folder, "hits");
        File.WriteAllBytes(hits, new byte[mutations]);
        bool passed = true;
        int count = 0;
        Run(new TestPlan([.. classes], hits), line =>
        {
            if (line.StartsWith(TestPlan.FailedMark, StringComparison.Ordinal))
            {
                passed = false;
            }
            else if (Coverage(line) is { } coverage)
            {
                report(coverage, passed);
                (passed, count) = (true, count + 1);
            }
        });
        return count;
    }

    private static ClassCoverage? Coverage(string line) =>
        line.StartsWith(TestPlan.CoverageMark, StringComparison.Ordinal) ? JsonSerializer.Deserialize<ClassCoverage>(line[TestPlan.CoverageMark.Length..]) : null;

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }

    private int Run(TestPlan plan, Action<string> onLine)
    {
        string file = Path.Combine(_folder, "plan.json");
        File.WriteAllText(file, JsonSerializer.Serialize(plan));
        string Of(string name) => Path.Combine(_folder, name);
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        };
        foreach (string argument in new[]
                 {
                     "exec", "--depsfile", Of("SobolevNet.Tests.deps.json"), "--runtimeconfig", Of("SobolevNet.Tests.runtimeconfig.json"),
                     Of("SobolevNet.Mutations.dll"), TestRunner.Command, file,
                 })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        if (plan.Hits is not null)
        {
            start.Environment[MutationProbes.Variable] = plan.Hits;
        }

        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                onLine(line.Data);
            }
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (plan.Hits is null && !process.WaitForExit(_timeout))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return (int)Outcome.TimedOut;
        }

        process.WaitForExit();
        return process.ExitCode;
    }
}
