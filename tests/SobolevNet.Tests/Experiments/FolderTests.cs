using System.Text.RegularExpressions;
using SobolevNet.Tests.Architecture;

namespace SobolevNet.Tests.Experiments;

/// <summary>The folders of the console program: an experiment uses what all share, and no other experiment.</summary>
public partial class FolderTests
{
    private static readonly string[] Experiments = ["Cube", "Study", "Frontier", "Surrogate", "Robust", "Render", "Predict"];

    /// <summary>The shared folders, each with those that it may use.</summary>
    private static readonly Dictionary<string, string[]> Shared = new()
    {
        ["Terminal"] = [],
        ["Commands"] = ["Terminal"],
        ["Plotting"] = [],
        ["Reporting"] = ["Terminal"],
        ["Workflow"] = ["Commands", "Reporting", "Terminal"],
        ["CubeImages"] = ["Commands", "Plotting"],
    };

    private static readonly (string Name, string Folder, string[] Uses)[] Files =
    [
        .. from file in Repository.Sources(Path.Combine(Repository.Root, "src", "SobolevNet.Experiments"))
           let folder = Path.GetDirectoryName(file.Name)!
           where folder.Length > 0
           select (file.Name, folder, Using().Matches(file.Text).Select(match => match.Groups["folder"].Value).ToArray()),
    ];

    [Fact]
    public void Folders_OfTheConsoleProgram_UseOnlySharedOnesBelow()
    {
        Files.Select(file => file.Folder).Distinct().Should().BeEquivalentTo(Experiments.Concat(Shared.Keys));
        foreach (var (name, folder, uses) in Files)
        {
            string[] allowed = Path.GetFileName(name) == "ReportJson.cs" ? Experiments : Shared.GetValueOrDefault(folder, [.. Shared.Keys]);
            uses.Should().BeSubsetOf(allowed, $"{name} is in {folder}");
        }
    }

    [GeneratedRegex(@"^using SobolevNet\.Experiments\.(?<folder>\w+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
