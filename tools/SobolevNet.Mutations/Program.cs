using System.CommandLine;
using System.Diagnostics;
using SobolevNet.Mutations;

// Applies small mutations to the library, one at a time, runs the tests against each, and reports which no test notices.
if (args is [TestRunner.Command, var plan])
{
    return TestRunner.Run(plan);
}

var count = new Option<int>("--count") { Description = "Mutations to try.", DefaultValueFactory = _ => 150 };
var seed = new Option<int>("--seed") { Description = "Chooses the mutations.", DefaultValueFactory = _ => 1 };
var under = new Option<string>("--under") { Description = "Only files whose name starts so, for instance Training/.", DefaultValueFactory = _ => "" };
var except = new Option<string>("--except") { Description = "No files whose name starts so.", DefaultValueFactory = _ => "" };
var workers = new Option<int>("--workers") { Description = "Mutations that are tried at a time.", DefaultValueFactory = _ => 1 };
var timeout = new Option<int>("--timeout") { Description = "Seconds that the tests of a mutation may take.", DefaultValueFactory = _ => 1800 };
var retry = new Option<bool>("--retry") { Description = "Tries those again that survived before." };
var near = new Option<bool>("--near") { Description = "Runs the tests near a mutation only, without measuring first which reach it: a first look." };
var unreached = new Option<bool>("--unreached") { Description = "Only lists all mutations that make no difference in any test." };
var list = new Option<bool>("--list") { Description = "Only lists the mutations." };
var command = new RootCommand("Mutation test of src/SobolevNet.") { count, seed, under, except, workers, timeout, retry, near, unreached, list };
command.SetAction(parsed => Run(
    parsed.GetValue(count), new MutationDraw(parsed.GetValue(seed), parsed.GetValue(under)!, parsed.GetValue(except)!), parsed.GetValue(workers),
    TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(retry), parsed.GetValue(near), parsed.GetValue(unreached), parsed.GetValue(list)));
return command.Parse(args).Invoke();

static int Run(int count, MutationDraw draw, int workers, TimeSpan timeout, bool retry, bool near, bool unreachedOnly, bool listOnly)
{
    string root = Directory.GetCurrentDirectory();
    var compiler = new LibraryCompiler(Path.Combine(root, "src", "SobolevNet"));
    var chosen = draw.Choose(compiler, count);
    if (listOnly)
    {
        chosen.Take(count).ToList().ForEach(Console.WriteLine);
        return 0;
    }

    string folder = Directory.CreateDirectory(Path.Combine(root, "artifacts", "mutations")).FullName;
    string tests = Path.Combine(root, "tests", "SobolevNet.Tests");
    TestBench[] benches = [.. Enumerable.Range(0, workers).Select(worker =>
        new TestBench(Path.Combine(tests, "bin", "Release", "net10.0"), Path.Combine(folder, $"bench-{worker}"), timeout))];
    var map = new CoverageMap(Path.Combine(folder, "coverage.json"), tests, compiler);
    if (!near)
    {
        Measure(compiler, map, benches[0]);
    }

    if (unreachedOnly)
    {
        map.Missing.ToList().ForEach(test => Console.WriteLine($"Not measured: {test.Name}"));
        compiler.Mutations.Where(mutation => draw.Includes(mutation) && map.IsUnreached(mutation)).ToList().ForEach(Console.WriteLine);
        return 0;
    }

    var log = new MutationLog(Path.Combine(folder, $"{draw.Name}-{count}.log"), retry);
    var queue = new Queue<Mutation>(chosen.Where(mutation => !log.Has(mutation)));
    int left = count - log.Tried(chosen).Count();
    var clock = Stopwatch.StartNew();
    Parallel.ForEach(benches, new ParallelOptions { MaxDegreeOfParallelism = workers }, bench =>
    {
        while (Next() is { } mutation)
        {
            bool compiles = compiler.TryEmit(mutation, bench.Library);
            var classes = map.Reaching(mutation);
            var (outcome, by) = compiles ? bench.Try(classes, map.AddTime) : (Outcome.DoesNotCompile, "");
            lock (queue)
            {
                log.Add(mutation, outcome, by);
                left += compiles ? 0 : 1;
                Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss} {outcome}: {mutation}{(by.Length > 0 ? $" by {by}" : outcome == Outcome.Survived ? $" ({classes.Count} classes)" : "")}");
            }
        }
    });

    var tried = log.Tried(chosen).ToList();
    var survivors = tried.Where(result => result.Outcome == Outcome.Survived).Select(result => result.Mutation.ToString()).Order(StringComparer.Ordinal).ToList();
    Console.WriteLine(
        $"{tried.Count} mutations by {draw.Name}: {tried.Count - survivors.Count} noticed ({100.0 * (tried.Count - survivors.Count) / Math.Max(1, tried.Count):F1} %), {survivors.Count} not:");
    survivors.ForEach(survivor => Console.WriteLine($"  {survivor}"));
    return 0;

    Mutation? Next()
    {
        lock (queue)
        {
            return left-- > 0 && queue.TryDequeue(out var next) ? next : null;
        }
    }
}

// Shows which classes of tests reach which mutations. Classes that fail without any mutation would notice everything and are left out.
static void Measure(LibraryCompiler compiler, CoverageMap map, TestBench bench)
{
    if (map.Missing is not { Count: > 0 } missing)
    {
        return;
    }

    Console.WriteLine($"Measuring what {missing.Count} classes of tests reach ...");
    compiler.EmitProbes(bench.Library);
    var failed = new List<ClassCoverage>();

    // In parts, since each process runs static initializers anew.
    foreach (var part in missing.Chunk(8))
    {
        // A class that ends its process is not measured; the others of its part are measured in a new process.
        for (int first = 0; first < part.Length; first++)
        {
            first += bench.Measure(part[first..], compiler.Probes.Count, (coverage, passed) => (passed ? map.Add : (Action<ClassCoverage>)failed.Add)(coverage));
        }
    }

    // With probes tests may fail because they take longer or more memory.
    compiler.Emit(bench.Library);
    foreach (var coverage in failed)
    {
        var (outcome, by) = bench.Try([new TestClass(coverage.Name, coverage.Seconds)], map.AddTime);
        if (outcome != Outcome.Survived)
        {
            Console.WriteLine($"Left out, since it fails without any mutation: {by}");
        }

        map.Add(outcome == Outcome.Survived ? coverage : coverage with { Mutations = [] });
    }

    Console.WriteLine($"All tests take {map.AllSeconds:F0} s of processor time.");
}
