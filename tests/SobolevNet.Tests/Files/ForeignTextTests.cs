namespace SobolevNet.Tests.Files;

/// <summary>Messages repeat text of files only in part.</summary>
public class ForeignTextTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(5000)]
    public void Cut_AnyLength_KeepsShortTextAndFillsTheLimit(int length)
    {
        string text = string.Concat(Enumerable.Range(0, length).Select(k => (char)('a' + (k % 26))));
        ForeignText.Cut(text).Should().Be(length <= 60 ? text : text[..57] + "...");
    }

    [Theory]
    [InlineData(600)]
    [InlineData(601)]
    public void MessageOf_AnyLength_KeepsShortMessagesAndFillsTheLimit(int length) =>
        ForeignText.MessageOf(new IOException(new string('x', length))).Should().Be(length <= 600 ? new string('x', length) : new string('x', 597) + "...");

    [Theory]
    [InlineData(0, "none")]
    [InlineData(1, "0")]
    [InlineData(8, "0, 1, 2, 3, 4, 5, 6, 7")]
    [InlineData(9, "0, 1, 2, 3, 4, 5, 6, 7 and more")]
    [InlineData(100, "0, 1, 2, 3, 4, 5, 6, 7 and more")]
    public void List_OfManyNames_NamesTheFirst(int names, string expected) =>
        ForeignText.List(Enumerable.Range(0, names).Select(k => $"{k}")).Should().Be(expected);

    [Fact]
    public void CheckUnicode_HalfAPair_IsRefusedWherever()
    {
        // An attribute could not hold these.
        foreach (string right in new[] { "", "a", "a\uD83D\uDE00b" })
        {
            FluentActions.Invoking(() => ForeignText.CheckUnicode(right, "key")).Should().NotThrow();
        }

        foreach (string half in new[] { "a\uD83D", "\uDE00a", "\uD83D\uDE00\uD83D" })
        {
            FluentActions.Invoking(() => ForeignText.CheckUnicode(half, "key")).Should().Throw<ArgumentException>().WithParameterName("key");
        }
    }
}
