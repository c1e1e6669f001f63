using System.Buffers.Binary;
using System.Reflection;

namespace SobolevNet.Tests.Architecture;

/// <summary>Every random stream of the library says what it is for, so that no two purposes share their numbers.</summary>
public sealed class StreamNamingTests
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Fact]
    public void Sources_OfTheLibrary_MakeNoUnnamedStream() =>
        Repository.Sources(Repository.Library)
            .Where(file => !file.Name.StartsWith("Randomness/", StringComparison.Ordinal))
            .Where(file => new SourceFile(file.Name, file.Text).Code.Contains("new RandomStream(", StringComparison.Ordinal))
            .Select(file => file.Name)
            .Should().BeEmpty("streams are made by RandomStream.For and a purpose");

    [Fact]
    public void Code_OfTheLibrary_CallsTheUnnamedConstructorInRandomStreamAlone()
    {
        // The text does not show new(…) of a known type; the compiled code does. 0x28 is call, 0x73 newobj.
        var constructor = typeof(RandomStream).GetConstructor([typeof(ulong), typeof(ulong)])!;
        var callers = new List<string>();
        foreach (var type in typeof(RandomStream).Assembly.GetTypes())
        {
            foreach (var method in type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)))
            {
                byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
                for (int at = 0; at + 5 <= code.Length; at++)
                {
                    if (code[at] is 0x28 or 0x73 && BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at + 1)) == constructor.MetadataToken)
                    {
                        callers.Add($"{type.Name}.{method.Name}");
                    }
                }
            }
        }

        callers.Distinct().Should().Equal("RandomStream.For");
    }

    [Fact]
    public void Purposes_HaveNumbersOfTheirOwn()
    {
        var purposes = Enum.GetValues<StreamPurpose>();
        purposes.Should().OnlyHaveUniqueItems();
        string text = string.Concat(Repository.Sources(Repository.Library)
            .Where(file => !file.Name.StartsWith("Randomness/", StringComparison.Ordinal)).Select(file => file.Text));
        purposes.Should().OnlyContain(purpose => text.Contains($"StreamPurpose.{purpose}", StringComparison.Ordinal), "a purpose is in use");
    }
}
