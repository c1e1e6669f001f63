using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SobolevNet.Tests.Architecture;

namespace SobolevNet.Tests.PublicApi;

/// <summary>Every public member appears in a test by name; the tests of this folder, which call members whatever they are, do not count.</summary>
public partial class MemberMentionTests
{
    [Fact]
    public void PublicMembers_EachOfThem_IsMentionedByATest()
    {
        var words = Repository.Sources(Path.Combine(Repository.Root, "tests"))
            .Where(source => !source.Name.Contains("/PublicApi/", StringComparison.Ordinal))
            .SelectMany(source => Word().Matches(source.Text).Select(match => match.Value))
            .ToHashSet(StringComparer.Ordinal);
        var members = typeof(Mlp<>).Assembly.GetExportedTypes()
            .Where(type => !typeof(Delegate).IsAssignableFrom(type))
            .SelectMany(Names)
            .ToArray();
        members.Length.Should().BeGreaterThan(400);
        members.Where(member => !words.Contains(member.Name)).Select(member => $"{member.Type}.{member.Name}").Should().BeEmpty();
    }

    /// <summary>What a type declares by name: methods, properties, constants and values of enumerations. Constructors and operators have none.</summary>
    private static IEnumerable<(string Type, string Name)> Names(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => member is PropertyInfo { Name: not "Item" } or FieldInfo { IsSpecialName: false } or MethodInfo { IsSpecialName: false })
            .Where(member => !PublicSurface.IsFromRecords(member.Name) && member.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
            .Select(member => (type.Name.Split('`')[0], member.Name))
            .Distinct();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
