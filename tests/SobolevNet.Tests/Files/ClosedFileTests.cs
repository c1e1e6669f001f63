using SobolevNet.Tests.Reference;

namespace SobolevNet.Tests.Files;

/// <summary>Whatever is opened and cannot be used is closed again: the file may then be opened by one program alone.</summary>
public sealed class ClosedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("other numbers of samples")]
    [InlineData("other shape")]
    [InlineData("a number that is not finite")]
    [InlineData("weights of another number")]
    [InlineData("a damaged array")]
    public void Open_OfAFolderThatCannotBeUsed_ClosesItsFiles(string fault)
    {
        string folder = Folder(fault);
        switch (fault)
        {
            case "other numbers of samples":
                Write(folder, "y", 11);
                break;
            case "other shape":
                Write(folder, "dydx", 12, 3);
                break;
            case "a number that is not finite":
                NpyFile.Write<double>(Path.Combine(folder, "dydx.npy"), [.. new double[23], double.NaN], 12, 2);
                break;
            case "weights of another number":
                Write(folder, "weights", 5);
                break;
            default:
                File.WriteAllBytes(Path.Combine(folder, "y.npy"), File.ReadAllBytes(Path.Combine(folder, "y.npy"))[..^1]);
                break;
        }

        FluentActions.Invoking(() => JetData.Open<double>(folder)).Should().Throw<Exception>();
        Directory.GetFiles(folder).Should().OnlyContain(path => IsFree(path));
    }

    [Fact]
    public void Open_OfFoldersOneOfWhichCannotBeUsed_ClosesTheFilesOfAll()
    {
        string[] folders = [Folder("first"), Folder("second")];
        Write(folders[1], "dydx", 11, 2);
        FluentActions.Invoking(() => JetData.Open<double>(folders)).Should().Throw<InvalidDataException>().WithMessage("*dydx.npy*");
        folders.SelectMany(Directory.GetFiles).Should().OnlyContain(path => IsFree(path));
    }

    [Fact]
    public void Open_OfAFolder_KeepsItsFilesUntilTheSourceIsClosed()
    {
        string path = _folder.File("data.npz");
        JetData.Save(path, new FunctionSource<double>(1, 20, 1).Materialize());
        string folder = _folder.File("open");
        System.IO.Compression.ZipFile.ExtractToDirectory(path, folder);
        var opened = JetData.Open<double>(folder);
        IsFree(Path.Combine(folder, "y.npy")).Should().BeFalse("the check sees files that are open");
        opened.Dispose();
        Directory.GetFiles(folder).Should().OnlyContain(file => IsFree(file));
    }

    [Fact]
    public void Load_OfFilesThatCannotBeRead_ClosesThem()
    {
        string path = _folder.File("bad");
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 200).Select(k => (byte)k)]);
        foreach (var read in new Action[]
                 {
                     () => Mlp<float>.Load(path), () => MlpEnsemble<float>.Load(path), () => SafetensorsFile.Read(path), () => NpyFile.Read<float>(path),
                     () => NpzReader.Open(path), () => JetData.Load<float>(path),
                 })
        {
            read.Should().Throw<InvalidDataException>();
            IsFree(path).Should().BeTrue();
        }
    }

    private string Folder(string name)
    {
        string folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        Write(folder, "x", 12, 2);
        Write(folder, "y", 12);
        Write(folder, "dydx", 12, 2);
        return folder;
    }

    private static void Write(string folder, string name, params int[] shape) => NpyFile.Write<double>(
        Path.Combine(folder, name + ".npy"), [.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(k => (double)(k * k % 7))], shape);

    private static bool IsFree(string path)
    {
        try
        {
            using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
