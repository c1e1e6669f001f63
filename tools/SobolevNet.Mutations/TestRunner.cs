using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Reflection;
using System.Text.Json;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace SobolevNet.Mutations;

/// <summary>Runs test classes in this process, one after another, in the order given, to the first failure. A bench starts it in its folder.</summary>
/// <remarks>
/// A class that takes much more processor time than it did without a mutation does not end, and neither does one that takes none for long. Wall-clock
/// time says nothing where other programs load the machine.
/// </remarks>
internal static class TestRunner
{
    public const string Command = "run-tests";

    private const double CpuFactor = 5;
    private const double CpuSeconds = 20;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(120);

    /// <summary>Runs what a file asks for.</summary>
    /// <param name="plan">The file, which holds a <see cref="TestPlan"/> in JSON.</param>
    /// <returns>The exit code: an <see cref="Outcome"/>. The failed tests are written to the output.</returns>
    public static int Run(string plan)
    {
        RunAll(JsonSerializer.Deserialize<TestPlan>(File.ReadAllText(plan))!);
        return 0;
    }

    private static void RunAll(TestPlan plan)
    {
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "SobolevNet.Tests.dll"));
        using var framework = new XunitTestFramework(new Sink(stopOnFail: false));
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        using var executor = framework.GetExecutor(assembly.GetName());
        var options = new Options();
        using var watch = new Timer(_ => ExitIfStuck(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        bool failed = false;
        foreach (var test in plan.Classes)
        {
            double cpu = Cpu();
            (_cpuLimit, _current) = (cpu + (CpuFactor * test.Seconds) + CpuSeconds, test.Name);
            var found = new Sink(stopOnFail: false);
            discoverer.Find(test.Name, includeSourceInformation: false, found, options);
            found.Done.Wait();
            var run = new Sink(stopOnFail: plan.Hits is null);
            executor.RunTests(found.Cases, run, options);
            run.Done.Wait();
            foreach (string failure in run.Failures)
            {
                Console.WriteLine($"{TestPlan.FailedMark}{failure}");
            }

            failed |= run.Failures.Count > 0;
            int[] reached = plan.Hits is null ? [] : TakeHits(plan.Hits);
            Console.WriteLine(TestPlan.CoverageMark + JsonSerializer.Serialize(new ClassCoverage(test.Name, Cpu() - cpu, reached)));
            if (failed && plan.Hits is null)
            {
                break;
            }
        }

        Console.Out.Flush();
        Environment.Exit((int)(failed ? Outcome.Killed : Outcome.Survived));
    }

    private static double _cpuLimit = double.PositiveInfinity;
    private static string _current = "";
    private static double _lastCpu;
    private static long _lastProgress = Stopwatch.GetTimestamp();

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static void ExitIfStuck()
    {
        double cpu = Cpu();
        if (cpu > _lastCpu + 0.5)
        {
            (_lastCpu, _lastProgress) = (cpu, Stopwatch.GetTimestamp());
        }

        if (cpu > _cpuLimit || Stopwatch.GetElapsedTime(_lastProgress) > Idle)
        {
            Console.WriteLine($"{TestPlan.FailedMark}{_current} does not end");
            Console.Out.Flush();
            Environment.Exit((int)Outcome.TimedOut);
        }
    }

    private static int[] TakeHits(string path)
    {
        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        using var view = map.CreateViewAccessor();
        var reached = new List<int>();
        for (int mutation = 0; mutation < view.Capacity; mutation++)
        {
            if (view.ReadByte(mutation) != 0)
            {
                reached.Add(mutation);
                view.Write(mutation, (byte)0);
            }
        }

        return [.. reached];
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new()
        {
            ["xunit.discovery.PreEnumerateTheories"] = false, ["xunit.execution.DisableParallelization"] = true,
        };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }

    private sealed class Sink(bool stopOnFail) : IMessageSink
    {
        public List<ITestCase> Cases { get; } = [];

        public List<string> Failures { get; } = [];

        public ManualResetEventSlim Done { get; } = new();

        public bool OnMessage(IMessageSinkMessage message)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found:
                    Cases.Add(found.TestCase);
                    break;
                case ITestFailed failed:
                    Failures.Add(failed.Test.DisplayName);
                    break;
                case IErrorMessage error:
                    Failures.Add(error.Messages.FirstOrDefault() ?? "error");
                    break;
                case IDiscoveryCompleteMessage or ITestAssemblyFinished:
                    Done.Set();
                    break;
            }

            return !stopOnFail || Failures.Count == 0;
        }
    }
}

/// <summary>Test classes to run, in this order.</summary>
/// <param name="Classes">The classes.</param>
/// <param name="Hits">The file in which probes note mutations that make a difference; null to run to the first failure.</param>
internal sealed record TestPlan(TestClass[] Classes, string? Hits)
{
    public const string FailedMark = "FAILED ";
    public const string CoverageMark = "COVERAGE ";
}

/// <summary>A class of tests.</summary>
/// <param name="Name">With its namespace.</param>
/// <param name="Seconds">Processor time that it takes.</param>
internal sealed record TestClass(string Name, double Seconds);

/// <summary>Which mutations make a difference in a class of tests.</summary>
/// <param name="Name">With its namespace.</param>
/// <param name="Seconds">Processor time that it took.</param>
/// <param name="Mutations">Their numbers.</param>
internal sealed record ClassCoverage(string Name, double Seconds, int[] Mutations);
