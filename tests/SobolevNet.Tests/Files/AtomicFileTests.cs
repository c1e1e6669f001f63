namespace SobolevNet.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Commit_OverAnOldFile_ReplacesItAndLeavesNothingElse()
    {
        File.WriteAllText(_folder.File("a.txt"), "old and longer");
        AtomicFile.WriteAllText(_folder.File("a.txt"), "new é");

        File.ReadAllBytes(_folder.File("a.txt")).Should().Equal("new é"u8.ToArray());
        _folder.Names().Should().Equal("a.txt");
    }

    [Fact]
    public void Write_BeforeCommit_LeavesTheOldFileInPlace()
    {
        File.WriteAllText(_folder.File("a.txt"), "old");
        using var file = AtomicFile.Create(_folder.File("a.txt"));
        file.Stream.Write("new"u8);
        file.Stream.Flush();

        File.ReadAllText(_folder.File("a.txt")).Should().Be("old");
        _folder.Names().Should().HaveCount(2);
    }

    [Fact]
    public void Dispose_WithoutCommit_KeepsTheOldFileAndDeletesTheTemporaryOne()
    {
        File.WriteAllText(_folder.File("a.txt"), "old");
        Action interrupted = () =>
        {
            using var file = AtomicFile.Create(_folder.File("a.txt"));
            file.Stream.Write("half"u8);
            throw new TimeoutException();
        };

        interrupted.Should().Throw<TimeoutException>();
        File.ReadAllText(_folder.File("a.txt")).Should().Be("old");
        _folder.Names().Should().Equal("a.txt");
    }

    [Fact]
    public void Commit_Twice_IsRefused()
    {
        using var file = AtomicFile.Create(_folder.File("a.txt"));
        file.Commit();

        file.Invoking(f => f.Commit()).Should().Throw<InvalidOperationException>().WithMessage("*a.txt*");
    }

    [Fact]
    public void Create_WhereNoFileCanBe_SaysSo()
    {
        FluentActions.Invoking(() => AtomicFile.Create(_folder.Path)).Should().Throw<IOException>().WithMessage("*is a folder*");
        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("no/such/folder"))).Should().Throw<DirectoryNotFoundException>();
        FluentActions.Invoking(() => AtomicFile.Create(" ")).Should().Throw<ArgumentException>();
    }

    public void Dispose() => _folder.Dispose();
}
