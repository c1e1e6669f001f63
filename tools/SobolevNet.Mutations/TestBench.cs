using System.Diagnostics;

namespace SobolevNet.Mutations;

/// <summary>What became of a mutation.</summary>
internal enum Outcome
{
    /// <summary>A test failed, or the test process died.</summary>
    Killed,

    /// <summary>The tests did not end in time, which counts as noticed.</summary>
    TimedOut,

    /// <summary>All tests passed.</summary>
    Survived,
}

/// <summary>A copy of the built tests in which the library is exchanged, and which stops at the first failure.</summary>
internal sealed class TestBench
{
    /// <summary>Where the tests of a concept are, in the order that they are tried; afterwards come all others.</summary>
    private static readonly Dictionary<string, string[]> Folders = new()
    {
        ["Jets"] = ["Jets", "Networks", "Data"],
        ["Parallel"] = ["Parallel", "Training"],
        ["Randomness"] = ["Randomness", "Data", "Rendering"],
        ["Kernels/Polygons"] = ["Rendering", "Kernels"],
        ["Kernels"] = ["Kernels", "Networks", "Training"],
    };

    private readonly string _folder;
    private readonly TimeSpan _timeout;

    public TestBench(string tests, string folder, TimeSpan timeout)
    {
        (_folder, _timeout) = (folder, timeout);
        foreach (string path in Directory.EnumerateFiles(tests, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(tests, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target, overwrite: true);
        }

        File.WriteAllText(Path.Combine(folder, "xunit.runner.json"), """{ "stopOnFail": true }""");
        foreach (string symbols in Directory.EnumerateFiles(folder, "SobolevNet.pdb"))
        {
            File.Delete(symbols);
        }
    }

    /// <summary>The library that the tests load.</summary>
    public string Library => Path.Combine(_folder, "SobolevNet.dll");

    /// <summary>Whether the tests that mutations are tried with pass without one; if not, they would notice everything.</summary>
    public bool IsSound(IEnumerable<Mutation> mutations, bool near)
    {
        var folders = mutations.SelectMany(First).Distinct();
        return Run(near ? Named(folders) : "FullyQualifiedName~SobolevNet.Tests.") == Outcome.Survived;
    }

    /// <summary>Runs the tests of the mutated concept, and if they pass all others, unless only the near ones are wanted.</summary>
    public Outcome Try(Mutation mutation, bool near)
    {
        string[] first = First(mutation);
        var outcome = Run(Named(first));
        return near || outcome != Outcome.Survived ? outcome : Run(string.Join('&', first.Select(folder => $"FullyQualifiedName!~SobolevNet.Tests.{folder}.")));
    }

    /// <summary>Runs the tests that pass a filter of <c>dotnet test</c>.</summary>
    public Outcome Run(string filter)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (string argument in new[] { "test", Path.Combine(_folder, "SobolevNet.Tests.dll"), "--nologo", "--filter", filter })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(_timeout))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return Outcome.TimedOut;
        }

        return process.ExitCode == 0 ? Outcome.Survived : Outcome.Killed;
    }

    private static string[] First(Mutation mutation) =>
        Folders.TryGetValue(mutation.Folder, out var of) || Folders.TryGetValue(mutation.Concept, out of) ? of : [mutation.Concept];

    private static string Named(IEnumerable<string> folders) => string.Join('|', folders.Select(folder => $"FullyQualifiedName~SobolevNet.Tests.{folder}."));
}
