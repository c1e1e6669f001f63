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
    }

    /// <summary>The files that people wrote, by name.</summary>
    public IReadOnlyList<(string Name, SyntaxTree Tree)> Trees { get; }

    /// <summary>Writes the library with one change.</summary>
    /// <returns>Whether it compiles.</returns>
    public bool TryEmit(Mutation mutation, string path)
    {
        using var assembly = new MemoryStream();
        var changed = _compilation.ReplaceSyntaxTree(mutation.Old.SyntaxTree, mutation.Apply());
        if (!changed.Emit(assembly, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded)).Success)
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
                     "-getProperty:DefineConstants",
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
