using System.Text.RegularExpressions;
using SobolevNet.Tests.Architecture;

namespace SobolevNet.Tests.Experiments;

/// <summary>The folders of the console program: an experiment uses what all share, and no other experiment.</summary>
public partial class FolderTests
{
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
        string[] folders = [.. Files.Select(file => file.Folder).Distinct()];
        string[] experiments = [.. folders.Except(Shared.Keys)];
        folders.Should().Contain(Shared.Keys);
        experiments.Should().Contain("Cube").And.HaveCountGreaterThan(5, "otherwise the sources were not found");
        foreach (var (name, folder, uses) in Files)
        {
            string[] allowed = Path.GetFileName(name) == "ReportJson.cs" ? experiments : Shared.GetValueOrDefault(folder, [.. Shared.Keys]);
            uses.Should().BeSubsetOf(allowed, $"{name} is in {folder}");
        }
    }

    [GeneratedRegex(@"^using SobolevNet\.Experiments\.(?<folder>\w+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
