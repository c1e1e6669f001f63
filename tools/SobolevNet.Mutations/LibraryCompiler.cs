using System.Diagnostics;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace SobolevNet.Mutations;

/// <summary>Compiles the library in memory, with what MSBuild would pass to the compiler.</summary>
internal sealed class LibraryCompiler
{
    private readonly CSharpCompilation _compilation;

    /// <param name="project">The folder of the library's project.</param>
    public LibraryCompiler(string project)
    {
        using var items = JsonDocument.Parse(Ask(project));
        var root = items.RootElement;
        string[] symbols = root.GetProperty("Properties").GetProperty("DefineConstants").GetString()!.Split(';');
        var parsing = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: symbols);
        var files = root.GetProperty("Items").GetProperty("Compile").EnumerateArray().Select(item => item.GetProperty("FullPath").GetString()!).ToList();
        var trees = files.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), parsing, path, System.Text.Encoding.UTF8)).ToList();
        var references = root.GetProperty("Items").GetProperty("ReferencePathWithRefAssemblies").EnumerateArray()
            .Select(item => MetadataReference.CreateFromFile(item.GetProperty("FullPath").GetString()!));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        _compilation = CSharpCompilation.Create("SobolevNet", trees, references, options);
        Trees = [.. trees
            .Select(tree => (Name: Path.GetRelativePath(project, tree.FilePath).Replace('\\', '/'), Tree: (SyntaxTree)tree))
            .Where(file => !file.Name.StartsWith("obj/", StringComparison.Ordinal) && !file.Name.StartsWith("..", StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal)];
        Mutations = [.. Trees.SelectMany(file => MutationFinder.In(file.Name, file.Tree))];
        Probes = new MutationProbes(Mutations);
    }

    /// <summary>The files that people wrote, by name.</summary>
    public IReadOnlyList<(string Name, SyntaxTree Tree)> Trees { get; }

    /// <summary>Everything that can be changed, in the order of the files.</summary>
    public IReadOnlyList<Mutation> Mutations { get; }

    /// <summary>The probes for these.</summary>
    public MutationProbes Probes { get; }

    /// <summary>Writes the library with one change.</summary>
    /// <returns>Whether it compiles.</returns>
    public bool TryEmit(Mutation mutation, string path) => TryEmit(_compilation.ReplaceSyntaxTree(mutation.Old.SyntaxTree, mutation.Apply()), path, out _);

    /// <summary>Writes the library as it is.</summary>
    public void Emit(string path)
    {
        if (!TryEmit(_compilation, path, out var errors))
        {
            throw NotCompiled(errors);
        }
    }

    /// <summary>Writes the library with a probe for every mutation that can have one.</summary>
    public void EmitProbes(string path)
    {
        while (true)
        {
            var compilation = _compilation.AddSyntaxTrees(Probes.Recorder(Trees[0].Tree.Options));
            foreach (var (_, tree) in Trees)
            {
                compilation = compilation.ReplaceSyntaxTree(tree, Probes.Instrument(tree));
            }

            if (TryEmit(compilation, path, out var errors))
            {
                return;
            }

            if (!Probes.Drop(errors))
            {
                throw NotCompiled(errors);
            }
        }
    }

    private static InvalidOperationException NotCompiled(IEnumerable<Diagnostic> errors) =>
        new($"The library does not compile:\n{string.Join('\n', errors.Take(20))}");

    private static bool TryEmit(CSharpCompilation compilation, string path, out IReadOnlyList<Diagnostic> errors)
    {
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded));
        errors = [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        if (!result.Success)
        {
            return false;
        }

        File.WriteAllBytes(path, assembly.ToArray());
        return true;
    }

    private static string Ask(string project)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[]
                 {
                     "msbuild", project, "-p:Configuration=Release", "-t:Compile", "-getItem:ReferencePathWithRefAssemblies", "-getItem:Compile",
                     "-getProperty:DefineConstants", "-p:SkipCompilerExecution=true",
                 })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"MSBuild failed:\n{output}");
    }
}
