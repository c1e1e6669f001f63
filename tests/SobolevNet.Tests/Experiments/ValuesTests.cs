using SobolevNet.Experiments.Commands;
using SobolevNet.Rendering;

namespace SobolevNet.Tests.Experiments;

public class ValuesTests
{
    [Fact]
    public void Values_WrittenAndRead_AreTheSame()
    {
        Again(Values.YesNo, Values.Answer(true));
        Values.IsYes(Read(Values.YesNo, "YES")).Should().BeTrue();
        Values.IsYes(Read(Values.YesNo, Values.Answer(false))).Should().BeFalse();
        Again(Values.Seed, ulong.MaxValue);
        Again(Values.Rising, [1e-5, 0.1 / 3, 7]);
        Again(Values.Vector, new Vector3D(0.1 / 3, -2, 1e-9));
        Again(Values.Count(0), int.MaxValue);
        Again(Values.Real("NUMBER"), -0.1 / 3);
        Again(Values.Integers(0, 9), [3, 1]);
        Again(Values.Word(["adam", "soap"]), "soap");
        Again(Values.Words(["a", "b", "c"]), ["a", "c"]);
        Again(Values.OrderedWords(["a", "b", "c"]), ["c", "a"]);
    }

    [Fact]
    public void Words_InAnotherOrder_AreSortedUnlessTheirOrderCounts()
    {
        Read(Values.Words(["a", "b", "c"]), "c, a").Should().Equal("a", "c");
        Read(Values.OrderedWords(["a", "b", "c"]), "c,a,c").Should().Equal("c", "a");
        Values.Words(["a", "b"]).Show(["a", "b"]).Should().Be("all");
        Values.Words(["a", "b"]).Show(["b"]).Should().Be("b");
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1,1")]
    [InlineData("2,1")]
    [InlineData("1,inf")]
    public void Rising_OtherNumbers_AreRefused(string text) => Values.Rising.TryRead(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("1,2")]
    [InlineData("1,2,3,4")]
    [InlineData("1,2,nan")]
    public void Vector_OtherNumbers_AreRefused(string text) => Values.Vector.TryRead(text, out _).Should().BeFalse();

    private static void Again<T>(ValueKind<T> kind, T value)
        where T : notnull => Read(kind, kind.Write(value)).Should().BeEquivalentTo(value, options => options.WithStrictOrdering());

    private static T Read<T>(ValueKind<T> kind, string text)
        where T : notnull
    {
        kind.TryRead(text, out var value).Should().BeTrue(text);
        return value!;
    }
}
