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
        Stream? stream = null;
        Action interrupted = () =>
        {
            using var file = AtomicFile.Create(_folder.File("a.txt"));
            stream = file.Stream;
            file.Stream.Write("half"u8);
            throw new TimeoutException();
        };

        interrupted.Should().Throw<TimeoutException>();
        stream!.CanWrite.Should().BeFalse("a file that was given up is closed");
        File.ReadAllText(_folder.File("a.txt")).Should().Be("old");
        _folder.Names().Should().Equal("a.txt");
    }

    [Fact]
    public void Commit_Twice_IsRefused()
    {
        using var file = AtomicFile.Create(_folder.File("a.txt"));
        file.Commit();
        file.Stream.CanWrite.Should().BeFalse("what is written afterwards would change the file that is in place");

        file.Invoking(f => f.Commit()).Should().Throw<InvalidOperationException>().WithMessage("*a.txt*");
    }

    [Fact]
    public void Create_WhereNoFileCanBe_SaysSo()
    {
        FluentActions.Invoking(() => AtomicFile.Create(_folder.Path)).Should().Throw<IOException>().WithMessage("*is a folder*");
        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("no/such/folder"))).Should().Throw<DirectoryNotFoundException>();
        FluentActions.Invoking(() => AtomicFile.Create(" ")).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => AtomicFile.WriteAllBytes(_folder.File("no/such/folder"), [1])).Should().Throw<DirectoryNotFoundException>().WithMessage("*no/such*does not exist*");
        FluentActions.Invoking(() => AtomicFile.WriteAllText(_folder.File("a"), null!)).Should().Throw<ArgumentNullException>().WithParameterName("text");
        _folder.Names().Should().BeEmpty();
    }

    [Fact]
    public void WriteAllBytes_ReplacesTheFile()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100_000).Select(k => (byte)(k * 7))];
        AtomicFile.WriteAllBytes(_folder.File("a"), new byte[200_000]);
        AtomicFile.WriteAllBytes(_folder.File("a"), bytes);

        File.ReadAllBytes(_folder.File("a")).Should().Equal(bytes);
        _folder.Names().Should().Equal("a");
    }

    [Fact]
    public void Create_KeepsThePathAsItWasGiven()
    {
        using var file = AtomicFile.Create(Path.Combine(_folder.Path, ".", "a.txt"));

        file.Path.Should().Be(_folder.File("a.txt"));
        file.Stream.CanSeek.Should().BeTrue();
    }

    [Fact]
    public void Commit_ThroughLinks_WritesTheFileTheyName()
    {
        string run = _folder.File("run.txt");
        File.WriteAllText(run, "old");
        File.CreateSymbolicLink(_folder.File("latest"), "run.txt");
        File.CreateSymbolicLink(_folder.File("best"), _folder.File("latest"));
        Directory.CreateDirectory(_folder.File("elsewhere"));
        File.CreateSymbolicLink(_folder.File("folder"), _folder.File("elsewhere"));

        AtomicFile.WriteAllText(_folder.File("latest"), "one link");
        File.ReadAllText(run).Should().Be("one link");
        AtomicFile.WriteAllText(_folder.File("best"), "two links");
        File.ReadAllText(run).Should().Be("two links");
        AtomicFile.WriteAllText(Path.Combine(_folder.File("folder"), "a"), "in a linked folder");
        File.ReadAllText(Path.Combine(_folder.File("elsewhere"), "a")).Should().Be("in a linked folder");

        new FileInfo(_folder.File("latest")).LinkTarget.Should().Be("run.txt");
        new FileInfo(_folder.File("best")).LinkTarget.Should().Be(_folder.File("latest"));
        _folder.Names().Should().Equal("best", "latest", "run.txt");
    }

    [Fact]
    public void Commit_ThroughALinkToNothing_MakesTheFile()
    {
        File.CreateSymbolicLink(_folder.File("link"), "new.txt");
        AtomicFile.WriteAllText(_folder.File("link"), "new");

        File.ReadAllText(_folder.File("new.txt")).Should().Be("new");
        new FileInfo(_folder.File("link")).LinkTarget.Should().Be("new.txt");
    }

    [Fact]
    public void Create_ThroughALinkThatCannotBeFollowed_SaysSo()
    {
        File.CreateSymbolicLink(_folder.File("a"), "b");
        File.CreateSymbolicLink(_folder.File("b"), "a");
        File.CreateSymbolicLink(_folder.File("far"), "no/such/file");
        File.CreateSymbolicLink(_folder.File("up"), _folder.Path);

        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("a"))).Should().Throw<IOException>();
        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("far"))).Should().Throw<DirectoryNotFoundException>().WithMessage("*no/such*");
        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("up"))).Should().Throw<IOException>().WithMessage("*is a folder*");
        _folder.Names().Should().Equal("a", "b", "far");
    }

    [Theory]
    [InlineData(0x180)] // 0600
    [InlineData(0x1B0)] // 0660
    [InlineData(0x1FF)] // 0777
    [InlineData(0x124)] // 0444
    public void Commit_OverAFile_KeepsItsMode(int mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string path = _folder.File("a");
        File.WriteAllText(path, "old");
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        using (var file = AtomicFile.Create(path))
        {
            string temporary = _folder.File(_folder.Names().Single(name => name != "a"));
            (File.GetUnixFileMode(temporary) & ~(UnixFileMode)mode).Should().Be(UnixFileMode.None, "others must not read it while it is written");
            file.Stream.Write("new"u8);
            file.Commit();
        }

        File.GetUnixFileMode(path).Should().Be((UnixFileMode)mode);
        File.ReadAllText(path).Should().Be("new");
    }

    [Fact]
    public void Identity_OfARelativePath_IsThatOfTheFile()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string path = _folder.File("a");
        File.WriteAllText(path, "old");
        FileIdentity.Of(path).Should().NotBeNull().And.Be(FileIdentity.Of(Path.GetRelativePath(Environment.CurrentDirectory, path)));
        FileIdentity.Of(_folder.File("none")).Should().BeNull();
    }

    [Fact]
    public void Commit_OverAFileOfAnother_KeepsOwnerAndGroup()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return;
        }

        string path = _folder.File("a");
        File.WriteAllText(path, "old");
        new FileIdentity(true, 4321, 8765).GiveOwnerTo(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.WriteAllText(path, "new");

        FileIdentity.Of(path).Should().Be(new FileIdentity(true, 4321, 8765));
        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Create_OnADevice_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        File.CreateSymbolicLink(_folder.File("null"), "/dev/null");
        FluentActions.Invoking(() => AtomicFile.Create("/dev/null")).Should().Throw<IOException>().WithMessage("*device*");
        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("null"))).Should().Throw<IOException>().WithMessage("*device*");
    }

    [Fact]
    public void Create_InAFolderThatMayNotBeWrittenTo_NamesTheFolder()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName == "root")
        {
            return;
        }

        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        FluentActions.Invoking(() => AtomicFile.Create(_folder.File("a"))).Should().Throw<UnauthorizedAccessException>().WithMessage($"*{_folder.Path}*");
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Create_AfterAKilledProcess_DeletesItsTemporaryFilesAndNoOthers()
    {
        string[] orphans = ["a.txt.0123456789ab.tmp", "a.txt.ffffffffffff.tmp"];
        string[] others = ["a.txt", "a.txt.0123456789AB.tmp", "a.txt.0123456789abc.tmp", "a.txt.tmp", "b.txt.0123456789ab.tmp", "xa.txt.0123456789ab.tmp"];
        foreach (string name in orphans.Concat(others))
        {
            File.WriteAllText(_folder.File(name), name);
        }

        AtomicFile.WriteAllText(_folder.File("a.txt"), "new");

        _folder.Names().Should().BeEquivalentTo(others);
    }

    [Fact]
    public void Create_WhileTheFileIsWritten_DeletesOrphansAlone()
    {
        File.WriteAllText(_folder.File("a.0123456789ab.tmp"), "orphan");
        File.CreateSymbolicLink(_folder.File("link"), "a");
        using var writing = AtomicFile.Create(_folder.File("a"));
        using var writingToo = AtomicFile.Create(_folder.File("link"));
        writing.Stream.Write("first"u8);
        writingToo.Stream.Write("second"u8);
        File.WriteAllText(_folder.File("a.ba9876543210.tmp"), "orphan");

        AtomicFile.Create(_folder.File("link")).Dispose();

        _folder.Names().Should().HaveCount(3).And.NotContain("a.ba9876543210.tmp");
        writing.Commit();
        File.ReadAllText(_folder.File("a")).Should().Be("first");
        writingToo.Commit();
        File.ReadAllText(_folder.File("a")).Should().Be("second");
        _folder.Names().Should().Equal("a", "link");
    }

    [Fact]
    public void Write_OfOneFileByManyThreads_EndsWithOneWholeFile()
    {
        Parallel.For(0, 200, k => AtomicFile.WriteAllBytes(_folder.File("a"), Enumerable.Repeat((byte)k, 1_000).ToArray()));

        File.ReadAllBytes(_folder.File("a")).Distinct().Should().ContainSingle();
        File.ReadAllBytes(_folder.File("a")).Should().HaveCount(1_000);
        _folder.Names().Should().Equal("a");
    }

    public void Dispose() => _folder.Dispose();
}
