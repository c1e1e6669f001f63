using System.CommandLine;
using System.Diagnostics;
using SobolevNet.Mutations;

// Applies small mutations to the library, one at a time, runs the tests against each, and reports which no test notices.
var count = new Option<int>("--count") { Description = "Mutations to try.", DefaultValueFactory = _ => 150 };
var seed = new Option<int>("--seed") { Description = "Chooses the mutations.", DefaultValueFactory = _ => 1 };
var under = new Option<string>("--under") { Description = "Only files whose name starts so, for instance Training/.", DefaultValueFactory = _ => "" };
var workers = new Option<int>("--workers") { Description = "Mutations that are tried at a time.", DefaultValueFactory = _ => 1 };
var timeout = new Option<int>("--timeout") { Description = "Seconds that a run of tests may take.", DefaultValueFactory = _ => 300 };
var near = new Option<bool>("--near") { Description = "Runs the tests of the mutated folder only." };
var list = new Option<bool>("--list") { Description = "Only lists the mutations." };
var command = new RootCommand("Mutation test of src/SobolevNet.") { count, seed, under, workers, timeout, near, list };
command.SetAction(parsed => Run(
    parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(under)!, parsed.GetValue(workers), TimeSpan.FromSeconds(parsed.GetValue(timeout)),
    parsed.GetValue(near), parsed.GetValue(list)));
return command.Parse(args).Invoke();

static int Run(int count, int seed, string under, int workers, TimeSpan timeout, bool near, bool listOnly)
{
    string root = Directory.GetCurrentDirectory();
    var compiler = new LibraryCompiler(Path.Combine(root, "src", "SobolevNet"));
    var chosen = Choose(compiler, count, seed, under);
    if (listOnly)
    {
        foreach (var mutation in chosen)
        {
            Console.WriteLine($"{mutation.File}:{mutation.Line} {mutation.Kind}: {mutation.Before} -> {mutation.After}");
        }

        return 0;
    }

    string folder = Path.Combine(root, "artifacts", "mutations");
    var results = new List<(Mutation Mutation, Outcome Outcome)>();
    var queue = new Queue<Mutation>(chosen);
    var clock = Stopwatch.StartNew();
    string tests = Path.Combine(root, "tests", "SobolevNet.Tests", "bin", "Release", "net10.0");
    if (!new TestBench(tests, Path.Combine(folder, "bench-0"), timeout).IsSound(chosen, near))
    {
        Console.Error.WriteLine("The tests fail, or do not end in time, without any mutation.");
        return 1;
    }

    Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
    {
        var bench = new TestBench(tests, Path.Combine(folder, $"bench-{worker}"), timeout);
        while (Next() is { } mutation)
        {
            if (!compiler.TryEmit(mutation, bench.Library))
            {
                continue;
            }

            var outcome = bench.Try(mutation, near);
            lock (results)
            {
                results.Add((mutation, outcome));
                Console.WriteLine(
                    $"{clock.Elapsed:hh\\:mm\\:ss} {results.Count} {outcome}: {mutation.File}:{mutation.Line} {mutation.Kind}: {mutation.Before} -> {mutation.After}");
            }
        }
    });

    int survived = results.Count(result => result.Outcome == Outcome.Survived);
    Console.WriteLine($"{results.Count} mutations by seed {seed}: {results.Count - survived} noticed ({100.0 * (results.Count - survived) / Math.Max(1, results.Count):F1} %), {survived} not:");
    foreach (var (mutation, _) in results.Where(result => result.Outcome == Outcome.Survived).OrderBy(result => result.Mutation.File, StringComparer.Ordinal))
    {
        Console.WriteLine($"  {mutation.File}:{mutation.Line} {mutation.Kind}: {mutation.Before} -> {mutation.After}");
    }

    return 0;

    Mutation? Next()
    {
        lock (queue)
        {
            return queue.TryDequeue(out var next) ? next : null;
        }
    }
}

// Every folder is asked for its share of all that can be mutated, at least a few, drawn by the seed.
static List<Mutation> Choose(LibraryCompiler compiler, int count, int seed, string under)
{
    const int LeastOfAFolder = 3;
    var random = new Random(seed);
    var all = new List<Mutation>();
    foreach (var (name, tree) in compiler.Trees.Where(file => file.Name.StartsWith(under, StringComparison.Ordinal)))
    {
        var finder = new MutationFinder(name);
        finder.Visit(tree.GetRoot());
        all.AddRange(finder.Found);
    }

    var chosen = new List<Mutation>();
    foreach (var folder in all.GroupBy(mutation => mutation.Folder).OrderBy(group => group.Key, StringComparer.Ordinal))
    {
        var candidates = folder.ToArray();
        random.Shuffle(candidates);
        int share = Math.Max(LeastOfAFolder, (int)Math.Round((double)count * candidates.Length / all.Count));
        chosen.AddRange(candidates.Take(share));
    }

    var order = chosen.ToArray();
    random.Shuffle(order);
    return [.. order.Take(count)];
}
