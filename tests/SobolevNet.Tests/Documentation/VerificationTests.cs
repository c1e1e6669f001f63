using System.Text.RegularExpressions;
using SobolevNet.Tests.Architecture;

namespace SobolevNet.Tests.Documentation;

/// <summary>docs/verification.md names tests for what is claimed; they must exist.</summary>
public partial class VerificationTests
{
    [Fact]
    public void Tests_NamedForClaims_Exist()
    {
        var words = Repository.Sources(Path.Combine(Repository.Root, "tests"))
            .SelectMany(file => Word().Matches(file.Text).Select(match => match.Value))
            .ToHashSet();
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "verification.md")).Where(line => line.StartsWith('|')).Skip(2).ToList();
        rows.Count.Should().BeGreaterThan(20);
        foreach (string row in rows)
        {
            string[] cells = row.Split('|');
            string[] names = [.. Quoted().Matches(cells[2]).Select(match => match.Groups[1].Value)];
            names.Should().NotBeEmpty($"each claim needs a test: {cells[1]}");
            names.Where(name => !name.Contains('/') && !name.Contains('…')).SelectMany(name => name.Split('.')).Should().BeSubsetOf(words);
        }
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
