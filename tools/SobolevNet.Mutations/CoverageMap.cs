using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SobolevNet.Mutations;

/// <summary>In which classes of tests a mutation makes a difference, kept in a file until the library or the class changes.</summary>
internal sealed class CoverageMap
{
    /// <summary>Where the tests of a concept are, beside its own folder; these classes come first.</summary>
    private static readonly Dictionary<string, string[]> Folders = new()
    {
        ["Jets"] = ["Networks", "Data"],
        ["Parallel"] = ["Training"],
        ["Randomness"] = ["Data", "Rendering"],
        ["Kernels"] = ["Networks", "Training", "Rendering"],
    };

    /// <summary>What a class is taken to need before it was run.</summary>
    private const double UnknownSeconds = 10;

    private readonly string _file;
    private readonly MutationProbes _probes;
    private readonly string _library;
    private readonly Dictionary<string, string> _sources;
    private readonly Dictionary<string, Known> _known = [];
    private readonly Dictionary<string, double> _times = [];

    /// <param name="file">Where the map is kept.</param>
    /// <param name="tests">The folder with the sources of the tests.</param>
    /// <param name="compiler">The library.</param>
    public CoverageMap(string file, string tests, LibraryCompiler compiler)
    {
        (_file, _probes) = (file, compiler.Probes);
        _library = Hash(string.Concat(compiler.Trees.Select(tree => tree.Tree.ToString())));
        _sources = TestClasses(tests).GroupBy(found => found.Name).ToDictionary(group => group.Key, group => Hash(string.Concat(group.Select(found => found.Text))));
        if (File.Exists(file) && JsonSerializer.Deserialize<Stored>(File.ReadAllText(file)) is { } stored && stored.Library == _library)
        {
            foreach (var known in stored.Classes.Where(known => _sources.GetValueOrDefault(known.Coverage.Name) == known.Source))
            {
                _known[known.Coverage.Name] = known;
            }
        }
    }

    /// <summary>Processor time of all tests.</summary>
    public double AllSeconds => _known.Values.Sum(known => known.Coverage.Seconds);

    /// <summary>The classes that are not measured yet, or have changed.</summary>
    public IReadOnlyList<TestClass> Missing => [.. _sources.Keys.Where(name => !_known.ContainsKey(name)).Order(StringComparer.Ordinal).Select(name => new TestClass(name, 300))];

    /// <summary>Whether a mutation is known to make no difference in any class that was measured.</summary>
    public bool IsUnreached(Mutation mutation) =>
        _probes.NumberOf(mutation) is { } number && _known.Values.All(known => Array.BinarySearch(known.Coverage.Mutations, number) < 0);

    public void Add(ClassCoverage coverage)
    {
        _known[coverage.Name] = new Known(_sources[coverage.Name], coverage);
        File.WriteAllText(_file, JsonSerializer.Serialize(new Stored(_library, [.. _known.Values])));
    }

    /// <summary>Notes the processor time of a class that was run without probes.</summary>
    public void AddTime(string name, double seconds)
    {
        lock (_times)
        {
            _times[name] = Math.Max(seconds, _times.GetValueOrDefault(name));
        }
    }

    /// <summary>
    /// The classes in which a mutation makes a difference: those that are named after its file first, then those of its concept, the quickest first. Where
    /// that is not known those near the mutation are taken.
    /// </summary>
    public IReadOnlyList<TestClass> Reaching(Mutation mutation)
    {
        int? number = _probes.NumberOf(mutation);
        string file = Path.GetFileName(mutation.File).Split('.')[0];
        string[] folders = [mutation.Concept, .. Folders.GetValueOrDefault(mutation.Concept, [])];
        lock (_times)
        {
            return [.. _sources.Keys.Where(Reaches).OrderBy(name => Seconds(name) / Closeness(name)).Select(name => new TestClass(name, Seconds(name)))];
        }

        bool Reaches(string name) => number is { } probe && _known.TryGetValue(name, out var known)
            ? Array.BinarySearch(known.Coverage.Mutations, probe) >= 0
            : Closeness(name) > 1;

        double Seconds(string name) => _known.TryGetValue(name, out var known) ? known.Coverage.Seconds : _times.GetValueOrDefault(name, UnknownSeconds);

        int Closeness(string name) =>
            name.Contains($".{file}", StringComparison.Ordinal) ? 100
            : name.StartsWith($"SobolevNet.Tests.{folders[0]}.", StringComparison.Ordinal) ? 10
            : folders.Any(folder => name.StartsWith($"SobolevNet.Tests.{folder}.", StringComparison.Ordinal)) ? 4
            : 1;
    }

    private static IEnumerable<(string Name, string Text)> TestClasses(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        {
            if (Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj")
            {
                continue;
            }

            string text = File.ReadAllText(path);
            foreach (var type in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>())
            {
                bool isTest = type.Members.OfType<MethodDeclarationSyntax>()
                    .Any(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory"));
                if (isTest)
                {
                    var space = type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().First();
                    yield return ($"{space.Name}.{type.Identifier.Text}", text);
                }
            }
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private sealed record Stored(string Library, Known[] Classes);

    private sealed record Known(string Source, ClassCoverage Coverage);
}
