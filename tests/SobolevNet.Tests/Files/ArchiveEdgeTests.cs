namespace SobolevNet.Tests.Files;

/// <summary>Archives that are barely one, and arrays that just fit their limit.</summary>
public sealed class ArchiveEdgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_OfAStreamWithoutARecordAtItsEnd_IsRefused()
    {
        byte[] record = [.. "PK\u0005\u0006"u8, .. new byte[18]];
        FluentActions.Invoking(() => ZipEntryNames.Check(new MemoryStream(record), 0)).Should().NotThrow("an archive may be empty");
        FluentActions.Invoking(() => ZipEntryNames.Check(new MemoryStream([7, .. record]), 0)).Should().NotThrow();
        foreach (byte[] bytes in new byte[][] { [], record[1..], new byte[21], new byte[22], new byte[1000], [.. record[..4], .. new byte[17]] })
        {
            FluentActions.Invoking(() => ZipEntryNames.Check(new MemoryStream(bytes), 0)).Should().Throw<InvalidDataException>().WithMessage("*no record*");
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void Read_OfAnArrayThatJustFitsTheLimit_IsTaken(int above, bool isTaken)
    {
        // 1,000 bytes in the file take 8,000 as double.
        string path = _folder.File("a.npz");
        using (var file = NpzWriter.Create(path))
        {
            file.Add<byte>("a", new byte[1000], 1000);
            file.Commit();
        }

        using var reader = NpzReader.Open(path, 8000 + above);
        var read = FluentActions.Invoking(() => reader.Read<double>("a").Data.Length);
        if (isTaken)
        {
            read().Should().Be(1000);
        }
        else
        {
            read.Should().Throw<InvalidDataException>().WithMessage("*as Double it takes 8000 bytes*7999 are allowed*");
        }
    }
}
