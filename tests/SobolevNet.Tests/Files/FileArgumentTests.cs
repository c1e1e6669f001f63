namespace SobolevNet.Tests.Files;

/// <summary>Arguments that no caller should pass, to every public member that touches files.</summary>
public sealed class FileArgumentTests : IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Everything that takes a path.</summary>
    public static TheoryData<string> Writers => new("atomic", "bytes", "text", "npy", "npz", "safetensors", "network", "labels");

    public static TheoryData<string> Readers => new("npy", "npz", "safetensors", "network", "labels");

    [Theory]
    [MemberData(nameof(Writers))]
    public void Write_ToNoFilePath_NamesTheProblem(string writer)
    {
        Write(writer, null!).Should().Throw<ArgumentNullException>().WithParameterName("path");
        Write(writer, "").Should().Throw<ArgumentException>().WithParameterName("path");
        Write(writer, " ").Should().Throw<ArgumentException>().WithParameterName("path");
        Write(writer, "a\0b").Should().Throw<ArgumentException>();
        Write(writer, _folder.Path).Should().Throw<IOException>().WithMessage("*is a folder*");
        Write(writer, _folder.Path + "/").Should().Throw<IOException>().WithMessage("*is a folder*");
        Write(writer, _folder.File("none/a")).Should().Throw<DirectoryNotFoundException>();
        Write(writer, _folder.File(new string('n', 300))).Should().Throw<IOException>();
        _folder.Names().Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Read_OfNoFilePath_NamesTheProblem(string reader)
    {
        Read(reader, null!).Should().Throw<ArgumentNullException>().WithParameterName("path");
        Read(reader, "").Should().Throw<ArgumentException>().WithParameterName("path");
        Read(reader, " ").Should().Throw<ArgumentException>().WithParameterName("path");
        Read(reader, _folder.Path).Should().Throw<IOException>().WithMessage($"\"{_folder.Path}\" is a folder; a file is expected.");
        Read(reader, _folder.File("none")).Should().Throw<FileNotFoundException>();
        Read(reader, _folder.File("none/none")).Should().Throw<DirectoryNotFoundException>();
        File.WriteAllBytes(_folder.File("empty"), []);
        Read(reader, _folder.File("empty")).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Streams_ThatCannotBeUsed_AreRefused()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var closed = new MemoryStream();
        closed.Dispose();
        using var readOnly = new MemoryStream([1], writable: false);
        foreach (var stream in new Stream[] { pipe, closed })
        {
            FluentActions.Invoking(() => NpyFile.Read<double>(stream, "x")).Should().Throw<ArgumentException>().WithParameterName("stream");
            FluentActions.Invoking(() => SafetensorsFile.Read(stream, "x")).Should().Throw<ArgumentException>().WithParameterName("stream");
        }

        foreach (var stream in new Stream[] { closed, readOnly })
        {
            FluentActions.Invoking(() => NpyFile.Write<double>(stream, [1], 1)).Should().Throw<ArgumentException>().WithParameterName("stream");
            FluentActions.Invoking(() => SafetensorsFile.Write(stream, NoMetadata, [])).Should().Throw<ArgumentException>().WithParameterName("stream");
        }

        FluentActions.Invoking(() => NpyFile.Read<double>(null!, "x")).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        FluentActions.Invoking(() => NpyFile.Read<double>(readOnly, null!)).Should().Throw<ArgumentNullException>().WithParameterName("origin");
        FluentActions.Invoking(() => NpyFile.Write<double>((Stream)null!, [1], 1)).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        FluentActions.Invoking(() => SafetensorsFile.Read(null!, "x")).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        FluentActions.Invoking(() => SafetensorsFile.Read(readOnly, null!)).Should().Throw<ArgumentNullException>().WithParameterName("origin");
        FluentActions.Invoking(() => SafetensorsFile.Write((Stream)null!, NoMetadata, [])).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        readOnly.Position = 7;
        FluentActions.Invoking(() => NpyFile.Read<double>(readOnly, "x")).Should().Throw<InvalidDataException>("it stands behind its end");
        FluentActions.Invoking(() => SafetensorsFile.Read(readOnly, "x")).Should().Throw<InvalidDataException>("it stands behind its end");
    }

    [Fact]
    public void Safetensors_OfContentThatCouldNotBeReadAgain_AreRefusedBeforeAnythingIsWritten()
    {
        var tensor = SafetensorsTensor.Create<float>("a", [1], 1);
        Write(null!, [tensor]).Should().Throw<ArgumentNullException>().WithParameterName("metadata");
        Write(NoMetadata, null!).Should().Throw<ArgumentNullException>().WithParameterName("tensors");
        Write(NoMetadata, [tensor, null!]).Should().Throw<ArgumentException>().WithMessage("Tensor 1 of 2 is null*").WithParameterName("tensors");
        Write(NoMetadata, [tensor, tensor]).Should().Throw<ArgumentException>().WithParameterName("tensors");
        Write(new() { ["k"] = null! }, [tensor]).Should().Throw<ArgumentException>().WithMessage("*\"k\" is null*").WithParameterName("metadata");
        Write(new() { ["k\ud800"] = "" }, [tensor]).Should().Throw<ArgumentException>().WithMessage("*Unicode*").WithParameterName("metadata");
        Write(new() { ["k"] = "\udc00" }, [tensor]).Should().Throw<ArgumentException>().WithMessage("*Unicode*").WithParameterName("metadata");
        Write(NoMetadata, [SafetensorsTensor.Create<float>("a\ud800", [1], 1)]).Should().Throw<ArgumentException>().WithParameterName("tensors");
        var (longest, tooLong) = (Metadata(99_999_999), Metadata(100_000_000));
        FluentActions.Invoking(() => SafetensorsFile.Write(Stream.Null, longest, [tensor])).Should().NotThrow("readers accept a header of exactly 100 MB");
        Write(tooLong, [tensor]).Should().Throw<ArgumentException>().WithMessage("*take 100000008 bytes; at most 100000000*").WithParameterName("metadata");
        _folder.Names().Should().BeEmpty();

        Write(new() { ["\U0001F600\u0001\"\\"] = "\u2028\0" }, [SafetensorsTensor.Create<float>("ä\"\n\U0001F600", [1], 1)]).Should().NotThrow();
        var file = SafetensorsFile.Read(_folder.File("a"));
        file.GetMetadata("\U0001F600\u0001\"\\").Should().Be("\u2028\0");
        file.GetTensor("ä\"\n\U0001F600").ToArray<float>().Should().Equal(1);
        file.Invoking(f => f.GetTensor(null!)).Should().Throw<ArgumentNullException>().WithParameterName("name");
        file.Invoking(f => f.GetTensor(null!, [1])).Should().Throw<ArgumentNullException>().WithParameterName("name");
        file.Invoking(f => f.TryGetTensor(null!, out _)).Should().Throw<ArgumentNullException>().WithParameterName("name");
        file.Invoking(f => f.GetMetadata(null!)).Should().Throw<ArgumentNullException>().WithParameterName("key");

        // Metadata whose header, before it is filled up to a multiple of 8 bytes, has one byte more than the given number.
        Dictionary<string, string> Metadata(int header)
        {
            int full = Enumerable.Range(0, 9).First(k => HeaderLength(k + 1) > HeaderLength(k));
            return new() { ["k"] = new string('v', full + header + 1 - (int)HeaderLength(full)) };
        }

        long HeaderLength(int value)
        {
            using var stream = new MemoryStream();
            SafetensorsFile.Write(stream, new Dictionary<string, string> { ["k"] = new string('v', value) }, [tensor]);
            return System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(stream.ToArray());
        }
    }

    [Fact]
    public void Tensors_AndArrays_OfAShapeThatDoesNotFit_AreRefused()
    {
        int[] tooMany = [.. Enumerable.Repeat(1, 33)];
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>(null!, [1], 1)).Should().Throw<ArgumentNullException>().WithParameterName("name");
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("a", [1], tooMany)).Should().Throw<ArgumentException>().WithMessage("*33 dimensions*").WithParameterName("shape");
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("a", [], int.MaxValue, int.MaxValue, int.MaxValue)).Should().Throw<ArgumentException>().WithParameterName("shape");
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("a", [1], 1).CopyTo<float>([])).Should().Throw<ArgumentException>().WithParameterName("destination");
        FluentActions.Invoking(() => SafetensorsTensor.Create<float>("a", [1], 1).ToArray<Half>()).Should().Throw<NotSupportedException>();
        FluentActions.Invoking(() => new NpyArray<double>(null!, 1)).Should().Throw<ArgumentNullException>().WithParameterName("data");
        FluentActions.Invoking(() => new NpyArray<double>([1], 2)).Should().Throw<ArgumentException>().WithParameterName("shape");
        FluentActions.Invoking(() => new NpyArray<double>([1], tooMany)).Should().Throw<ArgumentException>().WithParameterName("shape");
        FluentActions.Invoking(() => NpyFile.Write<double>(_folder.File("a"), [1], tooMany)).Should().Throw<ArgumentException>().WithParameterName("shape");
        FluentActions.Invoking(() => NpyFile.Write<double>(_folder.File("a"), [1], -1, -1)).Should().Throw<ArgumentException>().WithParameterName("shape");
        _folder.Names().Should().BeEmpty();
        new NpyArray<double>([1]).Shape.Length.Should().Be(0);
    }

    [Fact]
    public void Archives_OfNamesAndArraysThatAreNone_AreRefused()
    {
        using (var writer = NpzWriter.Create(_folder.File("a.npz")))
        {
            writer.Invoking(w => w.Add<double>(null!, [1], 1)).Should().Throw<ArgumentNullException>().WithParameterName("name");
            writer.Invoking(w => w.Add<double>("", [1], 1)).Should().Throw<ArgumentException>().WithParameterName("name");
            writer.Invoking(w => w.Add<double>("\ud800", [1], 1)).Should().Throw<ArgumentException>().WithMessage("*Unicode*").WithParameterName("name");
            writer.Invoking(w => w.Add<double>(new string('n', 10_001), [1], 1)).Should().Throw<ArgumentException>().WithMessage("*10001 characters*").WithParameterName("name");
            writer.Invoking(w => w.Add<double>("a", [1], 2)).Should().Throw<ArgumentException>().WithParameterName("shape");
            writer.Invoking(w => w.Add<Half>("a", [Half.One], 1)).Should().Throw<NotSupportedException>();
            writer.Add<double>("a", [1], 1);
            writer.Add<double>(new string('ä', 10_000), [2], 1);
            writer.Commit();
        }

        using var reader = NpzReader.Open(_folder.File("a.npz"));
        reader.Read<double>(new string('ä', 10_000)).Data.Should().Equal(2);
        reader.Read<double>("a").Data.Should().Equal(1);
        reader.Invoking(r => r.Read<double>(null!)).Should().Throw<ArgumentNullException>().WithParameterName("name");
        reader.Invoking(r => r.Contains(null!)).Should().Throw<ArgumentNullException>().WithParameterName("name");
        reader.Invoking(r => r.Read<decimal>("a")).Should().Throw<NotSupportedException>().WithMessage("*Decimal*");
    }

    [Fact]
    public void Labels_OfNothing_AreRefused()
    {
        FluentActions.Invoking(() => JetData.Save<double>(_folder.File("a"), null!)).Should().Throw<ArgumentNullException>().WithParameterName("source");
        FluentActions.Invoking(() => JetData.Load<double>(_folder.File("a"), -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maxBytes");
    }

    private Action Write(Dictionary<string, string> metadata, SafetensorsTensor[] tensors) =>
        () => SafetensorsFile.Write(_folder.File("a"), metadata, tensors);

    private static Action Write(string writer, string path) => () =>
    {
        switch (writer)
        {
            case "atomic":
                AtomicFile.Create(path).Dispose();
                break;
            case "bytes":
                AtomicFile.WriteAllBytes(path, [1]);
                break;
            case "text":
                AtomicFile.WriteAllText(path, "1");
                break;
            case "npy":
                NpyFile.Write<double>(path, [1], 1);
                break;
            case "npz":
                NpzWriter.Create(path).Dispose();
                break;
            case "safetensors":
                SafetensorsFile.Write(path, NoMetadata, []);
                break;
            case "network":
                Mlp<float>.Create(1, [1], 1).Save(path);
                break;
            default:
                JetData.Save(path, JetData.FromValues(new double[,] { { 1 } }, [1.0]));
                break;
        }
    };

    private static Action Read(string reader, string path) => () =>
    {
        switch (reader)
        {
            case "npy":
                NpyFile.Read<double>(path);
                break;
            case "npz":
                NpzReader.Open(path).Dispose();
                break;
            case "safetensors":
                SafetensorsFile.Read(path);
                break;
            case "network":
                Mlp<float>.Load(path);
                break;
            default:
                JetData.Load<double>(path);
                break;
        }
    };
}
