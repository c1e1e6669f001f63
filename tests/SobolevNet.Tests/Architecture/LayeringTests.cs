namespace SobolevNet.Tests.Architecture;

/// <summary>The rules of the house that a compiler does not know, checked on the text of the library.</summary>
public class LayeringTests
{
    /// <summary>Each folder with the folders that it may use. A folder stands below all that it uses, so there are no cycles.</summary>
    private static readonly (string Folder, string[] Uses)[] Layers =
    [
        ("Randomness", []),
        ("Parallel", []),
        ("Files", []),
        ("Jets", []),
        ("Kernels", ["Jets"]),
        ("Networks", ["Kernels", "Randomness", "Parallel", "Files", "Jets"]),
        ("Data", ["Kernels", "Randomness", "Parallel", "Files", "Jets", "Networks"]),
        ("Training", ["Kernels", "Randomness", "Parallel", "Files", "Jets", "Networks", "Data"]),
        ("Ensembles", ["Randomness", "Files", "Networks", "Data", "Training"]),
        ("Rendering", ["Kernels", "Randomness", "Parallel", "Files", "Jets", "Data"]),
        ("Robustness", ["Kernels", "Randomness", "Parallel", "Files", "Jets", "Networks", "Data", "Training", "Rendering"]),
    ];

    private static readonly SourceFile[] Files =
        [.. Repository.Sources(Repository.Library).Select(file => new SourceFile(file.Name, file.Text))];

    [Fact]
    public void Layers_InOrder_UseOnlyEarlierOnes()
    {
        for (int k = 0; k < Layers.Length; k++)
        {
            Layers[k].Uses.Should().BeSubsetOf(Layers[..k].Select(layer => layer.Folder), $"{Layers[k].Folder} must not close a cycle");
        }
    }

    [Fact]
    public void Folders_OfTheLibrary_AreAllLayers()
    {
        var folders = Files.Select(file => file.Folder).Distinct();
        folders.Should().BeSubsetOf(Layers.Select(layer => layer.Folder));
        Files.Length.Should().BeGreaterThan(50, "otherwise the sources were not found");
    }

    [Fact]
    public void Folders_OfTheLibrary_UseOnlyTypesOfFoldersBelow()
    {
        var folderOf = Files
            .SelectMany(file => file.Declarations.Select(declared => (declared.Type, file.Folder)))
            .GroupBy(pair => pair.Type)
            .Where(group => group.Select(pair => pair.Folder).Distinct().Count() == 1)
            .ToDictionary(group => group.Key, group => group.First().Folder);
        folderOf.Should().ContainKeys("Gemm", "JetLayout", "IJetSource", "Mlp", "SobolevTrainer", "JetGenerator", "SecondDerivative");

        var offences = new List<string>();
        foreach (var file in Files)
        {
            string[] allowed = Layers.Single(layer => layer.Folder == file.Folder).Uses;
            offences.AddRange(
                from word in file.Words
                where folderOf.TryGetValue(word, out string? folder) && folder != file.Folder && !allowed.Contains(folder)
                select $"{file.Name} uses {word} of {folderOf[word]}");
        }

        offences.Should().BeEmpty("dependencies run downward only, see docs/architecture.md");
    }

    [Fact]
    public void Onnx_ExportAndImport_UseTheFormatAndNotEachOther()
    {
        SourceFile[] files = [.. Repository.Sources(Repository.Library + ".Onnx").Select(file => new SourceFile(file.Name, file.Text))];
        var types = files.ToLookup(file => file.Folder, file => file.Declarations.Select(declared => declared.Type).ToHashSet());
        foreach (var (folder, other) in new[] { ("Format", "Export"), ("Format", "Import"), ("Export", "Import"), ("Import", "Export") })
        {
            types[other].Should().NotBeEmpty();
            files.Where(file => file.Folder == folder && types[other].Any(file.Words.Overlaps)).Select(file => file.Name)
                .Should().BeEmpty($"{folder} does not use {other}");
        }

        files.Where(file => file.Words.Contains("unsafe")).Should().BeEmpty();
    }

    [Fact]
    public void UnsafeCode_IsInKernelsAlone() =>
        Offenders(file => file.Folder != "Kernels" && file.Words.Contains("unsafe")).Should().BeEmpty();

    [Fact]
    public void Kernels_HaveNoPublicTypes() =>
        Offenders(file => file.Folder == "Kernels" && file.Declarations.Any(declared => declared.Access == "public")).Should().BeEmpty();

    [Theory]
    [InlineData("Console")]
    [InlineData("Reflection")]
    [InlineData("Activator")]
    [InlineData("NotImplementedException")]
    [InlineData("DateTime")]
    [InlineData("Random")]
    public void Library_DoesNotUse(string word) =>
        Offenders(file => file.Words.Contains(word)).Should().BeEmpty($"{word} has no place in the library");

    [Theory]
    [InlineData("Helper")]
    [InlineData("Helpers")]
    [InlineData("Utils")]
    [InlineData("Utilities")]
    [InlineData("Manager")]
    public void TypeNames_SayWhatTheyAre(string vague) =>
        Files.SelectMany(file => file.Declarations).Where(declared => declared.Type.EndsWith(vague, StringComparison.Ordinal))
            .Should().BeEmpty();

    [Fact]
    public void Namespaces_FollowFolders()
    {
        foreach (var file in Files)
        {
            string expected = file.Folder is "Files" or "Kernels" or "Rendering" or "Robustness" ? $"SobolevNet.{file.Folder}" : "SobolevNet";
            expected = file.Name.Contains("/FrontEnds/") ? "SobolevNet.FrontEnds" : expected;
            expected = file.Name.Contains("/LabelChecking/") ? "SobolevNet.LabelChecking" : expected;
            file.Code.Should().Contain($"namespace {expected};", $"that is the namespace of {file.Name}");
        }
    }

    [Fact]
    public void Work_LeftUndone_IsNotInTheSources() =>
        Offenders(file => file.Text.Contains("TODO", StringComparison.Ordinal) || file.Text.Contains("FIXME", StringComparison.Ordinal))
            .Should().BeEmpty();

    private static IEnumerable<string> Offenders(Func<SourceFile, bool> offends) => Files.Where(offends).Select(file => file.Name);
}
