using System.Text.RegularExpressions;
using SobolevNet.Tests.Architecture;

namespace SobolevNet.Tests.Documentation;

/// <summary>
/// Every C# block of README and docs is an example that tests/SobolevNet.PackageTests compiles and runs: the text of a
/// region "#region example: name" there, without its indentation.
/// </summary>
public partial class ExampleTests
{
    private static readonly string ExamplesFolder = Path.Combine(Repository.Root, "tests", "SobolevNet.PackageTests");

    private static readonly string[] PageNames =
    [
        "README.md",
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Pages() => new(PageNames);

    [Theory]
    [MemberData(nameof(Pages))]
    public void CSharpBlocks_OfAPage_AreTestedExamples(string page)
    {
        var examples = Examples();
        foreach (string block in Blocks(Read(page)))
        {
            examples.Values.Should().Contain(block, $"each example of {page} must be a region of tests/SobolevNet.PackageTests, word for word");
        }
    }

    [Fact]
    public void Examples_ThatAreTested_AreShownSomewhere()
    {
        var shown = PageNames.SelectMany(page => Blocks(Read(page))).ToHashSet();
        Examples().Where(example => !shown.Contains(example.Value)).Select(example => example.Key).Should().BeEmpty();
    }

    [Fact]
    public void Readme_HasExamples() => Blocks(Read("README.md")).Count().Should().BeGreaterThan(2);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadToFilesOfTheRepository(string page) => CheckLinks(page);

    private static void CheckLinks(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        foreach (Match match in Link().Matches(Read(page)))
        {
            string target = match.Groups["target"].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            {
                Path.Exists(Path.Combine(folder, target)).Should().BeTrue($"{page} links to {target}");
            }
        }
    }

    private static Dictionary<string, string> Examples()
    {
        var examples = new Dictionary<string, string>();
        foreach (var (name, text) in Repository.Sources(ExamplesFolder))
        {
            foreach (Match match in Region().Matches(text.ReplaceLineEndings("\n")))
            {
                examples.Add($"{name}: {match.Groups["name"].Value.Trim()}", WithoutIndentation(match.Groups["body"].Value));
            }
        }

        return examples;
    }

    private static IEnumerable<string> Blocks(string markdown) =>
        Block().Matches(markdown).Select(match => match.Groups["body"].Value.TrimEnd('\n'));

    private static string WithoutIndentation(string code)
    {
        string[] lines = code.TrimEnd().Split('\n');
        int indentation = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length >= indentation ? line[indentation..] : string.Empty)).Trim('\n');
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"^```csharp\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^[ ]*#region example:(?<name>[^\n]*)\n(?<body>.*?)^[ ]*#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
